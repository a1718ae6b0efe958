import type { ImagePoint } from '../../src/sample/index.ts';
import type { PictureKey } from './pictureInfo.ts';

export type MeasureKind = 'length' | 'angle';

/** Something measured in one picture; an angle's vertex is its second point. Complete with two or three points. */
export interface Measure {
  readonly picture: PictureKey;
  readonly kind: MeasureKind;
  readonly points: readonly ImagePoint[];
}

const needed: Readonly<Record<MeasureKind, number>> = { length: 2, angle: 3 };
export const isComplete = ({ kind, points }: Measure): boolean => points.length >= needed[kind];

/** With one more point: goes on with the measure under way in this picture, else begins one. */
export function withPoint(measures: readonly Measure[], picture: PictureKey, kind: MeasureKind, point: ImagePoint): readonly Measure[] {
  const last = measures.at(-1);
  if (last && last.picture === picture && last.kind === kind && !isComplete(last))
    return [...measures.slice(0, -1), { ...last, points: [...last.points, point] }];
  // One left unfinished elsewhere is given up.
  return [...measures.filter(isComplete), { picture, kind, points: [point] }];
}

export const withMoved = (measures: readonly Measure[], index: number, pointIndex: number, point: ImagePoint): readonly Measure[] =>
  measures.map((measure, i) => (i === index ? { ...measure, points: measure.points.map((p, k) => (k === pointIndex ? point : p)) } : measure));

/** Where the points of a new measure stand, as shares of the picture's width and height about its middle. */
const placed: Readonly<Record<MeasureKind, readonly (readonly [x: number, y: number])[]>> = {
  length: [
    [-0.12, 0],
    [0.12, 0],
  ],
  angle: [
    [-0.12, -0.1],
    [-0.12, 0.1],
    [0.12, 0.1],
  ],
};
/** A new one stands lower than the one before, and from the top again after the fifth. */
const placesApart = 0.06;
const places = 5;

/** A whole measure in the middle of a picture of this size, to be moved from there with the keys; the `n`th one of it. */
export const placedPoints = (kind: MeasureKind, [width, height]: readonly [number, number], n: number): readonly (readonly [x: number, y: number])[] =>
  placed[kind].map(([x, y]) => [width * (0.5 + x), height * (0.5 + y + (n % places) * placesApart)]);

/** Millimetres where something says how large a pixel is (at the isocentre), else pixels; degrees for an angle. Null while it is not complete. */
export function measured(measure: Measure, mmPerPx: number | null): { readonly value: number; readonly unit: 'mm' | 'px' | '°' } | null {
  const [p, q, r] = measure.points;
  if (!p || !q) return null;
  if (measure.kind === 'length') {
    const px = Math.hypot(q[0] - p[0], q[1] - p[1]);
    return mmPerPx === null ? { value: px, unit: 'px' } : { value: px * mmPerPx, unit: 'mm' };
  }
  if (!r) return null;
  const [ux, uy, vx, vy] = [p[0] - q[0], p[1] - q[1], r[0] - q[0], r[1] - q[1]];
  const angle = Math.atan2(Math.abs(ux * vy - uy * vx), ux * vx + uy * vy);
  return { value: (angle * 180) / Math.PI, unit: '°' };
}
