import type { ImagePoint } from '../../sample/index.ts';
import type { PictureSizes } from '../image/attenuation.ts';
import { depthAt, type VisibleField } from '../image/field.ts';
import type { ImageKernels } from '../kernels/imageKernels.ts';
import { createPairBuffers, findEdgePairs, type PairBuffers } from './edgePairs.ts';
import { borderOf, type FieldBorder, findEntries } from './entries.ts';
import { type BarCandidate, createLineBuffers, findBars, type LineBuffers } from './lines.ts';
import { edgeAt, endOffset, fewStations, measureShaft, type Shaft } from './shaft.ts';
import { type FullAxis, findTip, fullAxisOf, type TipEstimate, type TipPicture } from './tip.ts';

/** What a needle may look like in this picture. */
export interface NeedleScale {
  /** Millimetres a full pixel, as known or, without geometry, as guessed. */
  readonly mmPerPx: number;
  readonly leastWidthMm: number;
  readonly mostWidthMm: number;
  /** Standard deviation of noise on the fine grid, nepers. */
  readonly noise: number;
}

/** A straight bar that passed every test, with no direction yet. */
export interface FoundBar {
  readonly shaft: Shaft;
  /** Which ends lie at the border of the visible field: there the tip cannot be. */
  readonly startsAtBorder: boolean;
  readonly endsAtBorder: boolean;
  readonly lengthMm: number;
  /** Hardly more than a point that has come in over the border; it tapers, as no bone does. */
  readonly isPoint: boolean;
}

export interface NeedleDetector {
  /** All bars of the picture, most conspicuous first. */
  bars(pyramid: PictureSizes, field: VisibleField, scale: NeedleScale): FoundBar[];
  /** What has come in over the border and is too short yet to be found as a bar; not where one of `bars` comes in. */
  entries(pyramid: PictureSizes, field: VisibleField, bars: readonly FoundBar[], scale: NeedleScale): FoundBar[];
  /** The bar at a place where a needle is known to lie, though nothing showed it by itself; null when it does not stand there. */
  barAt(pyramid: PictureSizes, field: VisibleField, place: KnownPlace, scale: NeedleScale): FoundBar | null;
  /** The tip at one end of a bar, at full resolution. */
  tip(picture: TipPicture, pyramid: PictureSizes, bar: FoundBar, forward: boolean): { axis: FullAxis; tip: TipEstimate } | null;
}

/** Where a needle was last, carried to this frame: full pixels. */
export interface KnownPlace {
  readonly tip: ImagePoint;
  readonly direction: readonly [dx: number, dy: number];
  readonly lengthPx: number;
  readonly widthPx: number;
}

/** Limits of what counts as metal of a needle; each is a physical statement about a straight tube of steel. */
const limits = {
  /** Nepers above both sides: 2.4 mm of hollow steel stops far more than 30 % of what passes beside it. */
  contrast: 0.22,
  /** Nepers a fine pixel at both outer edges: an edge as sharp as the pixels, where bone fades over millimetres. */
  edge: 0.12,
  /** Straightness of a rigid tube as a share of its width, and in mm: a wide one is no more crooked than a thin one. */
  crookedness: 0.028,
  crookednessMm: 0.09,
  widthSpread: 0.06,
  pointSpread: 0.3,
  shortMm: 6,
  leastLengthMm: 2.4,
  /** Where a needle is known to lie, this share of contrast and edge is enough: two thin walls at half a millimetre a pixel. */
  knownShare: 0.5,
  /** Few places tell its straightness and evenness less well. */
  glanceSlack: 1.5,
  /** Lines that are looked at: endplates are longer than a needle that is just coming in. */
  mostLines: 7,
} as const;

