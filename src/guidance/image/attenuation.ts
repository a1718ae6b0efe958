import type { XrayFrame, XrayFrameAttributes } from '../../dicom/xrayFrame.ts';
import type { ImageKernels, StraightLine } from '../kernels/imageKernels.ts';
import type { Grid } from './grid.ts';

/**
 * How many nepers (natural logarithms of intensity) the whole range of stored values spans. The tags never say it; these are
 * the usual look-up tables: five for logarithmic storage, a little over three for a picture made to be looked at (a display
 * window narrower than the range of the detector). An error here scales cement volume, which the injector's own volume corrects.
 */
const nepersOfRange = { LOG: 5, DISP: 3.2 } as const;

/** One picture at the sizes that needles are looked for in, in nepers of attenuation: larger = more stopped = bone, metal, cement. */
export interface PictureSizes {
  /** Working resolution: full divided by `factor`, at most about 800 pixels wide. */
  readonly factor: number;
  readonly fine: Grid;
  /** Half of `fine`. */
  readonly coarse: Grid;
}

/** A frame's picture. */
export interface AttenuationPyramid extends PictureSizes {
  /** Attenuation of each stored value. */
  readonly ofStoredValue: Float32Array;
  /** Half of `coarse`. */
  readonly small: Grid;
  load(frame: XrayFrame): void;
}

/** Whether frames of `b` can go through what was built for `a`. */
export const sameStorage = (a: XrayFrameAttributes, b: XrayFrameAttributes): boolean =>
  a.rows === b.rows &&
  a.columns === b.columns &&
  a.bitsAllocated === b.bitsAllocated &&
  a.bitsStored === b.bitsStored &&
  a.photometric === b.photometric &&
  a.pixelIntensityRelationship === b.pixelIntensityRelationship;

/** How the stored values of these frames are taken to stand for the intensity of the beam. */
export const relationshipOf = ({
  pixelIntensityRelationship,
  bitsStored,
}: Pick<XrayFrameAttributes, 'pixelIntensityRelationship' | 'bitsStored'>): 'LIN' | 'LOG' | 'DISP' =>
  pixelIntensityRelationship ?? (bitsStored > 8 ? 'LOG' : 'DISP');

/**
 * Stored value → nepers of attenuation. LIN is intensity (Beer–Lambert: minus its logarithm); LOG and DISP are taken as
 * already logarithmic, which for display values is an approximation. Unknown: LOG above 8 bits, DISP at 8.
 */
export function attenuationTable(attributes: XrayFrameAttributes): Float32Array {
  const size = 2 ** Math.min(16, Math.max(1, attributes.bitsAllocated === 8 ? 8 : 16));
  const largest = 2 ** attributes.bitsStored - 1;
  const line = straightLine(attributes);
  const inverted = attributes.photometric === 'MONOCHROME1';
  const table = new Float32Array(size);
  const used = Math.min(size, largest + 1);
  for (let stored = 0; stored < used; stored++) {
    const brightness = inverted ? largest - stored : stored;
    table[stored] = line === null ? Math.log((largest + 1) / (brightness + 0.002 * largest + 1)) : line.base + line.slope * stored;
  }
  return table.fill(table[used - 1] ?? 0, used);
}

/** The same where it is a straight line (LOG, DISP); null for LIN. */
function straightLine(attributes: XrayFrameAttributes): StraightLine | null {
  const relationship = relationshipOf(attributes);
  if (relationship === 'LIN') return null;
  const nepers = nepersOfRange[relationship];
  const largest = 2 ** attributes.bitsStored - 1;
  return attributes.photometric === 'MONOCHROME1' ? { base: 0, slope: nepers / largest, largest } : { base: nepers, slope: -nepers / largest, largest };
}

/** Full pixels a pixel of the working resolution, to each side. */
export const workingFactor = ({ rows, columns }: Pick<XrayFrameAttributes, 'rows' | 'columns'>): number =>
  2 ** Math.max(0, Math.floor(Math.log2(Math.min(rows, columns) / 400)));

/** Rows of the working resolution that are brought into the kernels' memory at a time: few enough to stay in the processor's cache. */
const rowsAtATime = 16;

/** Buffers for frames like this one. */
export function createPyramid(attributes: XrayFrameAttributes, kernels: ImageKernels): AttenuationPyramid {
  const { rows, columns } = attributes;
  const factor = workingFactor(attributes);
  const fine = kernels.grid(Math.floor(columns / factor), Math.floor(rows / factor));
  const coarse = kernels.grid(fine.width >> 1, fine.height >> 1);
  const small = kernels.grid(coarse.width >> 1, coarse.height >> 1);
  const ofStoredValue = attenuationTable(attributes);
  const line = straightLine(attributes);
  const strip = kernels.words(2 * rowsAtATime * columns);

  function shrinkStraight(pixels: Uint8Array | Uint16Array, along: StraightLine): void {
    for (let row = 0; row < fine.height; row += rowsAtATime) {
      const count = Math.min(rowsAtATime, fine.height - row);
      strip.set(pixels.subarray(2 * row * columns, 2 * (row + count) * columns));
      kernels.shrinkByTwo(strip, columns, along, fine, row, count);
    }
  }

  return {
    ofStoredValue,
    factor,
    fine,
    coarse,
    small,
    load(frame) {
      if (factor === 1) copyThrough(frame.pixels, ofStoredValue, fine);
      else if (factor === 2 && line !== null) shrinkStraight(frame.pixels, line);
      else shrink(frame.pixels, columns, factor, ofStoredValue, fine);
      kernels.halve(fine, coarse);
      kernels.halve(coarse, small);
    },
  };
}

function copyThrough(pixels: Uint8Array | Uint16Array, table: Float32Array, target: Grid): void {
  const out = target.data;
  for (let i = 0; i < out.length; i++) out[i] = table[pixels[i] ?? 0] ?? 0;
}

function shrink(pixels: Uint8Array | Uint16Array, columns: number, factor: number, table: Float32Array, target: Grid): void {
  const share = 1 / (factor * factor);
  for (let y = 0; y < target.height; y++) {
    for (let x = 0; x < target.width; x++) {
      let sum = 0;
      for (let dy = 0; dy < factor; dy++) {
        const at = (y * factor + dy) * columns + x * factor;
        for (let dx = 0; dx < factor; dx++) sum += table[pixels[at + dx] ?? 0] ?? 0;
      }
      target.data[y * target.width + x] = sum * share;
    }
  }
}
