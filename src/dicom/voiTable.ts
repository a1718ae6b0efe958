import type { Rescale } from './grayscale.ts';
import type { ImageDescription } from './image.ts';
import type { LookupTable } from './lookupTable.ts';
import type { VoiCurve, VoiWindow } from './voi.ts';

/** Half a grey of 255: the curve is nowhere further from its table, but for tables that need more points than these. */
const tolerance = 0.5 / 255;
const mostPoints = 256;

/** Windows once made, by their table: of every frame of a run the same is asked. */
const known = new WeakMap<LookupTable, Map<string, VoiWindow | null>>();

/**
 * What a VOI table makes of unsigned stored values, through modality table or rescale: the window in which it does not stay the
 * same, with the table as its curve. Null for a table that is the same everywhere.
 */
export function tableWindow(
  table: LookupTable,
  modality: LookupTable | null,
  rescale: Rescale,
  image: Pick<ImageDescription, 'bitsStored' | 'signed'>,
): VoiWindow | null {
  const windows = known.get(table) ?? new Map<string, VoiWindow | null>();
  known.set(table, windows);
  const key = `${modality?.firstInput} ${modality?.outputs.length} ${rescale.slope} ${rescale.intercept} ${image.bitsStored} ${image.signed}`;
  let window = windows.get(key);
  if (window === undefined) {
    window = curveOf(brightnessOfStored(table, modality, rescale, image));
    windows.set(key, window);
  }
  return window;
}

const entry = ({ firstInput, outputs }: LookupTable, input: number): number =>
  outputs[Math.min(Math.max(Math.round(input) - firstInput, 0), outputs.length - 1)] ?? 0;

function brightnessOfStored(
  table: LookupTable,
  modality: LookupTable | null,
  { slope, intercept }: Rescale,
  { bitsStored, signed }: Pick<ImageDescription, 'bitsStored' | 'signed'>,
): Float64Array {
  const offset = signed ? 2 ** (bitsStored - 1) : 0;
  return Float64Array.from({ length: 2 ** Math.min(bitsStored, 16) }, (_, unsigned) => {
    const stored = unsigned - offset;
    return entry(table, modality === null ? stored * slope + intercept : entry(modality, stored)) / table.highest;
  });
}

function curveOf(brightness: Float64Array): VoiWindow | null {
  const last = brightness.length - 1;
  const lower = brightness.findIndex((value) => value !== brightness[0]) - 1;
  if (lower < 0) return null;
  let upper = last;
  while (brightness[upper - 1] === brightness[last]) upper--;
  const width = upper - lower;
  const points = simplified(brightness, lower, upper).map((value) => [rounded((value - lower) / width), rounded(brightness[value] ?? 0)] as const);
  const voiFunction: VoiCurve = { points };
  return { center: lower + width / 2, width, voiFunction };
}

/** Short in a record, and exact to less than a thirtieth of a grey and a tenth of a value of 12 bits. */
const rounded = (value: number): number => Math.round(value * 1e5) / 1e5;

interface Span {
  readonly from: number;
  readonly to: number;
  /** Where the curve is furthest from the straight line between the ends, and how far. */
  readonly bend: number;
  readonly distance: number;
}

function spanOf(curve: Float64Array, from: number, to: number): Span {
  const [start, rise] = [curve[from] ?? 0, ((curve[to] ?? 0) - (curve[from] ?? 0)) / (to - from)];
  let [distance, bend] = [0, from];
  for (let value = from + 1; value < to; value++) {
    const away = Math.abs((curve[value] ?? 0) - (start + rise * (value - from)));
    if (away > distance) [distance, bend] = [away, value];
  }
  return { from, to, bend, distance };
}

/** The values at which straight lines bend so as to stay near the curve, bent first where they are furthest away (Douglas and Peucker). */
function simplified(curve: Float64Array, from: number, to: number): readonly number[] {
  const spans = [spanOf(curve, from, to)];
  while (spans.length + 1 < mostPoints) {
    const worst = spans.reduce((most, span, index) => (span.distance > (spans[most]?.distance ?? 0) ? index : most), 0);
    const span = spans[worst];
    if (span === undefined || span.distance <= tolerance) break;
    spans.splice(worst, 1, spanOf(curve, span.from, span.bend), spanOf(curve, span.bend, span.to));
  }
  return [from, ...spans.map((span) => span.to)];
}
