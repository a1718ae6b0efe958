import { combineSeeds } from '../base/random.ts';
import { noGeometry, type XrayFrameAttributes, type XrayGeometry } from '../dicom/xrayFrame.ts';
import type { PlaneId } from '../sample/index.ts';
import { cementFillOf } from './cementFill.ts';
import { type CementImage, cementImage, type Dirty, thicknessPerMm } from './cementImage.ts';
import { bitsStored, noiseSide, noiseTile, roundCollimator, type Tone, toneOf, toneOffset, workPerLn } from './detector.ts';
import { cementLnPerMm, deviceShadows, type NeedleProfiles, needleProfiles, type Shadow } from './devices.ts';
import { phantomOf } from './phantom.ts';
import { projectionSize, projectPhantom } from './projector.ts';
import { type Scenario, viewSettingAt } from './scenario.ts';
import { dot } from './vector.ts';
import { captureVideo } from './videoLook.ts';
import { pxPerMmAt, type View, type ViewSetting, viewOf } from './view.ts';
import { type World, worldAt } from './world.ts';

/** Frame `index` of a plane at `fps`, ms from the start, a whole number of microseconds. */
export const frameTimeMs = (index: number, fps: number): number => Math.round((index * 1e6) / fps) / 1000;

/** How many frames a scenario has. */
export const frameCount = (scenario: Scenario, fps: number): number => Math.floor((scenario.durationMs * fps) / 1000 + 1e-9);

/** The memory of one frame: 12 bits in 16, or 8 bits for the video look. */
export type FramePixels = Uint8Array | Uint16Array;

/** How much of the last frame's devices is still in this one. */
const lagShare = 0.14;

/** Makes the frames of one plane. Any frame can be asked for in any order and is the same to the bit; in order is fastest. */
export interface PlaneRenderer {
  readonly view: View;
  readonly world: (frameIndex: number) => World;
  /** Fills `pixels` (rows × columns, zeroed; bytes for the video look) with the frame's stored values. */
  readonly render: (frameIndex: number, pixels: FramePixels) => void;
  /** The cement behind each pixel of the frame, for ground truth. */
  readonly cement: (frameIndex: number) => { readonly image: CementImage; readonly sidePx: number; readonly shiftPx: Shift };
}

/** Where a frame's pixel (0, 0) lies in an image with a margin. */
export interface Shift {
  readonly x: number;
  readonly y: number;
}

interface Anatomy {
  readonly sidePx: number;
  readonly marginPx: number;
  /** Working values without cement. */
  readonly still: Int16Array;
  /** The same with the cement of the present moment. */
  readonly present: Int16Array;
}

/**
 * Keeps what was ray-cast, so that the same patient under the same view need not be again. What `recall` gives for a key is what `keep`
 * was given for it, to the bit, by the same program; or `null`.
 */
export interface AnatomyStore {
  recall(key: string): Int16Array | null;
  keep(key: string, working: Int16Array): void;
}

const clampInt16 = (value: number): number => Math.min(16_000, Math.max(-29_000, value));

/** The anatomy as it was kept, or ray-cast. */
function anatomyOf(scenario: Scenario, view: View, store: AnatomyStore | null): Anatomy {
  const { sidePx, marginPx } = projectionSize(view.setting.sizePx);
  // All that the phantom and its projection are made of.
  const key = JSON.stringify([scenario.seed, scenario.spine, view.setting]);
  const kept = store?.recall(key) ?? null;
  if (kept?.length === sidePx * sidePx) return { sidePx, marginPx, still: kept, present: kept.slice() };
  const still = castAnatomy(scenario, view);
  store?.keep(key, still);
  return { sidePx, marginPx, still, present: still.slice() };
}

/** Ray-casts the anatomy; exposure control puts the middle of the field at a steady grey. */
function castAnatomy(scenario: Pick<Scenario, 'seed' | 'spine'>, view: View): Int16Array {
  const { sidePx, values } = projectPhantom(phantomOf(scenario), view);
  let sum = 0;
  let count = 0;
  const reach = view.setting.sizePx * 0.16;
  for (let y = Math.floor(sidePx / 2 - reach); y < sidePx / 2 + reach; y++)
    for (let x = Math.floor(sidePx / 2 - reach); x < sidePx / 2 + reach; x++) {
      sum += values[y * sidePx + x] ?? 0;
      count++;
    }
  const exposure = sum / count - 0.22;
  // A loop: as the function of `from` it took a tenth of the time that a simulated session takes to start.
  const still = new Int16Array(values.length);
  for (let i = 0; i < values.length; i++) still[i] = clampInt16(Math.round((exposure - (values[i] as number)) * workPerLn));
  return still;
}

