/** How a window turns values into greys, (0028,1056): PS3.3 C.11.2.1.2.1, C.11.2.1.3.2 and C.11.2.1.3.1. */
export type NamedVoiFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

/** A curve of the source's own, as a VOI table has it (C.11.2): straight lines between points. */
export interface VoiCurve {
  /** Position in the window, from 0 at its lower to 1 at its upper end, rising, and brightness there. At least two. */
  readonly points: readonly (readonly [position: number, brightness: number])[];
}

export type VoiFunction = NamedVoiFunction | VoiCurve;

/** Whether two functions give the same brightness everywhere. */
export function sameVoiFunction(p: VoiFunction | undefined, q: VoiFunction | undefined): boolean {
  if (p === q || typeof p !== 'object' || typeof q !== 'object') return p === q;
  return p.points.length === q.points.length && p.points.every(([at, brightness], index) => at === q.points[index]?.[0] && brightness === q.points[index]?.[1]);
}

/** A window with its function, in whatever values it is applied to. */
export interface VoiWindow {
  readonly center: number;
  readonly width: number;
  readonly voiFunction: VoiFunction;
}

/** The brightness of a value under a window: 0 is black, 1 is white. */
export function brightnessOf(value: number, { center, width, voiFunction }: VoiWindow): number {
  if (typeof voiFunction === 'object') return alongCurve(voiFunction, (value - (center - width / 2)) / Math.max(width, Number.EPSILON));
  switch (voiFunction) {
    case 'LINEAR':
      // A window of 1 is a threshold: what lies above center − 0.5 is white.
      if (width <= 1) return value > center - 0.5 ? 1 : 0;
      return withinOne((value - (center - 0.5)) / (width - 1) + 0.5);
    case 'LINEAR_EXACT':
      return withinOne((value - center) / Math.max(width, Number.EPSILON) + 0.5);
    case 'SIGMOID':
      return 1 / (1 + Math.exp((-4 * (value - center)) / Math.max(width, Number.EPSILON)));
  }
}

/** Level before the first point and behind the last. */
function alongCurve({ points }: VoiCurve, position: number): number {
  let [before, behind] = [0, points.length - 1];
  while (behind - before > 1) {
    const middle = (before + behind) >>> 1;
    if ((points[middle]?.[0] ?? 0) <= position) before = middle;
    else behind = middle;
  }
  const [from, to] = [points[before], points[behind]];
  if (from === undefined || to === undefined) return 0;
  const share = to[0] > from[0] ? withinOne((position - from[0]) / (to[0] - from[0])) : 1;
  return from[1] + share * (to[1] - from[1]);
}

const withinOne = (share: number): number => Math.max(0, Math.min(1, share));

/** Where a sigmoid is black and white to a 255th: its window, this many times to either side. */
const sigmoidReach = 1.5;
const sigmoidSteps = 48;

/** Points of the curve from black to white, between which straight lines differ from it by less than a grey of 255. */
export function curvePoints(window: VoiWindow): readonly { readonly value: number; readonly brightness: number }[] {
  const { center, width, voiFunction } = window;
  if (typeof voiFunction === 'object')
    return voiFunction.points.map(([position, brightness]) => ({ value: center + (position - 0.5) * Math.max(width, Number.EPSILON), brightness }));
  if (voiFunction !== 'SIGMOID') {
    const [middle, span] = voiFunction === 'LINEAR' ? [center - 0.5, Math.max(width - 1, Number.EPSILON)] : [center, width];
    return [
      { value: middle - span / 2, brightness: 0 },
      { value: middle + span / 2, brightness: 1 },
    ];
  }
  return Array.from({ length: sigmoidSteps + 1 }, (_, step) => {
    const value = center + (2 * step - sigmoidSteps) * ((sigmoidReach * width) / sigmoidSteps);
    return { value, brightness: brightnessOf(value, window) };
  });
}
