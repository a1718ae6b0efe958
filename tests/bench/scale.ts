import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Benchmark, type Measure, measureOf } from './benchmark.ts';
import { type Ran, runProgram } from './program.ts';

/** A procedure of so long, played as often as it takes: the simulator's stories have an end of their own. */
const storySeconds = 8;

interface Size {
  readonly planes: 1 | 2;
  readonly sidePx: number;
  /** A multiple of a story, or less than one. */
  readonly seconds: number;
}

async function session(folder: string, { planes, sidePx, seconds }: Size): Promise<Ran> {
  const query = `seed=1&size=${sidePx}&duration=${Math.min(seconds, storySeconds)}&repeat=${Math.max(1, seconds / storySeconds)}`;
  const frames = ['a', 'b'].slice(0, planes).flatMap((plane) => [`--frames-${plane}`, `sim:quiet?${query}`]);
  const record = join(folder, 'record');
  const ran = await runProgram(['run', ...frames, '--injector', `sim:quiet?${query}`, '--out', record, '--speed', 'max', '--json']);
  rmSync(record, { recursive: true });
  const { durationMs } = ran.json as { readonly durationMs: number };
  if (Math.round(durationMs / 1000) !== seconds) throw new Error(`a session of ${seconds} s took ${durationMs} ms of its own time`);
  return ran;
}

const work = ({ planes, sidePx, seconds }: Size): number => planes * sidePx * sidePx * seconds;

/** A session is the same again; two rounds say what three do, and 2048² takes its time. */
const mostRounds = 2;

/** Twice the work against once the work, the start of the program left out: no worse than linear, and memory that does not grow with length. */
export const scaleBenchmark: Benchmark = {
  name: 'scale',
  what: 'processor time and memory of longer sessions, more planes, larger frames',
  async run({ folder, rounds }) {
    const base: Size = { planes: 1, sidePx: 512, seconds: 16 };
    const steps: readonly { readonly what: string; readonly size: Size; readonly memory?: true }[] = [
      { what: 'twice as long', size: { ...base, seconds: 32 }, memory: true },
      { what: 'four times as long', size: { ...base, seconds: 64 }, memory: true },
      { what: 'two planes', size: { ...base, planes: 2 } },
      { what: '1024² for 512²', size: { ...base, sidePx: 1024 } },
      { what: '2048² for 512², half as long', size: { ...base, sidePx: 2048, seconds: 8 } },
    ];
    const ran: { readonly start: Ran; readonly base: Ran; readonly steps: readonly Ran[] }[] = [];
    for (let round = 0; round < Math.min(rounds, mostRounds); round++) {
      const start = await session(folder, { ...base, seconds: 1 });
      const once = await session(folder, base);
      const others: Ran[] = [];
      for (const { size } of steps) others.push(await session(folder, size));
      ran.push({ start, base: once, steps: others });
    }
    return steps.flatMap(({ what, size, memory }, index): readonly Measure[] => {
      const linear = work(size) / work(base);
      const of = ran.map(({ steps: sessions, start, base: once }) => ({ session: sessions[index] ?? once, start, once }));
      const named = (measure: string) => ({ name: 'scale', measure: `${what}: ${measure}`, target: { of: 'ratio', atMost: 1.1 } as const });
      const cpu = measureOf(
        { ...named('processor time'), unit: 's', against: `${linear} × a session of 16 s, one plane of 512²; of both, the start is left out` },
        of.map(({ session: { cpuMs }, start }) => (cpuMs - start.cpuMs) / 1000),
        of.map(({ once, start }) => (linear * (once.cpuMs - start.cpuMs)) / 1000),
      );
      if (!memory) return [cpu];
      const peak = measureOf(
        { ...named('most memory'), unit: 'MB', against: 'the session of 16 s' },
        of.map(({ session: { peakMb } }) => peakMb),
        of.map(({ once }) => once.peakMb),
      );
      return [cpu, peak];
    });
  },
};
