import { combineSeeds, seededRandom } from '../base/random.ts';

/** Working values are the picture's logarithm, ×4 the stored scale: 820 stored values for a factor e. */
export const workPerLn = 820 * 4;
export const bitsStored = 12;
const referenceStored = 2150;
/** Scattered radiation, share of the reference intensity: why nothing is ever quite black behind metal and cement. */
const scatter = 0.085;
/** Quantum noise at the reference intensity, standard deviation of ln. */
const noiseSigmaLn = 0.04;

const lowestLn = -9;
const highestLn = 5;
/** The index of a working value in the tables is a quarter of it plus this. */
export const toneOffset = -Math.round(lowestLn * 820);

export interface Tone {
  /** Stored value before noise. */
  readonly stored: Int32Array;
  /** How strong noise is: 256 times the standard deviation of the stored value for each unit of the noise tile. */
  readonly noise: Int32Array;
}

/** stored = 2150 + 820·ln(I/Iref), with scatter, and a soft shoulder above ln = 0.5 where a real detector's curve bends. */
export function toneOf(): Tone {
  const size = Math.round((highestLn - lowestLn) * 820);
  const stored = new Int32Array(size);
  const noise = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    const intensity = Math.exp(lowestLn + i / 820) + scatter;
    const ln = Math.log(intensity);
    const bright = Math.max(0, ln - 0.5);
    const value = referenceStored + 820 * (Math.min(ln, 0.5) + 0.75 * (1 - Math.exp(-bright / 0.75)));
    stored[i] = Math.round(Math.min(4095, Math.max(0, value)));
    noise[i] = Math.round((820 * noiseSigmaLn * Math.exp(-bright / 0.75) * 256) / 32 / Math.sqrt(intensity));
  }
  return { stored, noise };
}

export const noiseSide = 1024;

/**
 * Noise of the size of a picture, standard deviation 32, correlated over neighbours like a blurred detector's
 * (binomial 1-2-1 both ways). Frames read it at offsets of their own.
 */
export function noiseTile(seed: number): Int8Array {
  const random = seededRandom(combineSeeds(seed, 81));
  const side = noiseSide;
  // The sum of four random bytes is near enough to a bell curve before blurring makes it one (variance 4 · (256² − 1) / 12).
  const white = new Float32Array(side * side);
  for (let i = 0; i < white.length; i++) {
    const word = random.uint32();
    white[i] = ((word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510) / 147.8;
  }
  const across = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    const row = y * side;
    for (let x = 0; x < side; x++)
      across[row + x] = (white[row + ((x - 1) & 1023)] as number) + 2 * (white[row + x] as number) + (white[row + ((x + 1) & 1023)] as number);
  }
  const tile = new Int8Array(side * side);
  for (let y = 0; y < side; y++) {
    const above = ((y - 1) & 1023) * side;
    const below = ((y + 1) & 1023) * side;
    for (let x = 0; x < side; x++) {
      const value = (across[above + x] as number) + 2 * (across[y * side + x] as number) + (across[below + x] as number);
      // The two binomials multiply the variance by 6 each.
      tile[y * side + x] = Math.max(-127, Math.min(127, Math.round((value / 6) * 32)));
    }
  }
  return tile;
}

/** Round collimation: for each row the columns that see the beam, and how much at the soft edge. */
export interface Collimator {
  readonly radiusPx: number;
  /** First column inside and first beyond, each row. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Pixel index and transmission in 1/256 where it is between none and all. */
  readonly edge: readonly { readonly index: number; readonly share: number }[];
}

export function roundCollimator(sizePx: number): Collimator {
  const center = (sizePx - 1) / 2;
  const radiusPx = sizePx * 0.489;
  const soft = Math.max(1, sizePx / 400);
  const from = new Int32Array(sizePx);
  const to = new Int32Array(sizePx);
  const edge: { index: number; share: number }[] = [];
  for (let y = 0; y < sizePx; y++) {
    const half = radiusPx ** 2 - (y - center) ** 2;
    if (half <= 0) continue;
    from[y] = Math.max(0, Math.ceil(center - Math.sqrt(half)));
    to[y] = Math.min(sizePx, Math.floor(center + Math.sqrt(half)) + 1);
    for (let x = from[y] ?? 0; x < (to[y] ?? 0); x++) {
      const inside = (radiusPx - Math.hypot(x - center, y - center)) / soft;
      if (inside < 1) edge.push({ index: y * sizePx + x, share: Math.round(256 * Math.max(0, inside) ** 0.5) });
    }
  }
  return { radiusPx, from, to, edge };
}
