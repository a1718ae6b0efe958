import type { XrayFrame } from '../../dicom/xrayFrame.ts';
import { type Grid, sampleGrid } from '../image/grid.ts';
import type { Shaft } from './shaft.ts';

/** Where a needle ends, along its axis. */
export interface TipEstimate {
  /** Fine pixels along the shaft's direction from its origin. */
  readonly along: number;
  /** Where half of the contrast is gone: the end of a needle that has no point. */
  readonly flatAlong: number;
  readonly sigmaPx: number;
  /** How far what stands before the tip (bone, noise) may have moved the measured end, standard deviation, pixels. */
  readonly clutterPx: number;
  /** A cannula without its stylet: two thin walls. */
  readonly hollow: boolean;
}

/** The axis in full-resolution pixels, pointing to the tip. */
export interface FullAxis {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly width: number;
}

/** Fine pixel f covers `factor` full pixels: its centre lies at factor · f + (factor − 1) / 2. */
export function fullAxisOf(shaft: Shaft, factor: number): FullAxis {
  const shift = (factor - 1) / 2;
  return { x: factor * shaft.x + shift, y: factor * shaft.y + shift, dx: shaft.dx, dy: shaft.dy, width: factor * shaft.width };
}

/** Attenuation at a point of the full picture, nepers. */
export type TipPicture = (xPx: number, yPx: number) => number;

/** The frame at full resolution. */
export const frameAsTipPicture =
  (frame: XrayFrame, table: Float32Array): TipPicture =>
  (x, y) =>
    sampleFrame(frame, table, x, y);

/** A fine grid, `factor` times smaller than the picture. */
export const gridAsTipPicture =
  (fine: Grid, factor: number): TipPicture =>
  (x, y) =>
    sampleGrid(fine, (x - (factor - 1) / 2) / factor, (y - (factor - 1) / 2) / factor);

function sampleFrame(frame: XrayFrame, table: Float32Array, x: number, y: number): number {
  const { rows, columns } = frame.attributes;
  const cx = Math.max(0, Math.min(columns - 1.001, x));
  const cy = Math.max(0, Math.min(rows - 1.001, y));
  const x0 = cx | 0;
  const y0 = cy | 0;
  const fx = cx - x0;
  const fy = cy - y0;
  const at = y0 * columns + x0;
  const { pixels } = frame;
  const top = (table[pixels[at] ?? 0] ?? 0) * (1 - fx) + (table[pixels[at + 1] ?? 0] ?? 0) * fx;
  const bottom = (table[pixels[at + columns] ?? 0] ?? 0) * (1 - fx) + (table[pixels[at + columns + 1] ?? 0] ?? 0) * fx;
  return top * (1 - fy) + bottom * fy;
}

/** Of what a shaft stops, so much has to be left for it to be there. */
const standingShare = 0.35;

/**
 * The edges of a bar may be carried on beyond the needle's end by bone or noise that lies in line with it. Back from the guessed end to
 * where the bar stops a good part of `contrast` over half a width.
 */
function standingEnd(sample: TipPicture, axis: FullAxis, guess: number, visiblePx: number, contrast: number): number {
  const half = axis.width / 2;
  const level = (along: number): number => {
    const side = 0.5 * (bandMean(sample, axis, along, -2 * half, -1.35 * half) + bandMean(sample, axis, along, 1.35 * half, 2 * half));
    return bandMean(sample, axis, along, -0.9 * half, 0.9 * half) - side;
  };
  const step = Math.max(1, 0.25 * axis.width);
  // The point itself stops less: what stands is looked for behind it.
  for (let end = guess; end > guess - visiblePx + 2 * axis.width; end -= step) {
    const behind = end - 0.8 * axis.width;
    if ((level(behind) + level(behind - step) + level(behind - 2 * step)) / 3 > standingShare * contrast) return end;
  }
  return guess;
}

/** Mean attenuation of a band parallel to the axis between two distances from it. */
function bandMean(sample: TipPicture, axis: FullAxis, along: number, from: number, to: number): number {
  const count = Math.max(3, Math.ceil(to - from));
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const across = from + ((i + 0.5) * (to - from)) / count;
    sum += sample(axis.x + axis.dx * along - axis.dy * across, axis.y + axis.dy * along + axis.dx * across);
  }
  return sum / count;
}

interface Profiles {
  /** Full pixels along the axis; index 0 is deepest inside the shaft. */
  readonly start: number;
  readonly centre: Float64Array;
  readonly whole: Float64Array;
  readonly walls: Float64Array;
}

