import { encodeRunLengths, type RunLengthMask } from '../base/runLength.ts';
import type { DicomDataset } from './dataset.ts';
import { elementWithValue, numberOf, numbersOf, textOf } from './values.ts';

/** A plane of graphics or a region that the source draws over its picture (PS3.3 C.9.2). */
export interface DisplayOverlay {
  readonly kind: 'graphics' | 'region';
  /** (60xx,1500), else (60xx,0022). */
  readonly label: string | null;
  /** Its top-left pixel in the picture; may lie outside. */
  readonly originImagePx: readonly [x: number, y: number];
  readonly mask: RunLengthMask;
}

/** Overlays with more runs than this are noise or pictures; they would make every frame's attributes large. */
const mostRuns = 4000;
const mostPixels = 2 ** 24;

interface Plane {
  readonly overlay: Omit<DisplayOverlay, 'mask'>;
  readonly rows: number;
  readonly columns: number;
  /** Which frames of the image it belongs to, from 0; one plane without a number of frames is for all of them. */
  readonly firstFrame: number;
  readonly frames: number;
  readonly forAll: boolean;
  readonly dataOffset: number;
}

/** Reads the overlay planes of a file once, and gives those of each frame. Planes within the pixel data (retired) are not among them. */
export function overlayReader(dataset: DicomDataset): (frame: number) => readonly DisplayOverlay[] {
  const planes: Plane[] = [];
  for (let group = 0x6000; group <= 0x601e; group += 2) {
    const plane = planeOf(dataset, `x${group.toString(16)}`);
    if (plane !== null) planes.push(plane);
  }
  const known = new Map<string, RunLengthMask>();
  const maskOf = (plane: Plane, part: number): RunLengthMask => {
    const key = `${plane.dataOffset} ${part}`;
    const mask = known.get(key) ?? readMask(dataset, plane, part);
    if (plane.forAll) known.set(key, mask);
    return mask;
  };
  return (frame) =>
    planes.flatMap((plane) => {
      const part = plane.forAll ? 0 : frame - plane.firstFrame;
      if (part < 0 || part >= plane.frames) return [];
      const mask = maskOf(plane, part);
      return mask.counts.length > mostRuns ? [] : [{ ...plane.overlay, mask }];
    });
}

function planeOf(dataset: DicomDataset, group: string): Plane | null {
  const rows = numberOf(dataset, `${group}0010`, 'US') ?? 0;
  const columns = numberOf(dataset, `${group}0011`, 'US') ?? 0;
  const data = elementWithValue(dataset, `${group}3000`);
  const said = numberOf(dataset, `${group}0015`, 'text');
  const frames = Math.max(1, said ?? 1);
  if (data === null || rows * columns === 0 || rows * columns > mostPixels || data.length * 8 < rows * columns * frames) return null;
  const [row = 1, column = 1] = numbersOf(dataset, `${group}0050`, 'SS');
  return {
    overlay: {
      kind: textOf(dataset, `${group}0040`) === 'R' ? 'region' : 'graphics',
      label: textOf(dataset, `${group}1500`) ?? textOf(dataset, `${group}0022`),
      originImagePx: [column - 1, row - 1],
    },
    rows,
    columns,
    firstFrame: (numberOf(dataset, `${group}0051`, 'US') ?? 1) - 1,
    frames,
    forAll: said === null,
    dataOffset: data.dataOffset,
  };
}

/** Single bits, least significant first, in bytes or in words that the file's byte order swaps (PS3.5 8.1.2). */
function readMask({ bytes, elements, littleEndian }: DicomDataset, { rows, columns, dataOffset }: Plane, part: number): RunLengthMask {
  const swapped = !littleEndian && Object.values(elements).some((element) => element.dataOffset === dataOffset && element.vr === 'OW');
  const pixels = new Uint8Array(rows * columns);
  for (let i = 0; i < pixels.length; i++) {
    const bit = part * pixels.length + i;
    const at = bit >>> 3;
    pixels[i] = ((bytes[dataOffset + (swapped ? at ^ 1 : at)] ?? 0) >>> (bit & 7)) & 1;
  }
  return encodeRunLengths(pixels, rows, columns);
}
