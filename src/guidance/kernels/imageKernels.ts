import type { Grid } from '../image/grid.ts';
import type { Region } from '../image/motion.ts';
import { kernelsWasm } from './kernelsWasm.ts';

/** How stored values become nepers where that is a straight line: base + slope · value, values above `largest` counting as that. */
export interface StraightLine {
  readonly base: number;
  readonly slope: number;
  readonly largest: number;
}

/** Everything that the reference picture keeps of each place of the fine grid. */
export interface ReferenceGrids {
  readonly background: Grid;
  readonly raw: Grid;
  readonly difference: Grid;
  readonly evidence: Grid;
  readonly restless: Grid;
  readonly valid: Uint8Array;
  readonly age: Uint8Array;
}

/**
 * The loops over every pixel, in WebAssembly with four pixels at a time (`assembly/kernels.ts` says what each one does), and the memory they work in:
 * grids and bytes given to a kernel must come from it, and belong to it for good. One for each plane and size of frame. Numbers are 32-bit floats, as
 * the grids are; every machine gets the same ones.
 */
export interface ImageKernels {
  grid(width: number, height: number): Grid;
  bytes(count: number): Uint8Array;
  words(count: number): Uint16Array;
  /** `pixels`: rows of `columns`, 16 bit; two of them make a row of `target`, from row `firstRow` on. */
  shrinkByTwo(pixels: Uint16Array, columns: number, line: StraightLine, target: Grid, firstRow: number, rows: number): void;
  halve(source: Grid, target: Grid): void;
  warpAndSubtract(
    frame: Grid,
    grids: ReferenceGrids,
    blocked: Uint8Array,
    depth: Uint8Array,
    box: Region,
    shift: readonly [number, number],
    leastDepth: number,
  ): void;
  centre({ raw, valid }: ReferenceGrids, box: Region, offset: number): void;
  smooth(grids: ReferenceGrids, box: Region, leastNepers: number, slopeShare: number, restlessShare: number): void;
  learn(grids: ReferenceGrids, blocked: Uint8Array, held: Uint8Array, box: Region, rowStep: number, rates: LearningRates): void;
  gradients(data: Grid, depth: Uint8Array, gx: Grid, gy: Grid, size: Grid, leastDepth: number): void;
}

/** What a place takes over from one frame. */
export interface LearningRates {
  /** Beyond so many nepers a place has changed, and is not just noisy. */
  readonly limit: number;
  /** So many nepers off a place is not yet restless; none is more so than `mostRestless`. */
  readonly calm: number;
  readonly mostRestless: number;
  /** Shares taken over of what is as usual, once the place is well known, and of what is darker. */
  readonly usual: number;
  readonly absorb: number;
  /** Share of its restlessness that a place keeps. */
  readonly keep: number;
}

type Kernel = 'shrinkByTwo' | 'halve' | 'warpAndSubtract' | 'centre' | 'smooth' | 'learn' | 'gradients';
type Exports = Readonly<Record<Kernel, (...numbers: number[]) => void>>;

/** What is used of the engine's global, which the language's own library does not declare. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: { readonly env: { readonly memory: object } }) => { readonly exports: unknown };
};

const pageBytes = 65_536;
/** Kernels read and write back up to so much beyond a row, and before it. */
const marginBytes = 64;

let compiled: object | null = null;
const moduleOf = (): object => {
  compiled ??= new WebAssembly.Module(Uint8Array.from(kernelsWasm.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
  return compiled;
};

/** Room for so many bytes of grids; what is never touched costs nothing. Throws when more is asked for later. */
export function createImageKernels(capacityBytes: number): ImageKernels {
  const pages = Math.ceil(capacityBytes / pageBytes) + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const calls = new WebAssembly.Instance(moduleOf(), { env: { memory } }).exports as Exports;
  let used = marginBytes;
  const take = (bytes: number): number => {
    const at = used;
    used += Math.ceil((bytes + marginBytes) / 16) * 16;
    if (used > pages * pageBytes) throw new Error(`The kernels' memory of ${pages * pageBytes} bytes is too small`);
    return at;
  };
  const place = (view: { readonly buffer: unknown; readonly byteOffset: number }): number => {
    if (view.buffer !== memory.buffer) throw new Error('A kernel was given a picture of another memory');
    return view.byteOffset;
  };
  return {
    grid: (width, height) => ({ width, height, data: new Float32Array(memory.buffer, take(4 * width * height), width * height) }),
    bytes: (count) => new Uint8Array(memory.buffer, take(count), count),
    words: (count) => new Uint16Array(memory.buffer, take(2 * count), count),
    shrinkByTwo(pixels, columns, { base, slope, largest }, target, firstRow, rows) {
      const out = place(target.data) + 4 * firstRow * target.width;
      calls.shrinkByTwo(place(pixels), columns, out, target.width, rows, base, slope / 4, largest);
    },
    halve: (source, target) => calls.halve(place(source.data), source.width, place(target.data), target.width, target.height),
    warpAndSubtract(frame, { background, raw, valid, age }, blocked, depth, { x0, y0, x1, y1 }, [shiftX, shiftY], leastDepth) {
      const ix = Math.floor(shiftX);
      const iy = Math.floor(shiftY);
      const pictures = [frame.data, background.data, raw.data, valid, age, blocked, depth].map(place);
      calls.warpAndSubtract(...pictures, frame.width, frame.height, x0, y0, x1, y1, ix, iy, shiftX - ix, shiftY - iy, leastDepth);
    },
    centre: ({ raw, valid }, { x0, y0, x1, y1 }, offset) => calls.centre(place(raw.data), place(valid), raw.width, x0, y0, x1, y1, offset),
    smooth({ raw, background, restless, difference, evidence }, { x0, y0, x1, y1 }, leastNepers, slopeShare, restlessShare) {
      const pictures = [raw, background, restless, difference, evidence].map(({ data }) => place(data));
      calls.smooth(...pictures, raw.width, x0, y0, x1, y1, leastNepers, slopeShare, restlessShare);
    },
    learn(
      { raw, difference, background, restless, valid, age },
      blocked,
      held,
      { x0, y0, x1, y1 },
      rowStep,
      { limit, calm, usual, absorb, mostRestless, keep },
    ) {
      const pictures = [raw.data, difference.data, background.data, restless.data, valid, age, blocked, held].map(place);
      calls.learn(...pictures, raw.width, x0, y0, x1, y1, rowStep, limit, calm, usual, absorb, mostRestless, keep);
    },
    gradients(data, depth, gx, gy, size, leastDepth) {
      const pictures = [data.data, depth, gx.data, gy.data, size.data].map(place);
      calls.gradients(...pictures, data.width, data.height, leastDepth);
    },
  };
}