/** Contrast against both sides, at steps of one full pixel from `inside` widths before the guess to `beyond` widths after it. */
function profilesAround(sample: TipPicture, axis: FullAxis, guess: number, inside: number, beyond: number): Profiles {
  const half = axis.width / 2;
  const start = guess - inside * axis.width;
  const count = Math.ceil((inside + beyond) * axis.width) + 1;
  const centre = new Float64Array(count);
  const whole = new Float64Array(count);
  const walls = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const along = start + i;
    const left = bandMean(sample, axis, along, -2 * half, -1.35 * half);
    const right = bandMean(sample, axis, along, 1.35 * half, 2 * half);
    const side = 0.5 * (left + right);
    const middle = bandMean(sample, axis, along, -0.35 * half, 0.35 * half);
    const leftWall = bandMean(sample, axis, along, -0.9 * half, -0.35 * half);
    const rightWall = bandMean(sample, axis, along, 0.35 * half, 0.9 * half);
    centre[i] = middle - side;
    walls[i] = 0.5 * (leftWall + rightWall) - side;
    whole[i] = 0.3 * middle + 0.35 * (leftWall + rightWall) - side;
  }
  return { start, centre: smooth3(centre), whole: smooth3(whole), walls };
}

function smooth3(values: Float64Array): Float64Array {
  const last = values.length - 1;
  return values.map((v, i) => 0.25 * (values[Math.max(0, i - 1)] ?? v) + 0.5 * v + 0.25 * (values[Math.min(last, i + 1)] ?? v));
}

function medianOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  return sorted[sorted.length >> 1] ?? 0;
}

/** First index from `from` on where the profile stays below `level` for `hold` steps, interpolated; null when it never does. */
function fallBelow(profile: Float64Array, level: number, from: number, hold: number): number | null {
  for (let i = Math.max(1, from); i < profile.length - hold; i++) {
    let below = true;
    for (let k = 0; k < hold && below; k++) below = (profile[i + k] ?? 0) < level;
    if (!below) continue;
    const before = profile[i - 1] ?? 0;
    const here = profile[i] ?? 0;
    return before > here ? i - 1 + Math.max(0, Math.min(1, (before - level) / (before - here))) : i;
  }
  return null;
}

/** Root mean square of the contrast over one and a half widths before the tip: what is no needle there is also under its point. */
function clutterBeyond(centre: Float64Array, end: number, width: number): number {
  const from = Math.min(centre.length - 1, Math.ceil(end + 0.25 * width));
  const to = Math.min(centre.length, Math.ceil(end + 1.75 * width));
  let sum = 0;
  for (let i = from; i < to; i++) sum += (centre[i] ?? 0) ** 2;
  return Math.sqrt(sum / Math.max(1, to - from));
}

/**
 * Through the middle of solid steel the beam passes more of it than at its sides, through a cannula's bore less: 0.7 to 0.86 of what the walls stop
 * (hardening and scatter bring them together), where a solid needle's middle stops as much or more.
 */
const hollowShare = 0.88;

/**
 * Many systems make edges stand out: what is dark gets a darker rim, and what lies beside it a brighter one, by as much. A solid needle's walls
 * then look darker than its middle. By how much is told by the bright rim, which is brighter than what lies farther out; without it a
 * hollow needle is still hollow. Medians over `count` places from `start` on.
 */
function isHollowWithoutRims(sample: TipPicture, axis: FullAxis, start: number, centre: number, walls: number, count: number): boolean {
  const half = axis.width / 2;
  const bothSides = (along: number, from: number, to: number): number =>
    0.5 * (bandMean(sample, axis, along, -to * half, -from * half) + bandMean(sample, axis, along, from * half, to * half));
  const rims = new Float64Array(count);
  const sides = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const far = bothSides(start + i, 2, 2.6);
    // As far outside of the edges as the walls are inside; and where the sides are that both are measured against.
    rims[i] = far - bothSides(start + i, 1.1, 1.65);
    sides[i] = far - bothSides(start + i, 1.35, 2);
  }
  const rim = Math.max(0, medianOf(rims));
  const side = Math.max(0, medianOf(sides));
  return centre - side < hollowShare * (walls - side - rim);
}

/** A point is no longer than this between 45 % and 15 % of the contrast, widths. */
const longestPoint = 0.8;

/** A faint step's share of the shaft's contrast, and how much of its own it has off its middle: bone in front is fainter, or not as wide. */
const leastStep = { ofPlateau: 0.3, atWalls: 0.75 } as const;

/**
 * What a needle on the move has gained since the last frame may stand there at a part of its contrast only: detectors lag, and filters
 * against noise mean successive frames. Such a step is as wide as the needle (a wire is thinner, and what is wider darkens the sides too). Its
 * level between where the shaft's contrast falls and where the last of it ends; null when there is none.
 */
function faintStep({ centre, walls }: Profiles, plateau: number, at45: number, at15: number, width: number): number | null {
  if (at15 - at45 <= longestPoint * width) return null;
  const from = Math.ceil(at45 + 0.25 * width);
  const level = medianOf(centre.subarray(from, Math.max(from + 1, Math.floor(at15 - 0.25 * width))));
  const atWalls = medianOf(walls.subarray(from, Math.max(from + 1, Math.floor(0.5 * (at45 + at15)))));
  return level > leastStep.ofPlateau * plateau && atWalls > leastStep.atWalls * level ? level : null;
}

