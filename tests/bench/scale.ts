import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Benchmark, type Measure, measureOf } from './benchmark.ts';
import { type Ran, runProgram } from './program.ts';

/** A procedure of so long, played so often one after the other: the simulator's stories have an end of their own. */
const storySeconds = 15;

interface Size {
  readonly planes: 1 | 2;
  readonly sidePx: number;
  readonly stories: number;
}

async function session(folder: string, { planes, sidePx, stories }: Size): Promise<Ran> {
  const query = `seed=1&size=${sidePx}&duration=${storySeconds}&repeat=${stories}`;
  const frames = ['a', 'b'].slice(0, planes).flatMap((plane) => [`--frames-${plane}`, `sim:quiet?${query}`]);
  const record = join(folder, 'record');
  const ran = await runProgram(['run', ...frames, '--injector', `sim:quiet?${query}`, '--out', record, '--speed', 'max', '--json']);
  rmSync(record, { recursive: true });
  const { durationMs } = ran.json as { readonly durationMs: number };
  if (Math.round(durationMs / 1000) !== stories * storySeconds) throw new Error(`a session of ${stories * storySeconds} s took ${durationMs} ms`);
  return ran;
}

const work = ({ planes, sidePx, stories }: Size): number => planes * sidePx * sidePx * stories;

/** Twice the work against once the work: no worse than linear, and memory that does not grow with length. */
export const scaleBenchmark: Benchmark = {
  name: 'scale',
  what: 'processor time and memory of longer sessions, more planes, larger frames',
  async run({ folder, rounds }) {
    const base: Size = { planes: 1, sidePx: 512, stories: 2 };
    const steps: readonly { readonly what: string; readonly size: Size; readonly memory?: true }[] = [
      { what: 'twice as long', size: { ...base, stories: 4 }, memory: true },
      { what: 'four times as long', size: { ...base, stories: 8 }, memory: true },
      { what: 'two planes', size: { ...base, planes: 2 } },
      { what: '1024² for 512²', size: { ...base, sidePx: 1024 } },
      { what: '2048² for 512²', size: { ...base, sidePx: 2048 } },
    ];
    const bases: Ran[] = [];
    for (let round = 0; round < rounds; round++) bases.push(await session(folder, base));
    const measures: Measure[] = [];
    for (const { what, size, memory } of steps) {
      const ran: Ran[] = [];
      for (let round = 0; round < rounds; round++) ran.push(await session(folder, size));
      const linear = work(size) / work(base);
      const named = (measure: string) => ({ name: 'scale', measure: `${what}: ${measure}`, target: { of: 'ratio', atMost: 1.1 } as const });
      const cpu = ran.map(({ cpuMs }) => cpuMs / 1000);
      const linearCpu = bases.map(({ cpuMs }) => (linear * cpuMs) / 1000);
      measures.push(measureOf({ ...named('processor time'), unit: 's', against: `${linear} × the session of 30 s, one plane of 512²` }, cpu, linearCpu));
      if (!memory) continue;
      const peaks = (of: readonly Ran[]) => of.map(({ peakMb }) => peakMb);
      measures.push(measureOf({ ...named('most memory'), unit: 'MB', against: 'the session of 30 s' }, peaks(ran), peaks(bases)));
    }
    return measures;
  },
};
