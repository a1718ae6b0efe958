import type { DicomDataset, DicomItem } from './dataset.ts';
import { itemsOf, numberOf, numbersOf, textOf } from './values.ts';
import type { XrayGeometry } from './xrayFrame.ts';

/** Functional groups of an enhanced object that may apply to frame `index`: its own first, then the shared ones. */
export function functionalGroups(dataset: DicomDataset, index: number): readonly DicomItem[] {
  const own = itemsOf(dataset, 'x52009230')[index];
  return [...(own === undefined ? [] : [own]), ...itemsOf(dataset, 'x52009229').slice(0, 1)].flatMap((group) =>
    Object.keys(group.elements).flatMap((tag) => itemsOf(group, tag).slice(0, 1)),
  );
}

/**
 * Where tube, patient and detector stood at frame `index` (XA positioner, PS3.3 C.8.7.5; enhanced XA through its
 * functional groups). Positioner increments, (0018,1520) and (0018,1521), are added to the angles of the first frame.
 * Zero distances and spacings mean "unknown" in real files and become null.
 */
export function geometryOf(dataset: DicomDataset, index: number): XrayGeometry {
  const places: readonly DicomItem[] = [dataset, ...functionalGroups(dataset, index)];
  const find = (tag: string, vr: 'text' | 'FL' | 'FD' = 'text') => first(places, (item) => numberOf(item, tag, vr));
  const spacing = first(places, (item) => pair(numbersOf(item, 'x00181164', 'text')));
  const sodMm = positive(find('x00181111')) ?? positive(find('x00189402', 'FL'));
  return {
    primaryAngleDeg: angle(dataset, find('x00181510') ?? isocentreAngle(dataset, find('x00189463', 'FL')), 'x00181520', index),
    secondaryAngleDeg: angle(dataset, find('x00181511') ?? isocentreAngle(dataset, find('x00189464', 'FL')), 'x00181521', index),
    sidMm: positive(find('x00181110')),
    sodMm,
    imagerPixelSpacingMm: spacing !== null && spacing[0] > 0 && spacing[1] > 0 ? spacing : null,
    fieldOfView: fieldOfViewOf(places),
    patientPosition: patientPositionOf(dataset),
  };
}

/** Angles of the isocentre system, (0018,9463) and (0018,9464), belong to the equipment: they are those of the patient only who lies on the back, head first. */
function isocentreAngle(dataset: DicomDataset, angleDeg: number | null): number | null {
  const position = textOf(dataset, 'x00185100') ?? 'HFS';
  return position === 'HFS' ? angleDeg : null;
}

function angle(dataset: DicomDataset, start: number | null, incrementTag: string, index: number): number | null {
  if (start === null) return null;
  const increments = numbersOf(dataset, incrementTag, 'text');
  // PS3.3 C.8.7.5.1.4: increments from the first frame, one a frame; a single one means a static positioner.
  return increments.length > 1 ? start + (increments[index] ?? 0) : start;
}

function fieldOfViewOf(places: readonly DicomItem[]): XrayGeometry['fieldOfView'] {
  const origin = first(places, (item) => pair(numbersOf(item, 'x00187030', 'text')));
  const rotation = first(places, (item) => numberOf(item, 'x00187032', 'text'));
  const flip = first(places, (item) => textOf(item, 'x00187034'));
  if (origin === null && rotation === null && flip === null) return null;
  const quarter = rotation === null ? 0 : ((((rotation % 360) + 360) % 360) as number);
  return {
    originPx: origin,
    rotationDeg: quarter === 90 || quarter === 180 || quarter === 270 ? quarter : 0,
    horizontalFlip: flip === 'YES',
  };
}

/** (0018,5100) HFS, FFP, …: the last letter says what lies on the table; S supine, P prone, DR and DL on the right or left side. */
function patientPositionOf(dataset: DicomDataset): XrayGeometry['patientPosition'] {
  const code = textOf(dataset, 'x00185100') ?? '';
  if (/^(HF|FF)S$/.test(code)) return 'supine';
  if (/^(HF|FF)P$/.test(code)) return 'prone';
  if (/^(HF|FF)DR$/.test(code)) return 'right-lateral';
  return /^(HF|FF)DL$/.test(code) ? 'left-lateral' : null;
}

function first<T>(places: readonly DicomItem[], read: (item: DicomItem) => T | null): T | null {
  for (const place of places) {
    const value = read(place);
    if (value !== null) return value;
  }
  return null;
}

const positive = (value: number | null) => (value !== null && value > 0 ? value : null);
const pair = (values: readonly number[]): readonly [number, number] | null =>
  values[0] === undefined || values[1] === undefined ? null : [values[0], values[1]];
