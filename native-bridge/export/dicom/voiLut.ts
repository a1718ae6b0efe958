import { brightnessOf, type VoiCurve, type VoiWindow } from '../../../src/dicom/voi.ts';

/** The curve of values that were written inverted: what was dark is bright, and lies at the other side of the window. */
export const invertedCurve = ({ points }: VoiCurve): VoiCurve => ({
  points: points.map(([position, brightness]) => [1 - position, 1 - brightness] as const).toReversed(),
});

/** What 16 bits of output make white. */
const white = 65_535;

/** A curve as VOI lookup table (PS3.3 C.11.2) of the values within its window; outside, its ends go on. */
export function voiLut(window: VoiWindow, bitsStored: number): object {
  const first = Math.min(Math.max(0, Math.floor(window.center - window.width / 2)), 2 ** bitsStored - 1);
  const last = Math.max(first, Math.min(2 ** bitsStored - 1, Math.ceil(window.center + window.width / 2)));
  const entries = Uint16Array.from({ length: last - first + 1 }, (_, index) => Math.round(white * brightnessOf(first + index, window)));
  return {
    VOILUTSequence: [
      {
        LUTDescriptor: [entries.length === 65_536 ? 0 : entries.length, first, 16],
        LUTExplanation: 'As shown by the source',
        LUTData: [entries.buffer],
        _vrMap: { LUTDescriptor: 'US', LUTData: 'OW' },
      },
    ],
  };
}
