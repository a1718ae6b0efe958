import type { DicomItem } from './dataset.ts';
import type { ImageDescription } from './image.ts';
import { elementWithValue, itemsOf, numberOf, numbersOf, textOf } from './values.ts';
import type { VoiFunction, VoiWindow } from './voi.ts';

/** Rescale slope and intercept, (0028,1053) and (0028,1052): stored (signed as in the file) → modality values. */
export interface Rescale {
  readonly slope: number;
  readonly intercept: number;
}

/** A window in unsigned stored values, as in PS3.3 C.11.2.1.2. */
export interface StoredWindow extends VoiWindow {
  /** Larger stored values are shown darker than the photometric interpretation alone says. */
  readonly falling: boolean;
}

const first = (places: readonly DicomItem[], tag: string) => places.map((item) => numberOf(item, tag, 'text')).find((value) => value !== null) ?? null;

/** Null when the source says none. */
export function rescaleOf(places: readonly DicomItem[]): Rescale | null {
  const slope = first(places, 'x00281053');
  const intercept = first(places, 'x00281052');
  return (slope === null && intercept === null) || slope === 0 ? null : { slope: slope ?? 1, intercept: intercept ?? 0 };
}

interface Table {
  readonly firstInput: number;
  readonly outputs: readonly number[];
}

/** The table of the first item of a modality or VOI LUT sequence (PS3.3 C.11.1, C.11.2). */
function tableOf(places: readonly DicomItem[], sequence: string, signed: boolean): Table | null {
  const item = places.flatMap((place) => itemsOf(place, sequence))[0];
  const data = item && elementWithValue(item, 'x00283006');
  if (!item || !data) return null;
  const [entries, input, bits] = numbersOf(item, 'x00283002', 'US');
  if (entries === undefined || input === undefined) return null;
  const count = entries === 0 ? 65_536 : entries;
  const wide = (bits ?? 16) > 8 || data.length >= count * 2;
  const view = new DataView(item.bytes.buffer, item.bytes.byteOffset + data.dataOffset, data.length);
  if (view.byteLength < count * (wide ? 2 : 1)) return null;
  const outputs = Array.from({ length: count }, (_, index) => (wide ? view.getUint16(index * 2, item.littleEndian) : view.getUint8(index)));
  return { firstInput: signed && input > 32_767 ? input - 65_536 : input, outputs };
}

/** The input at which a table that goes one way only reaches `output`; null when it goes to and fro, or nowhere. */
function inputOf({ firstInput, outputs }: Table, output: number): number | null {
  const rising = (outputs.at(-1) ?? 0) >= (outputs[0] ?? 0);
  const steady = outputs.every((value, index) => index === 0 || (rising ? value >= (outputs[index - 1] ?? 0) : value <= (outputs[index - 1] ?? 0)));
  if (!steady) return null;
  const index = outputs.findIndex((value) => (rising ? value >= output : value <= output));
  return firstInput + (index < 0 ? outputs.length - 1 : index);
}

interface Edges {
  readonly low: number;
  readonly high: number;
  readonly voiFunction: VoiFunction;
}

/** (0028,1056): LINEAR where it is absent or a word of its own. */
export function voiFunctionOf(places: readonly DicomItem[]): VoiFunction {
  const said = places.map((item) => textOf(item, 'x00281056')).find((value) => value !== null);
  return said === 'SIGMOID' || said === 'LINEAR_EXACT' ? said : 'LINEAR';
}

/** Lower and upper end of what is shown, in modality values: of a window, or of the straight line nearest to a VOI table. */
function shownRange(places: readonly DicomItem[], signed: boolean): Edges | null {
  const center = first(places, 'x00281050');
  const width = first(places, 'x00281051');
  const voiFunction = voiFunctionOf(places);
  if (center !== null && width !== null && (width >= 1 || (voiFunction !== 'LINEAR' && width > 0)))
    return { low: center - width / 2, high: center + width / 2, voiFunction };
  const table = tableOf(places, 'x00283010', signed);
  if (table === null) return null;
  const least = table.outputs.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = table.outputs.reduce((a, b) => Math.max(a, b), 0);
  const tenth = inputOf(table, least + 0.1 * (most - least));
  const ninth = inputOf(table, least + 0.9 * (most - least));
  if (tenth === null || ninth === null || most === least) return null;
  // A table ends in curves; the line through a tenth and nine tenths is its slope where it matters.
  const beyond = (ninth - tenth) / 8;
  return { low: tenth - beyond, high: ninth + beyond, voiFunction: 'LINEAR_EXACT' };
}

/**
 * X-ray angiography and radiofluoroscopy: their modality transformation leads back to the intensity of the beam and is no part of
 * what is shown; window and VOI LUT are in stored values (as DCMTK and Cornerstone3D show them too). Enhanced objects are not among them.
 */
const shownAsStored: ReadonlySet<string> = new Set(['1.2.840.10008.5.1.4.1.1.12.1', '1.2.840.10008.5.1.4.1.1.12.2']);

/**
 * What is to be shown, carried back to unsigned stored values: window (0028,1050) and (0028,1051) or VOI LUT (0028,3010),
 * through rescale or modality LUT (0028,3000) where these are for display. Null when nothing is said, or there is no way back.
 */
export function storedWindowOf(places: readonly DicomItem[], image: ImageDescription): StoredWindow | null {
  const shown = shownRange(places, image.signed);
  if (shown === null) return null;
  const offset = image.signed ? 2 ** (image.bitsStored - 1) : 0;
  if (image.sopClass !== null && shownAsStored.has(image.sopClass))
    return { center: (shown.low + shown.high) / 2 + offset, width: shown.high - shown.low, voiFunction: shown.voiFunction, falling: false };
  const modality = tableOf(places, 'x00283000', image.signed);
  const rescale = rescaleOf(places) ?? { slope: 1, intercept: 0 };
  // A modality LUT whose data cannot be read: no way back.
  if (modality === null && places.some((item) => itemsOf(item, 'x00283000').length > 0)) return null;
  const back = (value: number) => (modality === null ? (value - rescale.intercept) / rescale.slope : inputOf(modality, value));
  const low = back(shown.low);
  const high = back(shown.high);
  if (low === null || high === null || low === high) return null;
  return { center: (low + high) / 2 + offset, width: Math.abs(high - low), voiFunction: shown.voiFunction, falling: high < low };
}