export function createNeedleDetector(coarseWidth: number, coarseHeight: number, kernels: ImageKernels): NeedleDetector {
  const pairBuffers: PairBuffers = createPairBuffers(coarseWidth, coarseHeight, kernels);
  const lineBuffers: LineBuffers = createLineBuffers(coarseWidth, coarseHeight);
  let border: { readonly of: VisibleField; readonly places: FieldBorder } | null = null;
  return {
    bars(pyramid, field, scale) {
      const coarsePxPerMm = 1 / (scale.mmPerPx * pyramid.factor * 2);
      const least = Math.max(1.5, scale.leastWidthMm * coarsePxPerMm);
      const most = Math.max(least + 1, scale.mostWidthMm * coarsePxPerMm);
      const pairs = findEdgePairs(pyramid.coarse, field, least, most, pairBuffers);
      const candidates = findBars(pairs, Math.max(4, limits.leastLengthMm * coarsePxPerMm), Math.max(3, 2.5 * coarsePxPerMm), limits.mostLines, lineBuffers);
      const shafts = candidates.flatMap((bar) => {
        const shaft = verified(pyramid, field, bar, 0.5 * (least + most), scale, 1);
        return shaft === null ? [] : [shaft];
      });
      return joinCollinear(pyramid, shafts, scale)
        .map((shaft) => foundBar(shaft, pyramid, field, scale))
        .sort((p, q) => q.lengthMm * q.shaft.contrast - p.lengthMm * p.shaft.contrast);
    },
    entries(pyramid, field, bars, scale) {
      if (border?.of !== field) border = { of: field, places: borderOf(field) };
      const known = bars.map(({ shaft }) => shaft);
      return findEntries(pyramid, field, border.places, known, scale).map((shaft) => ({
        ...foundBar(shaft, pyramid, field, scale),
        startsAtBorder: true,
        isPoint: true,
      }));
    },
    barAt(pyramid, field, place, scale) {
      const shaft = verified(pyramid, field, coarseBarOf(place, pyramid.factor), place.widthPx / (4 * pyramid.factor), scale, limits.knownShare);
      return shaft === null ? null : foundBar(shaft, pyramid, field, scale);
    },
    tip(picture, pyramid, bar, forward) {
      const axis = fullAxisOf(forward ? bar.shaft : reversed(bar.shaft), pyramid.factor);
      const guess = pyramid.factor * (forward ? bar.shaft.to : -bar.shaft.from);
      const tip = findTip(picture, axis, guess, pyramid.factor * (bar.shaft.to - bar.shaft.from), bar.shaft.contrast);
      return tip === null ? null : { axis, tip };
    },
  };
}

export const reversed = (shaft: Shaft): Shaft => ({ ...shaft, dx: -shaft.dx, dy: -shaft.dy, from: -shaft.to, to: -shaft.from });

/** Most of the shaft: its last part may have been drawn back, or stand in something dark. */
function coarseBarOf({ tip, direction: [dx, dy], lengthPx }: KnownPlace, factor: number): BarCandidate {
  const centre = factor - 0.5;
  return {
    x: (tip[0] - centre) / (2 * factor),
    y: (tip[1] - centre) / (2 * factor),
    dx,
    dy,
    from: -lengthPx / (2 * factor),
    to: (-0.1 * lengthPx) / (2 * factor),
    coverage: 1,
  };
}

/** Measures a candidate on the fine grid and applies the limits (`share` of the least contrast and edge); null when it is no needle. */
function verified(pyramid: PictureSizes, field: VisibleField, bar: BarCandidate, halfWidth: number, scale: NeedleScale, share: number): Shaft | null {
  const leastEdge = Math.max(0.04, 2.5 * scale.noise);
  const isKnown = share < 1;
  // Most candidates are bone, and that shows at a few places.
  const glance = isKnown ? null : measureShaft(pyramid.fine, field, bar, halfWidth, leastEdge, fewStations);
  if (!isKnown && (glance === null || !isTube(glance, pyramid.factor, scale, share, limits.glanceSlack))) return null;
  const shaft = measureShaft(pyramid.fine, field, bar, halfWidth, leastEdge);
  if (shaft === null || !isTube(shaft, pyramid.factor, scale, share)) return null;
  const whole = extended(pyramid, field, shaft, leastEdge, scale.noise);
  // A piece of a needle that is known to lie there is one.
  const isPiece = !isKnown && isShort(shaft, pyramid.factor, scale) && !isShort(whole, pyramid.factor, scale);
  const tube = isPiece ? asWhole(whole, pyramid, field, scale) : whole;
  return tube === null ? null : { ...tube, endOffPx: endOffset(pyramid.fine, tube, leastEdge) };
}

/** A short piece may be all point: then its width changes along it. */
const isShort = (shaft: Shaft, factor: number, scale: NeedleScale): boolean => (shaft.to - shaft.from) * scale.mmPerPx * factor < limits.shortMm;

function isTube(shaft: Shaft, factor: number, scale: NeedleScale, share: number, slack = 1): boolean {
  const finePxPerMm = 1 / (scale.mmPerPx * factor);
  const jitter = shaft.edge > 0 ? scale.noise / shaft.edge : 1;
  // What noise adds to a crooked line adds as squares.
  const straight = shaft.crookednessPx < slack * Math.hypot(Math.min(limits.crookedness * shaft.width, limits.crookednessMm * finePxPerMm), jitter);
  const even = shaft.widthSpreadPx < slack * ((isShort(shaft, factor, scale) ? limits.pointSpread : limits.widthSpread) * shaft.width + jitter);
  const wide = shaft.width >= 0.85 * scale.leastWidthMm * finePxPerMm && shaft.width <= 1.15 * scale.mostWidthMm * finePxPerMm;
  const metal = shaft.contrast > share * limits.contrast && shaft.edge > Math.max(share * limits.edge, 3 * scale.noise);
  return straight && even && wide && metal && shaft.coverage > 0.75 / slack;
}

