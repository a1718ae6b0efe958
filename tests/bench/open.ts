import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectDicom } from '../../native-bridge/sources/dicomInspect.ts';
import { buildPart10, xrayRun } from '../../test-data/dicomBuilder.ts';
import { alternate, type Benchmark, type Measure, measureOf } from './benchmark.ts';
import { noiseFrames } from './frames.ts';

const frames = 100;

const msOf = async (work: () => unknown): Promise<number> => {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
};

/** Opening a run of 100 frames of 1024² in 16 bit (210 MB): header, first and last frame, against DCMTK giving the same two frames. */
export const openBenchmark: Benchmark = {
  name: 'open',
  what: 'a DICOM run of 210 MB: header, first and last frame with their SHA-256',
  async run({ folder, rounds, say }) {
    const path = join(folder, 'run.dcm');
    const pictures = noiseFrames();
    const pixels = Array.from({ length: frames }, (_, index) => pictures[index % pictures.length] ?? new Uint16Array());
    writeFileSync(path, buildPart10(xrayRun({ rows: 1024, columns: 1024, bitsStored: 12, frames: pixels })));
    const dcmtk = spawnSync('dcmj2pnm', ['--version']).status === 0;
    if (!dcmtk) say('DCMTK is not here (Debian: apt-get install dcmtk): opening is measured without it.');
    const ours = () =>
      msOf(async () => {
        const inspected = await inspectDicom(path);
        if (!inspected.ok) throw new Error(inspected.fault.message);
      });
    // Two runs of a program, which pays for its starts; it writes the pictures, we hash the frames.
    const picture = (frame: number) => spawnSync('dcmj2pnm', ['-q', '--frame', String(frame), '+op', path, join(folder, 'frame.pgm')]);
    const reference = () => (dcmtk ? msOf(() => [picture(1), picture(frames)]) : Number.NaN);
    const run = await alternate(rounds, ours, reference);
    const measures: Measure[] = [
      measureOf(
        {
          name: 'open',
          measure: `header, first and last frame of ${Math.round(statSync(path).size / 1e6)} MB`,
          unit: 'ms',
          target: { of: 'ratio', atMost: 1.1 },
          against: dcmtk ? 'dcmj2pnm, once for each of the two frames' : 'DCMTK is not on this machine',
        },
        run.ours,
        dcmtk ? run.reference : null,
      ),
    ];
    return measures;
  },
};
