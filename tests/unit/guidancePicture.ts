import { seededRandom } from '../../src/base/random.ts';
import { noGeometry, type XrayFrame, type XrayFrameAttributes, type XrayGeometry } from '../../src/dicom/xrayFrame.ts';

/** A small synthetic fluoroscopy picture: slow anatomy, a vertebra-like frame, noise; things are drawn into it in nepers. */
export const sizePx = 512;
export const mmPerPx = 0.25;
/** Stored units a neper: 12 bits over five nepers. */
const unitsPerNeper = 4095 / 5;

/** SID, SOD and spacing that make 0.25 mm a pixel at the isocentre. */
export const knownGeometry: XrayGeometry = {
  ...noGeometry,
  primaryAngleDeg: 90,
  secondaryAngleDeg: 0,
  sidMm: 1000,
  sodMm: 625,
  imagerPixelSpacingMm: [0.4, 0.4],
};

export const attributes = (more: Partial<XrayFrameAttributes> = {}): XrayFrameAttributes => ({
  rows: sizePx,
  columns: sizePx,
  bitsAllocated: 16,
  bitsStored: 12,
  photometric: 'MONOCHROME2',
  pixelIntensityRelationship: 'LOG',
  frameNumber: 0,
  deviceTimeMs: null,
  frameTimeMs: 125,
  windowCenter: null,
  windowWidth: null,
  geometry: knownGeometry,
  simulated: true,
  ...more,
});

export type Paint = (x: number, y: number) => number;

/** Attenuation of a straight needle, widths in pixels; hollow ones have two walls. The point of a solid one is a cone. */
export function needle(tip: readonly [number, number], direction: readonly [number, number], widthPx = 12, hollow = false, contrast = 1): Paint {
  return (x, y) => {
    const back = -((x - tip[0]) * direction[0] + (y - tip[1]) * direction[1]);
    const across = Math.abs(-(x - tip[0]) * direction[1] + (y - tip[1]) * direction[0]);
    const half = (widthPx / 2) * (hollow ? 1 : Math.max(0, Math.min(1, back / (1.2 * widthPx))));
    const cover = Math.max(0, Math.min(1, half - across + 0.5)) * Math.max(0, Math.min(1, back + 0.5));
    const wall = hollow ? (across > 0.6 * half ? 0.9 : 0.45) : 1;
    return contrast * wall * cover;
  };
}

/** A contrast-filled balloon: the chord of an ellipsoid. */
export const balloon =
  (x0: number, y0: number, radiusPx: number, contrast = 0.9): Paint =>
  (x, y) => {
    const r2 = ((x - x0) / radiusPx) ** 2 + ((y - y0) / (0.8 * radiusPx)) ** 2;
    return r2 < 1 ? contrast * Math.sqrt(1 - r2) : 0;
  };

/** Cement: a frayed star whose outline is fixed by the angle, so that it only grows. */
export const cement =
  (x0: number, y0: number, radiusPx: number, contrast = 0.7): Paint =>
  (x, y) => {
    const angle = Math.atan2(y - y0, x - x0);
    const fray = 1 + 0.28 * Math.sin(5 * angle + 1) + 0.2 * Math.sin(9 * angle);
    const r = Math.hypot(x - x0, y - y0) / (radiusPx * fray);
    return r < 1 ? contrast * (1 - 0.5 * r * r) : 0;
  };

/** Soft tissue slopes and the outline of vertebrae; `shift` moves all of it. */
const anatomy =
  ([sx, sy]: readonly [number, number]): Paint =>
  (x, y) => {
    const u = x - sx;
    const v = y - sy;
    const slope = 0.25 * Math.sin(u / 150) + 0.2 * Math.cos(v / 130);
    const row = ((v % 130) + 130) % 130;
    const body = Math.max(0, Math.min(1, (70 - Math.abs(u - 256)) / 6)) * Math.max(0, Math.min(1, (50 - Math.abs(row - 65)) / 5));
    return 1.6 + slope + 0.3 * body + 0.06 * Math.sin(u / 9) * Math.cos(v / 11) * body;
  };

const backgrounds = new Map<string, Float32Array>();

/** Anatomy at one shift, made once. */
function background(shift: readonly [number, number]): Float32Array {
  const key = shift.join();
  const known = backgrounds.get(key);
  if (known) return known;
  const paint = anatomy(shift);
  const made = Float32Array.from({ length: sizePx * sizePx }, (_, i) => paint(i % sizePx, Math.floor(i / sizePx)));
  backgrounds.set(key, made);
  return made;
}

const noiseTable = (() => {
  const random = seededRandom(9);
  return Float32Array.from({ length: 1 << 16 }, () => random.gaussian());
})();

/** A frame of anatomy with what is drawn over it, noise of its own seed, inside a round field. */
export function picture(
  seed: number,
  paints: readonly Paint[],
  options: { shift?: readonly [number, number]; noise?: number; as?: Partial<XrayFrameAttributes> } = {},
): XrayFrame {
  const random = seededRandom(seed);
  const base = background(options.shift ?? [0, 0]);
  const frame = attributes(options.as);
  const largest = 2 ** frame.bitsStored - 1;
  const pixels = frame.bitsAllocated === 8 ? new Uint8Array(sizePx * sizePx) : new Uint16Array(sizePx * sizePx);
  const noise = options.noise ?? 0.03;
  for (let y = 0; y < sizePx; y++) {
    for (let x = 0; x < sizePx; x++) {
      const inField = Math.hypot(x - 255.5, y - 255.5) < 245;
      let attenuation = (base[y * sizePx + x] ?? 0) + noise * (noiseTable[random.uint32() & 0xffff] ?? 0);
      for (const paint of paints) attenuation += paint(x, y);
      const twelveBit = inField ? Math.max(1, Math.min(4095, 3900 - attenuation * unitsPerNeper)) : 0;
      const value = Math.round((twelveBit / 4095) * largest);
      pixels[y * sizePx + x] = frame.photometric === 'MONOCHROME1' ? largest - value : value;
    }
  }
  return { attributes: frame, pixels };
}