/** A piece that was let pass as a point, and goes on, has to be a tube over all of it. */
function asWhole(shaft: Shaft, pyramid: PictureSizes, field: VisibleField, scale: NeedleScale): Shaft | null {
  const bar: BarCandidate = { ...shaft, x: (shaft.x - 0.5) / 2, y: (shaft.y - 0.5) / 2, from: shaft.from / 2, to: shaft.to / 2 };
  const measured = measureShaft(pyramid.fine, field, bar, shaft.width / 2, Math.max(0.04, 2.5 * scale.noise));
  return measured !== null && isTube(measured, pyramid.factor, scale, 1) ? measured : null;
}

/** Follows the bar beyond both ends as long as both edges stand. */
function extended(pyramid: PictureSizes, field: VisibleField, shaft: Shaft, leastEdge: number, noise: number): Shaft {
  // The steepest of a dozen slopes of noise alone reaches three times its deviation.
  const least = Math.max(leastEdge, 0.25 * shaft.edge, 4 * noise);
  const gap = Math.max(4, 0.7 * shaft.width);
  const follow = (start: number, step: 1 | -1): number => {
    let last = start;
    for (let along = start + step; Math.abs(along - last) <= gap; along += step) {
      if (depthAt(field, (shaft.x + shaft.dx * along) / 2, (shaft.y + shaft.dy * along) / 2) < 2) break;
      if (edgeAt(pyramid.fine, shaft, along, least) > 0) last = along;
    }
    return last;
  };
  return { ...shaft, from: follow(shaft.from, -1), to: follow(shaft.to, 1) };
}

/** Parts of one line (a shaft interrupted by cement or a hub) become one shaft: the longest, with the others' extent. */
function joinCollinear(pyramid: PictureSizes, shafts: readonly Shaft[], scale: NeedleScale): Shaft[] {
  const finePxPerMm = 1 / (scale.mmPerPx * pyramid.factor);
  const byLength = [...shafts].sort((p, q) => q.to - q.from - (p.to - p.from));
  const joined: Shaft[] = [];
  for (const shaft of byLength) {
    const host = joined.findIndex((other) => isCollinear(other, shaft, 0.4 * other.width, 60 * finePxPerMm));
    const other = joined[host];
    if (other === undefined) joined.push(shaft);
    else joined[host] = withExtentOf(other, shaft);
  }
  return joined;
}

const alongOn = (shaft: Shaft, x: number, y: number): number => (x - shaft.x) * shaft.dx + (y - shaft.y) * shaft.dy;
const acrossOn = (shaft: Shaft, x: number, y: number): number => Math.abs((x - shaft.x) * -shaft.dy + (y - shaft.y) * shaft.dx);
const endsOf = (shaft: Shaft): readonly (readonly [number, number])[] =>
  [shaft.from, shaft.to].map((along) => [shaft.x + shaft.dx * along, shaft.y + shaft.dy * along]);

function isCollinear(host: Shaft, part: Shaft, across: number, mostGap: number): boolean {
  const ends = endsOf(part);
  if (ends.some(([x, y]) => acrossOn(host, x, y) > across)) return false;
  const along = ends.map(([x, y]) => alongOn(host, x, y));
  return Math.min(...along) - host.to < mostGap && host.from - Math.max(...along) < mostGap;
}

function withExtentOf(host: Shaft, part: Shaft): Shaft {
  const along = endsOf(part).map(([x, y]) => alongOn(host, x, y));
  return { ...host, from: Math.min(host.from, ...along), to: Math.max(host.to, ...along) };
}

function foundBar(shaft: Shaft, pyramid: PictureSizes, field: VisibleField, scale: NeedleScale): FoundBar {
  const mmPerFinePx = scale.mmPerPx * pyramid.factor;
  // A tip that near to the border could be the border's own end of the shaft.
  const reach = Math.max(5, 0.9 * shaft.width);
  const borderBeyond = (along: number) => depthAt(field, (shaft.x + shaft.dx * along) / 2, (shaft.y + shaft.dy * along) / 2) < 3;
  return {
    shaft,
    startsAtBorder: borderBeyond(shaft.from - reach),
    endsAtBorder: borderBeyond(shaft.to + reach),
    lengthMm: (shaft.to - shaft.from) * mmPerFinePx,
    isPoint: false,
  };
}