/** How far it is along the point from 45 % to 15 % of the contrast. Where bone in front stops more than that, from 45 % to 30 %, twice. */
function pointSlope(centre: Float64Array, plateau: number, at45: number, at15: number, width: number): number {
  const longest = longestPoint * width;
  if (at15 - at45 <= longest) return at15 - at45;
  const at30 = fallBelow(centre, 0.3 * plateau, Math.floor(at45), 2) ?? at15;
  return Math.min(2 * (at30 - at45), longest);
}

/** The point at the end of a faint step, found as that of a whole shaft; noise counts for more, and there is more of it to be told from nothing. */
function endOfStep({ start, centre, whole }: Profiles, level: number, from: number, width: number): TipEstimate | null {
  const inStep = Math.ceil(from + 0.25 * width);
  const at45 = fallBelow(centre, 0.45 * level, inStep, 2);
  const at15 = at45 === null ? null : fallBelow(centre, 0.15 * level, Math.floor(at45), 2);
  if (at45 === null || at15 === null) return null;
  const slope = Math.min(at15 - at45, longestPoint * width);
  const end = at45 + 1.85 * slope;
  const flat = fallBelow(whole, 0.5 * level, inStep, 2) ?? end;
  const clutterPx = Math.min((clutterBeyond(centre, end, width) * slope) / (0.3 * level), width);
  return { along: start + end, flatAlong: start + flat, sigmaPx: Math.max(1, 0.3 * slope, 2 * pointShare * width), clutterPx, hollow: false };
}

/** Bevel, diamond or cone, and how dense the bone before it is, are not known: the point is told to this share of the width at best. */
const pointShare = 0.1;

/**
 * The tip on the axis at full resolution. A cannula ends where half of its contrast is gone. A trocar ends in a cone: along
 * its middle the metal thins in proportion to the distance from the point, so the point lies where the line through the
 * places of 45 % and 15 % contrast reaches zero, and a little beyond, where the last of the point is lost in the blur. Null when the contrast does not end near the guess.
 */
export function findTip(sample: TipPicture, axis: FullAxis, guessed: number, visiblePx: number, contrast: number): TipEstimate | null {
  // A needle just coming in shows less than the four widths that the plateau is usually taken from.
  const visible = visiblePx / axis.width;
  const inside = Math.max(Math.min(1.4, Math.max(0.7, visible)), Math.min(4, visible - 0.3));
  const guess = standingEnd(sample, axis, guessed, visiblePx, contrast);
  const profiles = profilesAround(sample, axis, guess, inside, 3);
  const shaftPart = Math.ceil(0.45 * inside * axis.width);
  const plateauCentre = medianOf(profiles.centre.subarray(0, shaftPart));
  const plateauWhole = medianOf(profiles.whole.subarray(0, shaftPart));
  const plateauWalls = medianOf(profiles.walls.subarray(0, shaftPart));
  if (plateauWhole < 0.08) return null;
  const hollow = plateauCentre < hollowShare * plateauWalls && isHollowWithoutRims(sample, axis, profiles.start, plateauCentre, plateauWalls, shaftPart);
  const hold = Math.max(2, Math.round(0.25 * axis.width));
  const half = fallBelow(profiles.whole, 0.5 * plateauWhole, shaftPart, hold);
  if (half === null) return null;
  const flatAlong = profiles.start + half;
  if (hollow) return { along: flatAlong, flatAlong, sigmaPx: Math.max(1, 0.12 * axis.width), clutterPx: 0, hollow };
  const at45 = fallBelow(profiles.centre, 0.45 * plateauCentre, shaftPart, 2);
  const at15 = at45 === null ? null : fallBelow(profiles.centre, 0.15 * plateauCentre, Math.floor(at45), 2);
  if (at45 === null || at15 === null) return { along: flatAlong, flatAlong, sigmaPx: 0.4 * axis.width, clutterPx: 0, hollow };
  const step = faintStep(profiles, plateauCentre, at45, at15, axis.width);
  if (step !== null) return endOfStep(profiles, step, at45, axis.width);
  const slope = pointSlope(profiles.centre, plateauCentre, at45, at15, axis.width);
  const end = at45 + 1.85 * slope;
  const clutterPx = (clutterBeyond(profiles.centre, end, axis.width) * slope) / (0.3 * plateauCentre);
  return {
    along: profiles.start + end,
    flatAlong,
    sigmaPx: Math.max(1, 0.3 * slope, pointShare * axis.width),
    clutterPx: Math.min(clutterPx, axis.width),
    hollow,
  };
}
