import { depthAt } from '../image/field.ts';
import { createGrid, halve, sampleGrid } from '../image/grid.ts';
import type { NeedleView } from './sighting.ts';
import { gridAsTipPicture } from './tip.ts';
import type { NeedleContext, NeedleTrack } from './track.ts';

/**
 * The picture with one needle in it, learnt in the coordinates of the bone. Attenuation adds up: what a frame shows more than
 * that is what has come over it since, and a second needle stands in the difference as if the first were not there.
 */
export interface RestingScene {
  /** What lies over or beside the needle at rest, with that needle taken out; null when nothing has come or nothing is known. */
  beside(tracks: readonly NeedleTrack[], context: NeedleContext): Beside | null;
  /** To be told after each frame: whether what came is a needle. What is none becomes part of the scene. */
  settle(isNeedle: boolean): void;
  forget(): void;
}

/** A frame without the needle at rest. */
export interface Beside {
  /** The needle that was taken out. */
  readonly host: NeedleTrack;
  readonly view: NeedleView;
  /** Nothing lies over the last part of that needle: its end is seen in the frame itself. */
  readonly endIsClear: boolean;
  /** How much noisier it is than the frame: fewer quanta pass the steel (their noise in nepers grows with half of what was stopped). */
  readonly noiseShare: number;
}

const rules = {
  /** Frames of the same place before a difference is believed, and how many make its mean. */
  knownFrames: 2,
  meanFrames: 12,
  /** To each side of the resting needle's axis, mm: beside that, a second one is seen by itself. */
  asideMm: 7,
  /** A needle adds at least this over its width, nepers, or this share of what the resting one stops; as much less and that one has changed. */
  nepers: 0.2,
  contrastShare: 0.25,
  /** Along the axis, mm. */
  comeMm: 4,
  goneMm: 5,
  /** The needle's own point is not looked at: it may have stood a little elsewhere, or be told a little differently in each frame. */
  tipMm: 2,
  tipWidths: 2,
  /** From there on the last part of the shaft, from which its end is measured, in widths. */
  endWidths: 4,
  /** A shaft is the same all along: it rests as long as its tip has stayed within this for so many frames, mm. */
  restRangeMm: 1.5,
  restFrames: 3,
  /** What has come and is no needle in so many frames (a hand, a clamp, the hub) belongs to the scene. */
  strangeFrames: 4,
} as const;

/** Along the needle: over how much something has come, and over how much something is gone, mm; and whether it came over the end. */
interface Change {
  readonly cameMm: number;
  readonly wentMm: number;
  readonly overEnd: boolean;
}

