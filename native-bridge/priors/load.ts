import { voiFunctionOf } from '../../src/dicom/grayscale.ts';
import { axesOfCosines, axesOfLetters } from '../../src/dicom/orientation.ts';
import { writeUnsigned } from '../../src/dicom/storedValues.ts';
import { numberOf, numbersOf, textsOf } from '../../src/dicom/values.ts';
import type { PriorHeader } from '../../src/link/priors.ts';
import { decodeFrame } from '../sources/dicomDecode.ts';
import { type DicomFile, openDicomFile, readFrame } from '../sources/dicomFile.ts';
import type { FoundSeries, PriorInstance } from './scan.ts';

export interface LoadedSeries {
  readonly header: PriorHeader;
  readonly values: Int16Array;
}

/** More than this in one series would not fit beside a running procedure. */
const mostBytes = 1_500_000_000;
const int16 = (value: number): number => Math.max(-32768, Math.min(32767, Math.round(value)));

/** Distance between slices where all are equally far apart (to a tenth), else null. */
export function sliceSpacing(instances: readonly PriorInstance[]): number | null {
  const places = instances.map(({ positionMm }) => positionMm);
  const steps = places.slice(1).map((place, i) => (place === null ? null : place - (places[i] ?? Number.NaN)));
  const [first] = steps;
  if (first === null || first === undefined || !(first > 0)) return null;
  return steps.every((step) => step !== null && Math.abs(step - first) <= 0.1 * first) ? first : null;
}

/** Without a rescale, unsigned 16-bit values are shifted into what an int16 holds. */
function roomShift({ image, dataset }: DicomFile): number {
  const isRescaled = (numberOf(dataset, 'x00281053', 'text') ?? 1) !== 1 || (numberOf(dataset, 'x00281052', 'text') ?? 0) !== 0;
  return !isRescaled && !image.signed && image.bitsStored === 16 ? -32768 : 0;
}

/** Stored values of one frame as int16 after rescaling (0028,1052) and (0028,1053); false when it cannot be decoded. */
async function writeFrame(file: DicomFile, index: number, out: Int16Array): Promise<boolean> {
  const coded = await readFrame(file, index);
  const decoded = coded?.ok ? await decodeFrame(coded.value) : null;
  if (!decoded?.ok) return false;
  const { image } = file;
  const isNarrow = decoded.value.samplesPerPixel > 1 || file.palette !== null || image.bitsAllocated <= 8;
  const unsigned = isNarrow ? new Uint8Array(out.length) : new Uint16Array(out.length);
  writeUnsigned(decoded.value, image, file.palette, unsigned);
  const flip = image.signed && !isNarrow ? 2 ** (image.bitsStored - 1) : 0;
  const slope = numberOf(file.dataset, 'x00281053', 'text') ?? 1;
  const intercept = numberOf(file.dataset, 'x00281052', 'text') ?? 0;
  const shift = intercept + roomShift(file);
  for (let i = 0; i < out.length; i++) out[i] = int16(((unsigned[i] ?? 0) - flip) * slope + shift);
  return true;
}

/** (0028,1050) and (0028,1051), else from the darkest to the brightest of the middle frame. */
function windowOf(file: DicomFile, middle: Int16Array): PriorHeader['window'] {
  const [center] = numbersOf(file.dataset, 'x00281050', 'text');
  const [width] = numbersOf(file.dataset, 'x00281051', 'text');
  if (center !== undefined && width !== undefined && width > 0 && file.image.samplesPerPixel === 1)
    return { center: center + roomShift(file), width, voiFunction: voiFunctionOf([file.dataset]) };
  let [low, high] = [32767, -32768];
  for (const value of middle) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { center: (low + high) / 2, width: Math.max(1, high - low), voiFunction: 'LINEAR' };
}

/** Decodes a whole series, or says in one sentence why it cannot be shown. */
export async function loadSeries({ series, instances }: FoundSeries, onProgress: (fraction: number) => void): Promise<LoadedSeries | string> {
  const { rows, columns, frames } = series;
  const size = rows * columns;
  if (size * frames * 2 > mostBytes)
    return `This series has ${frames} frames of ${columns} × ${rows}, more than can be held beside a procedure; choose a smaller one.`;
  const values = new Int16Array(new SharedArrayBuffer(size * frames * 2));
  let damaged = 0;
  let at = 0;
  let first: DicomFile | null = null;
  for (const { path, frames: inFile } of instances) {
    const opened = await openDicomFile(path);
    if (opened.ok) first ??= opened.value;
    for (let index = 0; index < inFile; index++, at++) {
      const out = values.subarray(at * size, (at + 1) * size);
      const fits = opened.ok && opened.value.image.rows === rows && opened.value.image.columns === columns;
      if (!fits || !(await writeFrame(opened.value, index, out))) damaged++;
    }
    onProgress(at / frames);
  }
  if (!first || damaged === frames) return 'No frame of this series can be decoded; "pedicle inspect" on its files says why.';
  const depthMm = sliceSpacing(instances);
  const isVolume = depthMm !== null && instances.length > 2 && frames === instances.length && series.spacingMm !== null;
  const middle = Math.floor(frames / 2);
  return {
    values,
    header: {
      columns,
      rows,
      frames,
      spacingMm: series.spacingMm ? [series.spacingMm[1], series.spacingMm[0], depthMm ?? 1] : null,
      window: windowOf(first, values.subarray(middle * size, (middle + 1) * size)),
      isInverted: first.image.photometric === 'MONOCHROME1',
      axes: axesOfCosines(numbersOf(first.dataset, 'x00200037', 'text')) ?? axesOfLetters(textsOf(first.dataset, 'x00200020')),
      isVolume,
      damaged,
    },
  };
}
