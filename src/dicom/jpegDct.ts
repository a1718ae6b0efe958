import { bitReader, type HuffmanTable } from './jpegBits.ts';
import { inverseDct } from './jpegIdct.ts';
import { decodeScan, type JpegComponent, type ScanComponent, zigzag } from './jpegScan.ts';
import { nextSegment, readHuffman, wordAt } from './jpegSegments.ts';

/** A decoded JPEG: samples of a pixel together, no colour transform applied. */
export interface JpegImage {
  readonly rows: number;
  readonly columns: number;
  readonly precision: number;
  readonly components: number;
  readonly samples: Uint16Array;
}

interface Frame {
  readonly progressive: boolean;
  readonly precision: number;
  readonly rows: number;
  readonly columns: number;
  readonly mcusAcross: number;
  readonly mcusDown: number;
  readonly components: readonly JpegComponent[];
}

/**
 * Decodes DCT-coded JPEG with Huffman coding (ITU-T T.81 processes 1, 2 and 4, and the progressive ones 6, 8, 10 and 12),
 * 8 or 12 bits: what the WebAssembly codec, built for 8 bits, does not. Throws an `Error` that says what is wrong.
 */
export function decodeJpegDct(data: Uint8Array): JpegImage {
  const quantisation = new Map<number, Int32Array>();
  const huffman = new Map<number, HuffmanTable>();
  let restartInterval = 0;
  let frame: Frame | null = null;
  let scans = 0;
  for (let segment = nextSegment(data, 2), at = 2; segment !== null; segment = nextSegment(data, at)) {
    const { code, body, end } = segment;
    at = end;
    if (code === 0xdb) readQuantisation(body, quantisation);
    else if (code === 0xc4) readHuffman(body, huffman);
    else if (code === 0xdd) restartInterval = wordAt(body, 0);
    else if (code === 0xc0 || code === 0xc1 || code === 0xc2) frame = readFrame(body, code === 0xc2);
    else if (code >= 0xc3 && code <= 0xcf && code !== 0xc8 && code !== 0xcc) throw new Error('its JPEG process is arithmetic, lossless or hierarchical');
    else if (code === 0xda) {
      if (frame === null) throw new Error('a scan comes before the frame header');
      const reader = bitReader(data, end);
      decodeScan({ ...readScan(body, frame, huffman), ...sizes(frame), restartInterval }, reader);
      at = reader.position;
      scans++;
    }
  }
  if (frame === null || scans === 0) throw new Error('the code stream holds no picture');
  return render(frame, quantisation);
}

const sizes = ({ progressive, mcusAcross, mcusDown }: Frame) => ({ progressive, mcusAcross, mcusDown });

function readQuantisation(segment: Uint8Array, tables: Map<number, Int32Array>): void {
  for (let at = 0; at + 65 <= segment.length; ) {
    const head = segment[at++] ?? 0;
    const wide = head >> 4 !== 0;
    const table = new Int32Array(64);
    for (let k = 0; k < 64; k++, at += wide ? 2 : 1) table[zigzag[k] ?? 0] = wide ? wordAt(segment, at) : (segment[at] ?? 0);
    tables.set(head & 15, table);
  }
}

