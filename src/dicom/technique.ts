import type { DicomItem } from './dataset.ts';
import { numberOf, numbersOf, textOf, textsOf } from './values.ts';

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

/** What covers the margins of the picture (PS3.3 C.7.6.11). Points are `[column, row]`, (0, 0) the centre of the top-left pixel. */
export interface DisplayShutter {
  readonly rectangleImagePx: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number } | null;
  readonly circleImagePx: { readonly center: readonly [x: number, y: number]; readonly radius: number } | null;
  readonly polygonImagePx: readonly (readonly [x: number, y: number])[] | null;
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

/** Reads the display shutter; null when there is none. DICOM counts rows and columns from 1, `…ImagePx` from 0. */
export function displayShutterOf(places: readonly DicomItem[]): DisplayShutter | null {
  const item = places.find((place) => textOf(place, 'x00181600') !== null);
  if (item === undefined) return null;
  const shapes = textsOf(item, 'x00181600');
  const edges = ['x00181602', 'x00181604', 'x00181606', 'x00181608'].map((tag) => numberOf(item, tag, 'text'));
  const [left, right, top, bottom] = edges.map((edge) => (edge === null ? null : edge - 1));
  const [row, column] = numbersOf(item, 'x00181610', 'text');
  const radius = numberOf(item, 'x00181612', 'text');
  const vertices = numbersOf(item, 'x00181620', 'text');
  const known = (value: number | null | undefined): value is number => value !== null && value !== undefined;
  return {
    rectangleImagePx: shapes.includes('RECTANGULAR') && known(left) && known(right) && known(top) && known(bottom) ? { left, right, top, bottom } : null,
    circleImagePx: shapes.includes('CIRCULAR') && known(row) && known(column) && radius !== null ? { center: [column - 1, row - 1], radius } : null,
    polygonImagePx: shapes.includes('POLYGONAL') && vertices.length >= 6 ? pointsOf(vertices) : null,
  };
}

/** Row and column, row and column, … → points. */
function pointsOf(vertices: readonly number[]): readonly (readonly [number, number])[] {
  return Array.from({ length: Math.floor(vertices.length / 2) }, (_, index) => [(vertices[2 * index + 1] ?? 0) - 1, (vertices[2 * index] ?? 0) - 1] as const);
}
