import type { XrayFrameAttributes } from '../../src/dicom/xrayFrame.ts';
import type { VoiRange } from './window.ts';

type Pixels = Uint8Array | Uint16Array;

/** A subtracted picture, and by how much the reference was moved under it. */
export interface Subtracted {
  readonly pixels: Pixels;
  /** The live picture has moved by this much since the reference, whole pixels. */
  readonly movedPx: readonly [dx: number, dy: number];
}

export interface Roadmap {
  /** Live minus reference around mid-grey. The pixels are the same buffer each time. Null when the frame has another shape. */
  subtract(live: Pixels): Subtracted | null;
  /** The window a subtracted picture starts with. */
  readonly window: VoiRange;
}

type Shape = Pick<XrayFrameAttributes, 'rows' | 'columns' | 'bitsAllocated' | 'bitsStored' | 'pixelIntensityRelationship'>;

/** Part of the range of stored values that one unit of attenuation (a factor e of the beam) takes in a subtracted picture. */
const rangePerUnit = 1 / 3;
const windowShare = 0.3;
/** How far the patient may have moved for the motion to be found, pixels. */
const reachPx = 12;
const coarseStepPx = 3;
/** Every so many pixels one is compared. */
const stridePx = 8;
const middle = { from: 0.22, to: 0.78 };

/** Values whose difference is a difference of attenuation: linear detectors need the logarithm, others have it already. */
function tableOf({ bitsStored, pixelIntensityRelationship }: Shape): Int32Array {
  const size = 2 ** bitsStored;
  const isLinear = pixelIntensityRelationship === 'LIN';
  return Int32Array.from({ length: size }, (_, v) => (isLinear ? Math.round(Math.log(v + 1) * size * rangePerUnit) : v));
}

/** Prepares the subtraction of one reference frame. Motion is sought as a shift of the whole picture by whole pixels, within 12. */
export function createRoadmap(reference: Pixels, shape: Shape): Roadmap {
  const { rows, columns, bitsStored } = shape;
  const table = tableOf(shape);
  const most = 2 ** bitsStored - 1;
  const mid = 2 ** (bitsStored - 1);
  const mapped = Int32Array.from(reference, (value) => table[value] ?? 0);
  const out = shape.bitsAllocated === 8 ? new Uint8Array(rows * columns) : new Uint16Array(rows * columns);
  const [x0, x1] = [Math.ceil(columns * middle.from), Math.floor(columns * middle.to)];
  const [y0, y1] = [Math.ceil(rows * middle.from), Math.floor(rows * middle.to)];
  /** What is new in the picture (a needle, cement) must not pull the motion: a difference counts up to this much. */
  const cap = Math.max(4, (2 ** bitsStored * windowShare) / 8);

  const misfit = (live: Pixels, dx: number, dy: number): number => {
    let sum = 0;
    for (let y = y0; y < y1; y += stridePx) {
      const sourceY = y - dy;
      if (sourceY < 0 || sourceY >= rows) continue;
      for (let x = x0; x < x1; x += stridePx) {
        const sourceX = Math.max(0, Math.min(columns - 1, x - dx));
        const difference = Math.abs((table[live[y * columns + x] ?? 0] ?? 0) - (mapped[sourceY * columns + sourceX] ?? 0));
        sum += difference < cap ? difference : cap;
      }
    }
    return sum;
  };
  const best = (live: Pixels, about: readonly [number, number], reach: number, step: number): readonly [number, number] => {
    let found: readonly [number, number] = about;
    let least = misfit(live, about[0], about[1]);
    for (let dy = about[1] - reach; dy <= about[1] + reach; dy += step) {
      for (let dx = about[0] - reach; dx <= about[0] + reach; dx += step) {
        const sum = misfit(live, dx, dy);
        if (sum < least) {
          least = sum;
          found = [dx, dy];
        }
      }
    }
    return found;
  };

  return {
    window: { lower: mid - (most * windowShare) / 2, upper: mid + (most * windowShare) / 2 },
    subtract: (live) => {
      if (live.length !== rows * columns) return null;
      const [dx, dy] = best(live, best(live, [0, 0], reachPx, coarseStepPx), coarseStepPx - 1, 1);
      for (let y = 0; y < rows; y++) {
        const sourceRow = Math.max(0, Math.min(rows - 1, y - dy)) * columns;
        for (let x = 0; x < columns; x++) {
          const sourceX = x - dx;
          const from = sourceX < 0 ? 0 : sourceX >= columns ? columns - 1 : sourceX;
          const stored = live[y * columns + x] ?? 0;
          const value = mid + (table[stored] ?? 0) - (mapped[sourceRow + from] ?? 0);
          // Zero is the masked surround of a round picture: it stays dark, in the live picture and where the reference had it.
          out[y * columns + x] = stored === 0 || reference[sourceRow + from] === 0 || value < 0 ? 0 : value > most ? most : value;
        }
      }
      return { pixels: out, movedPx: [dx, dy] };
    },
  };
}
