import type { DicomItem } from './dataset.ts';
import type { ImageDescription } from './image.ts';
import { type LookupTable, lookupTableOf } from './lookupTable.ts';
import { itemsOf, numberOf, textOf } from './values.ts';
import type { NamedVoiFunction, VoiWindow } from './voi.ts';
import { tableWindow } from './voiTable.ts';

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

/** The input at which a table that goes one way only reaches `output`; null when it goes to and fro, or nowhere. */
function inputOf({ firstInput, outputs }: LookupTable, output: number): number | null {
  const rising = (outputs.at(-1) ?? 0) >= (outputs[0] ?? 0);
  const steady = outputs.every((value, index) => index === 0 || (rising ? value >= (outputs[index - 1] ?? 0) : value <= (outputs[index - 1] ?? 0)));
  if (!steady) return null;
  const index = outputs.findIndex((value) => (rising ? value >= output : value <= output));
  return firstInput + (index < 0 ? outputs.length - 1 : index);
}

interface Edges {
  readonly low: number;
  readonly high: number;
  readonly voiFunction: NamedVoiFunction;
}

/** (0028,1056): LINEAR where it is absent or a word of its own. */
export function voiFunctionOf(places: readonly DicomItem[]): NamedVoiFunction {
  const said = places.map((item) => textOf(item, 'x00281056')).find((value) => value !== null);
  return said === 'SIGMOID' || said === 'LINEAR_EXACT' ? said : 'LINEAR';
}

/** Lower and upper end of the window of a file, in modality values. */
function windowEnds(places: readonly DicomItem[]): Edges | null {
  const center = first(places, 'x00281050');
  const width = first(places, 'x00281051');
  const voiFunction = voiFunctionOf(places);
  const usable = center !== null && width !== null && (width >= 1 || (voiFunction !== 'LINEAR' && width > 0));
  return usable ? { low: center - width / 2, high: center + width / 2, voiFunction } : null;
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
  const asStored = image.sopClass !== null && shownAsStored.has(image.sopClass);
  const modality = asStored ? null : lookupTableOf(places, 'x00283000', image.signed);
  const rescale = (asStored ? null : rescaleOf(places)) ?? { slope: 1, intercept: 0 };
  // A modality LUT whose data cannot be read: no way back.
  if (!asStored && modality === null && places.some((item) => itemsOf(item, 'x00283000').length > 0)) return null;
  const shown = windowEnds(places);
  if (shown === null) {
    const table = lookupTableOf(places, 'x00283010', image.signed || rescale.intercept < 0);
    const window = table && tableWindow(table, modality, rescale, image);
    return window && { ...window, falling: false };
  }
  const offset = image.signed ? 2 ** (image.bitsStored - 1) : 0;
  const back = (value: number) => (modality === null ? (value - rescale.intercept) / rescale.slope : inputOf(modality, value));
  const low = back(shown.low);
  const high = back(shown.high);
  if (low === null || high === null || low === high) return null;
  return { center: (low + high) / 2 + offset, width: Math.abs(high - low), voiFunction: shown.voiFunction, falling: high < low };
}
