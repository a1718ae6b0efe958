import { type BitReader, bitReader, type HuffmanTable } from './jpegBits.ts';
import type { JpegImage } from './jpegDct.ts';
import { nextSegment, readHuffman, wordAt } from './jpegSegments.ts';

interface LosslessFrame {
  readonly rows: number;
  readonly columns: number;
  readonly precision: number;
  readonly componentIds: readonly number[];
  readonly samples: Uint16Array;
}

interface LosslessScan {
  /** Which components of the frame, and their tables. */
  readonly parts: readonly { readonly component: number; readonly table: HuffmanTable }[];
  /** 1–7, T.81 table H.1. */
  readonly predictor: number;
  readonly pointTransform: number;
  readonly restartInterval: number;
}

/**
 * Decodes lossless JPEG with Huffman coding (ITU-T T.81 process 14), 2 to 16 bits, any predictor, point transform and
 * restart interval; components are not subsampled. Throws an `Error` that says what is wrong.
 */
export function decodeJpegLossless(data: Uint8Array): JpegImage {
  const tables = new Map<number, HuffmanTable>();
  let restartInterval = 0;
  let frame: LosslessFrame | null = null;
  let scans = 0;
  for (let segment = nextSegment(data, 2), at = 2; segment !== null; segment = nextSegment(data, at)) {
    const { code, body, end } = segment;
    at = end;
    if (code === 0xc4) readHuffman(body, tables);
    else if (code === 0xdd) restartInterval = wordAt(body, 0);
    else if (code === 0xc3) frame = readFrame(body);
    else if (code >= 0xc0 && code <= 0xcf && code !== 0xc8 && code !== 0xcc) throw new Error('its JPEG process is not the lossless one with Huffman coding');
    else if (code === 0xda) {
      if (frame === null) throw new Error('a scan comes before the frame header');
      const reader = bitReader(data, end);
      decodeScan(frame, readScan(body, frame, tables, restartInterval), reader);
      at = reader.position;
      scans++;
    }
  }
  if (frame === null || scans === 0) throw new Error('the code stream holds no picture');
  const { rows, columns, precision, componentIds, samples } = frame;
  return { rows, columns, precision, components: componentIds.length, samples };
}

function readFrame(body: Uint8Array): LosslessFrame {
  const precision = body[0] ?? 0;
  const [rows, columns, count] = [wordAt(body, 1), wordAt(body, 3), body[5] ?? 0];
  if (precision < 2 || precision > 16 || rows === 0 || columns === 0 || count === 0 || count > 4) throw new Error('its frame header is impossible');
  const componentIds = Array.from({ length: count }, (_, index) => body[6 + 3 * index] ?? 0);
  // With one component its factors say nothing; with several they must be equal.
  if (count > 1 && componentIds.some((_, index) => body[7 + 3 * index] !== body[7])) throw new Error('its components are subsampled');
  return { rows, columns, precision, componentIds, samples: new Uint16Array(rows * columns * count) };
}

function readScan(body: Uint8Array, frame: LosslessFrame, tables: ReadonlyMap<number, HuffmanTable>, restartInterval: number): LosslessScan {
  const count = body[0] ?? 0;
  const parts = Array.from({ length: count }, (_, index) => {
    const component = frame.componentIds.indexOf(body[1 + 2 * index] ?? -1);
    const table = tables.get((body[2 + 2 * index] ?? 0) >> 4);
    if (component < 0 || table === undefined) throw new Error('a scan names a component or table that was not given');
    return { component, table };
  });
  const predictor = body[1 + 2 * count] ?? 0;
  if (predictor < 1 || predictor > 7) throw new Error(`its predictor is ${predictor}, not 1 to 7`);
  return { parts, predictor, pointTransform: (body[3 + 2 * count] ?? 0) & 15, restartInterval };
}

function decodeScan(frame: LosslessFrame, scan: LosslessScan, reader: BitReader): void {
  const { rows, columns } = frame;
  // Intervals are whole rows (T.81 H.1.1); a row that begins one is predicted like the first.
  const rowsPerInterval = scan.restartInterval === 0 ? rows : scan.restartInterval / columns;
  if (!Number.isInteger(rowsPerInterval)) throw new Error('its restart intervals are not whole rows');
  for (let row = 0; row < rows; row++) {
    const first = row % rowsPerInterval === 0;
    if (first && row > 0 && !reader.restart()) throw new Error('a restart marker is missing');
    decodeRow(frame, scan, row, first, reader);
    if (reader.overrun > 64) throw new Error('the code stream ends early');
  }
  if (scan.pointTransform > 0) for (let i = 0; i < frame.samples.length; i++) frame.samples[i] = (frame.samples[i] ?? 0) << scan.pointTransform;
}

/** Samples of one row. Sums wrap at 16 bits (T.81 H.1.2.1). */
function decodeRow(frame: LosslessFrame, scan: LosslessScan, row: number, first: boolean, reader: BitReader): void {
  const { columns, samples, precision, componentIds } = frame;
  const step = componentIds.length;
  const above = columns * step;
  const { parts, predictor } = scan;
  const middle = 1 << (precision - scan.pointTransform - 1);
  for (let column = 0; column < columns; column++) {
    for (let p = 0; p < parts.length; p++) {
      const part = parts[p];
      if (part === undefined) continue;
      const at = (row * columns + column) * step + part.component;
      let predicted: number;
      if (first) predicted = column === 0 ? middle : (samples[at - step] ?? 0);
      else if (column === 0) predicted = samples[at - above] ?? 0;
      else predicted = predict(predictor, samples[at - step] ?? 0, samples[at - above] ?? 0, samples[at - above - step] ?? 0);
      const size = reader.symbol(part.table);
      // Sixteen stands for a difference of 32768, without further bits.
      samples[at] = predicted + (size === 16 ? 32768 : reader.signed(size));
    }
  }
}

/** T.81 table H.1: `a` to the left, `b` above, `c` above to the left. */
function predict(predictor: number, a: number, b: number, c: number): number {
  switch (predictor) {
    case 1:
      return a;
    case 2:
      return b;
    case 3:
      return c;
    case 4:
      return a + b - c;
    case 5:
      return a + ((b - c) >> 1);
    case 6:
      return b + ((a - c) >> 1);
    default:
      return (a + b) >> 1;
  }
}