function readFrame(segment: Uint8Array, progressive: boolean): Frame {
  const precision = segment[0] ?? 0;
  const [rows, columns, count] = [wordAt(segment, 1), wordAt(segment, 3), segment[5] ?? 0];
  if (precision !== 8 && precision !== 12) throw new Error(`its samples have ${precision} bits, not 8 or 12`);
  if (rows === 0 || columns === 0 || count === 0 || count > 4) throw new Error('its frame header is empty');
  const factors = Array.from({ length: count }, (_, index) => {
    const [id = 0, sampling = 0, quantisation = 0] = segment.subarray(6 + 3 * index, 9 + 3 * index);
    return { id, horizontal: sampling >> 4, vertical: sampling & 15, quantisation };
  });
  if (factors.some(({ horizontal, vertical }) => horizontal < 1 || horizontal > 4 || vertical < 1 || vertical > 4))
    throw new Error('its sampling factors are impossible');
  const widest = Math.max(...factors.map((factor) => factor.horizontal));
  const tallest = Math.max(...factors.map((factor) => factor.vertical));
  const mcusAcross = Math.ceil(columns / (8 * widest));
  const mcusDown = Math.ceil(rows / (8 * tallest));
  const components = factors.map((factor) => {
    const storedAcross = mcusAcross * factor.horizontal;
    return {
      ...factor,
      blocksAcross: Math.ceil(Math.ceil((columns * factor.horizontal) / widest) / 8),
      blocksDown: Math.ceil(Math.ceil((rows * factor.vertical) / tallest) / 8),
      storedAcross,
      coefficients: new Int32Array(storedAcross * mcusDown * factor.vertical * 64),
    };
  });
  return { progressive, precision, rows, columns, mcusAcross, mcusDown, components };
}

function readScan(segment: Uint8Array, frame: Frame, huffman: ReadonlyMap<number, HuffmanTable>) {
  const count = segment[0] ?? 0;
  const components = Array.from({ length: count }, (_, index): ScanComponent => {
    const id = segment[1 + 2 * index];
    const tables = segment[2 + 2 * index] ?? 0;
    const component = frame.components.find((candidate) => candidate.id === id);
    if (component === undefined) throw new Error('a scan names a component that the frame does not have');
    return { component, dc: huffman.get(tables >> 4), ac: huffman.get(16 + (tables & 15)) };
  });
  const [spectralStart = 0, spectralEnd = 63, bits = 0] = segment.subarray(1 + 2 * count, 4 + 2 * count);
  if (spectralEnd > 63 || spectralStart > spectralEnd || (frame.progressive && spectralStart > 0 && count !== 1))
    throw new Error('a scan header is impossible');
  return { components, spectralStart, spectralEnd, high: bits >> 4, low: bits & 15 };
}

/** Dequantises, transforms and shifts every block into place; subsampled components are repeated. */
function render(frame: Frame, quantisation: ReadonlyMap<number, Int32Array>): JpegImage {
  const { rows, columns, precision, components } = frame;
  const samples = new Uint16Array(rows * columns * components.length);
  components.forEach((component, index) => {
    const table = quantisation.get(component.quantisation);
    if (table === undefined) throw new Error('a quantisation table is missing');
    const plane = samplePlane(component, table, precision);
    const width = component.storedAcross * 8;
    const across = component.horizontal / Math.max(...components.map((other) => other.horizontal));
    const down = component.vertical / Math.max(...components.map((other) => other.vertical));
    for (let row = 0, at = index; row < rows; row++) {
      const line = Math.floor(row * down) * width;
      for (let column = 0; column < columns; column++, at += components.length) samples[at] = plane[line + Math.floor(column * across)] ?? 0;
    }
  });
  return { rows, columns, precision, components: components.length, samples };
}

function samplePlane(component: JpegComponent, table: Int32Array, precision: number): Uint16Array {
  const { storedAcross, coefficients } = component;
  const plane = new Uint16Array(coefficients.length);
  const middle = 2 ** (precision - 1);
  const highest = 2 ** precision - 1;
  const block = new Int32Array(64);
  for (let at = 0, index = 0; at < coefficients.length; at += 64, index++) {
    for (let i = 0; i < 64; i++) block[i] = (coefficients[at + i] ?? 0) * (table[i] ?? 0);
    inverseDct(block, precision);
    const origin = Math.floor(index / storedAcross) * 8 * storedAcross * 8 + (index % storedAcross) * 8;
    for (let i = 0; i < 64; i++) plane[origin + (i >> 3) * storedAcross * 8 + (i & 7)] = Math.min(Math.max((block[i] ?? 0) + middle, 0), highest);
  }
  return plane;
}
