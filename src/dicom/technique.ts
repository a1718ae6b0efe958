import type { DicomItem } from './dataset.ts';
import { numberOf, textOf } from './values.ts';

/** How the picture was made and at what dose, as far as the source said; never judged here, only carried along. */
export interface XrayTechnique {
  /** (0018,0060). */
  readonly tubeVoltageKv: number | null;
  /** (0018,1151), else (0018,8151) in µA. */
  readonly tubeCurrentMa: number | null;
  /** (0018,1150), of the whole run or of one exposure. */
  readonly exposureTimeMs: number | null;
  /** (0018,1154), mean over the run. */
  readonly pulseWidthMs: number | null;
  /** (0018,115E), from dGy·cm². */
  readonly doseAreaProductGyCm2: number | null;
  /** (0018,1155): GR is fluoroscopy at low dose, SC is acquisition. */
  readonly radiationSetting: string | null;
}

/** Reads the technique from the places where it may stand; null when none of it is there. */
export function techniqueOf(places: readonly DicomItem[]): XrayTechnique | null {
  const find = (tag: string) => places.map((item) => numberOf(item, tag, 'text')).find((value) => value !== null) ?? null;
  const microamperes = find('x00188151');
  const doseAreaProduct = find('x0018115e');
  const technique = {
    tubeVoltageKv: find('x00180060'),
    tubeCurrentMa: find('x00181151') ?? (microamperes === null ? null : microamperes / 1000),
    exposureTimeMs: find('x00181150'),
    pulseWidthMs: find('x00181154'),
    doseAreaProductGyCm2: doseAreaProduct === null ? null : doseAreaProduct / 10,
    radiationSetting: places.map((item) => textOf(item, 'x00181155')).find((value) => value !== null) ?? null,
  };
  return Object.values(technique).some((value) => value !== null) ? technique : null;
}
