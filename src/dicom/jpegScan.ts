import type { BitReader, HuffmanTable } from './jpegBits.ts';

/** One colour component of a DCT-coded JPEG frame, with its coefficients block by block. */
export interface JpegComponent {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
  readonly quantisation: number;
  /** Blocks that hold picture: what a scan of this component alone goes through. */
  readonly blocksAcross: number;
  readonly blocksDown: number;
  /** Blocks stored: rounded up to whole MCUs. */
  readonly storedAcross: number;
  readonly coefficients: Int32Array;
}

/** One component's part in a scan. */
export interface ScanComponent {
  readonly component: JpegComponent;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
}

/** A scan's header: which coefficients, and for progressive frames which bits of them (T.81 G.1.1.1). */
export interface Scan {
  readonly components: readonly ScanComponent[];
  readonly progressive: boolean;
  readonly spectralStart: number;
  readonly spectralEnd: number;
  readonly high: number;
  readonly low: number;
  readonly restartInterval: number;
  readonly mcusAcross: number;
  readonly mcusDown: number;
}

/** Natural index of the k-th coefficient in zigzag order. */
export const zigzag = Uint8Array.from([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22,
  15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
]);

interface ScanState {
  readonly predictions: Int32Array;
  /** Blocks that are still to be skipped by an end-of-band run. */
  endOfBandRun: number;
}

/** Decodes one scan into the components' coefficients. */
export function decodeScan(scan: Scan, reader: BitReader): void {
  const state: ScanState = { predictions: new Int32Array(scan.components.length), endOfBandRun: 0 };
  const [only] = scan.components;
  const single = scan.components.length === 1 ? only : undefined;
  const units = single ? single.component.blocksAcross * single.component.blocksDown : scan.mcusAcross * scan.mcusDown;
  for (let unit = 0; unit < units; unit++) {
    if (scan.restartInterval > 0 && unit > 0 && unit % scan.restartInterval === 0) {
      if (!reader.restart()) throw new Error('a restart marker is missing');
      state.predictions.fill(0);
      state.endOfBandRun = 0;
    }
    if (single) {
      const { blocksAcross } = single.component;
      decodeBlock(scan, state, 0, single, Math.floor(unit / blocksAcross), unit % blocksAcross, reader);
    } else decodeMcu(scan, state, unit, reader);
    if (reader.overrun > 4096) throw new Error('the code stream ends early');
  }
}

function decodeMcu(scan: Scan, state: ScanState, unit: number, reader: BitReader): void {
  const mcuRow = Math.floor(unit / scan.mcusAcross);
  const mcuColumn = unit % scan.mcusAcross;
  scan.components.forEach((part, index) => {
    const { horizontal, vertical } = part.component;
    for (let v = 0; v < vertical; v++) {
      for (let h = 0; h < horizontal; h++) decodeBlock(scan, state, index, part, mcuRow * vertical + v, mcuColumn * horizontal + h, reader);
    }
  });
}

function decodeBlock(scan: Scan, state: ScanState, index: number, part: ScanComponent, row: number, column: number, reader: BitReader): void {
  const at = (row * part.component.storedAcross + column) * 64;
  const block = part.component.coefficients.subarray(at, at + 64);
  if (!scan.progressive) {
    dcFirst(block, state, index, part, 0, reader);
    acSequential(block, tableOf(part.ac), reader);
  } else if (scan.spectralStart === 0) {
    if (scan.high === 0) dcFirst(block, state, index, part, scan.low, reader);
    else if (reader.bit()) block[0] = (block[0] ?? 0) | (1 << scan.low);
  } else if (scan.high === 0) acFirst(block, scan, state, tableOf(part.ac), reader);
  else acRefine(block, scan, state, tableOf(part.ac), reader);
}

function tableOf(table: HuffmanTable | undefined): HuffmanTable {
  if (table === undefined) throw new Error('a scan names a Huffman table that was not given');
  return table;
}

function dcFirst(block: Int32Array, state: ScanState, index: number, part: ScanComponent, low: number, reader: BitReader): void {
  const size = reader.symbol(tableOf(part.dc));
  const value = (state.predictions[index] ?? 0) + (size === 0 ? 0 : reader.signed(size));
  state.predictions[index] = value;
  block[0] = value * 2 ** low;
}

function acSequential(block: Int32Array, table: HuffmanTable, reader: BitReader): void {
  for (let k = 1; k < 64; k++) {
    const symbol = reader.symbol(table);
    const size = symbol & 15;
    const run = symbol >> 4;
    if (size === 0) {
      if (run < 15) return;
      k += 15;
      continue;
    }
    k += run;
    block[zigzag[k] ?? 0] = reader.signed(size);
  }
}

function acFirst(block: Int32Array, scan: Scan, state: ScanState, table: HuffmanTable, reader: BitReader): void {
  if (state.endOfBandRun > 0) {
    state.endOfBandRun--;
    return;
  }
  for (let k = scan.spectralStart; k <= scan.spectralEnd; k++) {
    const symbol = reader.symbol(table);
    const size = symbol & 15;
    const run = symbol >> 4;
    if (size > 0) {
      k += run;
      block[zigzag[k] ?? 0] = reader.signed(size) * 2 ** scan.low;
    } else if (run === 15) k += 15;
    else {
      state.endOfBandRun = (1 << run) - 1 + reader.bits(run);
      return;
    }
  }
}

/** T.81 G.1.2.3: new coefficients of the lowest bit yet, and one more bit of those that are there already. */
function acRefine(block: Int32Array, scan: Scan, state: ScanState, table: HuffmanTable, reader: BitReader): void {
  const step = 1 << scan.low;
  let k = scan.spectralStart;
  if (state.endOfBandRun === 0) {
    for (; k <= scan.spectralEnd; k++) {
      const symbol = reader.symbol(table);
      const run = symbol >> 4;
      if ((symbol & 15) === 0 && run < 15) {
        state.endOfBandRun = (1 << run) + reader.bits(run);
        break;
      }
      const fresh = (symbol & 15) === 0 ? 0 : reader.bit() ? step : -step;
      k = refineUntil(block, k, scan.spectralEnd, run, step, reader);
      if (fresh !== 0 && k <= scan.spectralEnd) block[zigzag[k] ?? 0] = fresh;
    }
  }
  if (state.endOfBandRun > 0) {
    refineUntil(block, k, scan.spectralEnd, 64, step, reader);
    state.endOfBandRun--;
  }
}

/** Refines coefficients from `k` on, passing over `run` zero ones; returns where the next zero one stands. */
function refineUntil(block: Int32Array, start: number, end: number, run: number, step: number, reader: BitReader): number {
  let zeros = run;
  let k = start;
  for (; k <= end; k++) {
    const at = zigzag[k] ?? 0;
    const value = block[at] ?? 0;
    if (value === 0) {
      if (zeros-- === 0) break;
    } else if (reader.bit() && (Math.abs(value) & step) === 0) block[at] = value + (value > 0 ? step : -step);
  }
  return k;
}