export function createRestingScene(width: number, height: number): RestingScene {
  const scene = createGrid(width, height);
  const age = new Uint8Array(width * height);
  const fine = createGrid(width, height);
  const coarse = createGrid(width >> 1, height >> 1);
  let hostId: number | null = null;
  let frames = 0;
  /** Something lay over it in the last frame: it is not learnt, and the needle may go on under it. */
  let covered = false;
  let strangeFrames = 0;

  function forget(): void {
    hostId = null;
    frames = 0;
    covered = false;
    age.fill(0);
  }

  const shiftFine = ({ shift, pyramid }: NeedleContext): readonly [number, number] => [shift[0] / pyramid.factor, shift[1] / pyramid.factor];

  /** Running mean of each place; other needles are no part of the scene. */
  function learn(others: readonly NeedleTrack[], context: NeedleContext): void {
    const [sx, sy] = shiftFine(context);
    const ix = Math.floor(sx);
    const iy = Math.floor(sy);
    const fx = sx - ix;
    const fy = sy - iy;
    const { data } = context.pyramid.fine;
    const inOther = others.map((track) => nearAxis(track, context));
    // Once it is known, every fourth row a frame keeps it up to date.
    const step = frames > rules.meanFrames ? 4 : 1;
    for (let y = frames % step; y < height; y += step) {
      const yy = y + iy;
      if (yy < 0 || yy >= height - 1) continue;
      for (let x = Math.max(0, -ix); x < Math.min(width, width - 1 - ix); x++) {
        if (inOther.length > 0 && inOther.some((near) => near(x, y))) continue;
        const from = yy * width + x + ix;
        const top = (data[from] ?? 0) * (1 - fx) + (data[from + 1] ?? 0) * fx;
        const bottom = (data[from + width] ?? 0) * (1 - fx) + (data[from + width + 1] ?? 0) * fx;
        const at = y * width + x;
        const seen = age[at] ?? 0;
        const before = scene.data[at] ?? 0;
        scene.data[at] = before + (top * (1 - fy) + bottom * fy - before) / (seen + 1);
        if (seen < rules.meanFrames) age[at] = seen + 1;
      }
    }
    frames++;
  }

  /** Where the difference is a band as wide as a needle, at each place along the resting one. */
  function changeAlong(host: NeedleTrack, context: NeedleContext): Change {
    const { factor } = context.pyramid;
    const mmPerFinePx = context.scale.mmPerPx * factor;
    const step = 2;
    const bandPx = Math.max(3, host.widthPx / factor);
    const asidePx = rules.asideMm / mmPerFinePx;
    const [tx, ty] = [(host.tipBone[0] - (factor - 1) / 2) / factor, (host.tipBone[1] - (factor - 1) / 2) / factor];
    const [dx, dy] = host.direction;
    const [sx, sy] = shiftFine(context);
    let came = 0;
    let went = 0;
    let overEnd = false;
    const leastNepers = Math.max(rules.nepers, rules.contrastShare * host.contrast);
    for (let back = Math.max(rules.tipMm / mmPerFinePx, rules.tipWidths * bandPx); back < host.lengthPx / factor; back += step) {
      let most = 0;
      let least = 0;
      const bands: number[] = [];
      for (let across = -asidePx; across <= asidePx; across += 1) {
        const x = tx - dx * back - dy * across;
        const y = ty - dy * back + dx * across;
        bands.push(
          isKnown(x, y) && depthAt(context.field, (x + sx) / 2, (y + sy) / 2) >= 4
            ? sampleGrid(context.pyramid.fine, x + sx, y + sy) - sampleGrid(scene, x, y)
            : 0,
        );
      }
      const wide = Math.round(bandPx);
      for (let i = 0, sum = 0; i < bands.length; i++) {
        sum += (bands[i] ?? 0) - (i >= wide ? (bands[i - wide] ?? 0) : 0);
        if (i < wide - 1) continue;
        most = Math.max(most, sum / wide);
        least = Math.min(least, sum / wide);
      }
      if (most > leastNepers) {
        came += step * mmPerFinePx;
        overEnd ||= back < rules.endWidths * bandPx;
      }
      if (least < -leastNepers) went += step * mmPerFinePx;
    }
    return { cameMm: came, wentMm: went, overEnd };
  }

  const isKnown = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width - 1 && y < height - 1 && (age[Math.floor(y) * width + Math.floor(x)] ?? 0) >= rules.knownFrames;

  /** Present less scene, in the coordinates of the present picture. */
  function subtract(context: NeedleContext): NeedleView {
    const [sx, sy] = shiftFine(context);
    const ix = Math.floor(-sx);
    const iy = Math.floor(-sy);
    const fx = -sx - ix;
    const fy = -sy - iy;
    const present = context.pyramid.fine.data;
    const { data } = scene;
    for (let y = 0; y < height; y++) {
      const from = (y + iy) * width;
      const inside = y + iy >= 0 && y + iy < height - 1;
      for (let x = 0, at = y * width; x < width; x++, at++) {
        const place = from + x + ix;
        if (!inside || x + ix < 0 || x + ix >= width - 1 || (age[place] ?? 0) < rules.knownFrames || (age[place + 1] ?? 0) < rules.knownFrames) {
          fine.data[at] = 0;
          continue;
        }
        const top = (data[place] ?? 0) * (1 - fx) + (data[place + 1] ?? 0) * fx;
        const bottom = (data[place + width] ?? 0) * (1 - fx) + (data[place + width + 1] ?? 0) * fx;
        fine.data[at] = (present[at] ?? 0) - (top * (1 - fy) + bottom * fy);
      }
    }
    halve(fine, coarse);
    const { factor } = context.pyramid;
    return { sizes: { factor, fine, coarse }, tipPicture: gridAsTipPicture(fine, factor) };
  }

  return {
    forget,
    settle(isNeedle) {
      strangeFrames = covered && !isNeedle ? strangeFrames + 1 : 0;
      if (strangeFrames > rules.strangeFrames) forget();
    },
    beside(tracks, context) {
      if (!context.shiftTrusted) return null;
      const host = hostId === null ? newHost(tracks) : tracks.find((track) => track.id === hostId);
      if (host === undefined || !isSolid(host) || !(covered || rests(host, context.scale.mmPerPx))) {
        if (hostId !== null) forget();
        return null;
      }
      hostId = host.id;
      const others = tracks.filter((track) => track !== host);
      if (frames >= rules.knownFrames) {
        const { cameMm, wentMm, overEnd } = changeAlong(host, context);
        if (wentMm > rules.goneMm) {
          forget();
          return null;
        }
        covered = cameMm > rules.comeMm;
        if (covered)
          return {
            host,
            view: subtract(context),
            endIsClear: !overEnd,
            noiseShare: Math.sqrt(1 + 1 / rules.meanFrames) * Math.exp(0.5 * (host.contrast + rules.nepers)),
          };
      }
      learn(others, context);
      return null;
    },
  };
}

const isSolid = (track: NeedleTrack): boolean => track.stylet && track.doubts === 0;

/** Its last places along the shaft are one place. */
function rests({ recentAlongPx }: NeedleTrack, mmPerPx: number): boolean {
  const last = recentAlongPx.slice(-rules.restFrames);
  return last.length >= rules.restFrames && (Math.max(...last) - Math.min(...last)) * mmPerPx < rules.restRangeMm;
}

const newHost = (tracks: readonly NeedleTrack[]): NeedleTrack | undefined =>
  tracks.find((track) => isSolid(track) && track.missedFrames === 0 && track.coveredFrames === 0);

/** Whether a place (bone coordinates, fine grid) lies within a needle's width of its axis, on to where it may go next. */
function nearAxis(track: NeedleTrack, { pyramid, scale }: NeedleContext): (x: number, y: number) => boolean {
  const { factor } = pyramid;
  const x0 = (track.tipBone[0] - (factor - 1) / 2) / factor;
  const y0 = (track.tipBone[1] - (factor - 1) / 2) / factor;
  const [dx, dy] = track.direction;
  const half = track.widthPx / factor;
  const ahead = 2 / (scale.mmPerPx * factor);
  return (x, y) => Math.abs((x - x0) * -dy + (y - y0) * dx) < half && (x - x0) * dx + (y - y0) * dy < ahead;
}