/** `plane` names one of the scenario's two views, whichever plane looks through it. */
export function createPlaneRenderer(scenario: Scenario, plane: PlaneId, fps: number, store: AnatomyStore | null = null): PlaneRenderer {
  const view = viewOf(scenario.views[plane]);
  const size = view.setting.sizePx;
  const anatomy = anatomyOf(scenario, view, store);
  const { sidePx, marginPx, still, present } = anatomy;
  const cement = cementImage(view, () => cementFillOf(scenario), sidePx, marginPx);
  const tone = toneOf();
  const tile = noiseTile(scenario.seed);
  const collimator = roundCollimator(size);
  const row = new Int32Array(size);
  const profiles = new Map<string, NeedleProfiles>();
  const profilesOf = (outer: number, inner: number): NeedleProfiles => {
    const key = `${outer}/${inner}`;
    const known = profiles.get(key) ?? needleProfiles(outer, inner);
    profiles.set(key, known);
    return known;
  };
  const world = (frameIndex: number): World => worldAt(scenario, frameTimeMs(frameIndex, fps));

  const bringCement = (now: World): void => {
    const dirty = cement.update(now.cement.volumeMl - now.cement.leakMl, now.cement.leakMl);
    applyCement(still, present, cement, sidePx, dirty);
  };

  const shiftOf = (now: World): Shift => {
    const k = pxPerMmAt(view, [0, 0, 0]);
    const limit = marginPx - 2;
    const within = (px: number): number => marginPx - Math.max(-limit, Math.min(limit, px));
    return { x: within(dot(now.motionMm, view.right) * k), y: within(dot(now.motionMm, view.down) * k) };
  };

  const shadowsOf = (now: World): readonly Shadow[] =>
    deviceShadows(view, now, (needle) => profilesOf(needle.script.outerDiameterMm, needle.script.innerDiameterMm));

  const expose = (frameIndex: number, pixels: Uint16Array): void => {
    const now = world(frameIndex);
    bringCement(now);
    const shift = shiftOf(now);
    const layers = [
      { shadows: shadowsOf(now), weight: 1 - lagShare },
      { shadows: shadowsOf(world(Math.max(0, frameIndex - 1))), weight: lagShare },
    ];
    const film: Film = { ...tone, tile, fresh: grainOf(scenario.seed, plane, frameIndex), old: grainOf(scenario.seed, plane, frameIndex - 1) };
    for (let y = 0; y < size; y++) {
      const from = collimator.from[y] ?? 0;
      const to = collimator.to[y] ?? 0;
      if (to <= from) continue;
      shiftRow(row, present, sidePx, shift, y, from, to);
      for (const { shadows, weight } of layers) for (const shadow of shadows) if (y >= shadow.topPx && y <= shadow.bottomPx) shadow.drawRow(row, y, weight);
      developRow(pixels, row, y, from, to, film);
    }
    for (const { index, share } of collimator.edge) pixels[index] = ((pixels[index] ?? 0) * share) >> 8;
  };

  const exposed = scenario.look === 'video' ? new Uint16Array(size * size) : null;
  const render = (frameIndex: number, pixels: FramePixels): void => {
    if (pixels instanceof Uint16Array) expose(frameIndex, pixels);
    else if (exposed === null) throw new Error('frames with the look of the detector are 16 bit');
    else {
      expose(frameIndex, exposed);
      captureVideo(exposed, pixels, size);
    }
  };

  return {
    view,
    world,
    render,
    cement: (frameIndex) => {
      const now = world(frameIndex);
      bringCement(now);
      return { image: cement, sidePx, shiftPx: shiftOf(now) };
    },
  };
}

function applyCement(still: Int16Array, present: Int16Array, cement: CementImage, sidePx: number, dirty: Dirty): void {
  const perUnit = (cementLnPerMm * workPerLn) / thicknessPerMm;
  for (let y = dirty.top; y <= dirty.bottom; y++)
    for (let x = dirty.left; x <= dirty.right; x++) {
      const i = y * sidePx + x;
      present[i] = clampInt16((still[i] ?? 0) - Math.round((cement.all[i] ?? 0) * perUnit));
    }
}

