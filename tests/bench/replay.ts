import { join } from 'node:path';
import { type Benchmark, measureOf } from './benchmark.ts';
import { type Ran, runProgram } from './program.ts';

const speedOf = ({ json }: Ran): number => (json as { speed: number }).speed;

/** Replay of a record, frames with guidance and without frames, against the time that the procedure took. */
export const replayBenchmark: Benchmark = {
  name: 'replay',
  what: 'deriving everything in a record again and comparing, one core',
  async run({ folder, rounds }) {
    const one = join(folder, 'one-plane');
    const none = join(folder, 'no-plane');
    await runProgram(['run', '--frames-a', 'sim:kyphoplasty?seed=1', '--injector', 'sim:kyphoplasty?seed=1', '--out', one, '--speed', 'max', '--json']);
    await runProgram(['run', '--injector', 'sim:kyphoplasty?seed=1', '--out', none, '--speed', 'max', '--json']);
    const speeds = { one: [] as number[], none: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      speeds.one.push(speedOf(await runProgram(['replay', one, '--json'], 0)));
      speeds.none.push(speedOf(await runProgram(['replay', none, '--json'], 0)));
    }
    const named = { name: 'replay', unit: '× real time', against: 'real time; a procedure of 60 s' };
    return [
      measureOf({ ...named, measure: 'one plane of 1024² with guidance', target: { of: 'ours', atLeast: 4 } }, speeds.one, null),
      measureOf({ ...named, measure: 'without frames', target: { of: 'ours', atLeast: 50 } }, speeds.none, null),
    ];
  },
};