/** Offsets into the noise tile for one frame. */
interface Grain {
  readonly x: number;
  readonly y: number;
}

function grainOf(seed: number, plane: PlaneId, frameIndex: number): Grain {
  const hash = combineSeeds(seed, plane === 'a' ? 91 : 92, frameIndex + 1);
  return { x: hash & (noiseSide - 1), y: (hash >>> 16) & (noiseSide - 1) };
}

/** How working values become stored ones. */
interface Film extends Tone {
  readonly tile: Int8Array;
  /** This frame's noise, and the last one's, of which a little is left. */
  readonly fresh: Grain;
  readonly old: Grain;
}

/** One row of the anatomy, moved by a fraction of a pixel (bilinear, in whole numbers). */
function shiftRow(row: Int32Array, image: Int16Array, sidePx: number, shift: Shift, y: number, from: number, to: number): void {
  const ix = Math.floor(shift.x);
  const iy = Math.floor(shift.y);
  const fx = Math.round((shift.x - ix) * 64);
  const fy = Math.round((shift.y - iy) * 64);
  const a = (64 - fx) * (64 - fy);
  const b = fx * (64 - fy);
  const c = (64 - fx) * fy;
  const d = fx * fy;
  const upper = (y + iy) * sidePx + ix;
  const lower = upper + sidePx;
  for (let x = from; x < to; x++)
    row[x] =
      (a * (image[upper + x] as number) + b * (image[upper + x + 1] as number) + c * (image[lower + x] as number) + d * (image[lower + x + 1] as number)) >> 12;
}

/** Develops columns `from` … `to` of row `y`: tone curve, then noise that grows as the beam gets weaker. */
function developRow(pixels: Uint16Array, row: Int32Array, y: number, from: number, to: number, film: Film): void {
  const { stored, noise, tile, fresh, old } = film;
  const wrap = noiseSide - 1;
  const at = y * row.length;
  const freshRow = ((y + fresh.y) & wrap) * noiseSide;
  const oldRow = ((y + old.y) & wrap) * noiseSide;
  const last = stored.length - 1;
  for (let x = from; x < to; x++) {
    let tone = ((row[x] as number) >> 2) + toneOffset;
    if (tone < 0) tone = 0;
    else if (tone > last) tone = last;
    // 246 and 71 in 256: squares add up to one, and neighbours in time correlate by about a quarter.
    const grain = (246 * (tile[freshRow + ((x + fresh.x) & wrap)] as number) + 71 * (tile[oldRow + ((x + old.x) & wrap)] as number)) >> 4;
    const value = (stored[tone] as number) + ((grain * (noise[tone] as number) + 2048) >> 12);
    pixels[at + x] = Math.min(4095, Math.max(0, value));
  }
}

/** What goes with a frame: `frameIndex` says when, `frameNumber` how many came before it. */
export function frameAttributes(scenario: Scenario, plane: PlaneId, frameIndex: number, frameNumber: number, fps: number): XrayFrameAttributes {
  const setting = viewSettingAt(scenario, plane, frameTimeMs(frameIndex, fps));
  const video = scenario.look === 'video';
  return {
    rows: setting.sizePx,
    columns: setting.sizePx,
    bitsAllocated: video ? 8 : 16,
    bitsStored: video ? 8 : bitsStored,
    photometric: 'MONOCHROME2',
    pixelIntensityRelationship: video ? 'DISP' : 'LOG',
    frameNumber,
    deviceTimeMs: video ? null : frameTimeMs(frameIndex, fps),
    frameTimeMs: Math.round(1e6 / fps) / 1000,
    windowCenter: video ? null : 1900,
    windowWidth: video ? null : 2600,
    geometry: video ? noGeometry : geometryOf(setting),
    simulated: true,
  };
}

const geometryOf = (setting: ViewSetting): XrayGeometry => ({
  primaryAngleDeg: setting.primaryAngleDeg,
  secondaryAngleDeg: setting.secondaryAngleDeg,
  sidMm: setting.sidMm,
  sodMm: setting.sodMm,
  imagerPixelSpacingMm: [setting.imagerPixelSpacingMm, setting.imagerPixelSpacingMm],
  fieldOfView: null,
  patientPosition: 'prone',
});
