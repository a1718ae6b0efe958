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

/** What a session takes to begin depends on its planes and its frames: threads, their compiled code, the phantom's projection. */
const startSeconds = 1;
const startOf = (size: Size): Size => ({ ...size, seconds: startSeconds });
const sameStart = (p: Size, q: Size): boolean => p.planes === q.planes && p.sidePx === q.sidePx;

/** Beyond what the start is measured with. */
const work = ({ planes, sidePx, seconds }: Size): number => planes * sidePx * sidePx * (seconds - startSeconds);

/** A session is the same again; two rounds say what three do, and 2048² takes its time. */
const mostRounds = 2;

/** Twice the work against once the work, the start of each session left out: no worse than linear, and memory that does not grow with length. */
export const scaleBenchmark: Benchmark = {
  name: 'scale',
  what: 'processor time and memory of longer sessions, more planes, larger frames',
  async run({ folder, rounds }) {
    const base: Size = { planes: 1, sidePx: 1024, seconds: 16 };
    const small: Size = { ...base, sidePx: 512 };
    const steps: readonly { readonly what: string; readonly size: Size; readonly from: Size; readonly memory?: true }[] = [
      { what: 'twice as long', size: { ...base, seconds: 32 }, from: base, memory: true },
      { what: 'four times as long', size: { ...base, seconds: 64 }, from: base, memory: true },
      { what: 'two planes', size: { ...base, planes: 2 }, from: base },
      { what: '1024² for 512²', size: base, from: small },
      { what: '2048² for 1024², half as long', size: { ...base, sidePx: 2048, seconds: 8 }, from: base },
    ];
    const sizes = [base, small, ...steps.map(({ size }) => size).filter((size) => size !== base)];
    const starts = sizes.filter((size, index) => sizes.findIndex((other) => sameStart(size, other)) === index).map(startOf);
    // What is kept between starts, compiled code and the simulated anatomy, is there for each of them.
    for (const size of starts) await session(folder, size);
    const rounded: ReadonlyMap<Size, Ran>[] = [];
    for (let round = 0; round < Math.min(rounds, mostRounds); round++) {
      const of = new Map<Size, Ran>();
      for (const size of [...starts, ...sizes]) of.set(size, await session(folder, size));
      rounded.push(of);
    }
    const ranAs = (size: Size | undefined): readonly Ran[] => (size === undefined ? [] : rounded.flatMap((of) => of.get(size) ?? []));
    /** Without its start. */
    const cpuS = (size: Size): readonly number[] => {
      const start = ranAs(starts.find((other) => sameStart(size, other)));
      return ranAs(size).map(({ cpuMs }, round) => (cpuMs - (start[round]?.cpuMs ?? 0)) / 1000);
    };
    return steps.flatMap(({ what, size, from, memory }): readonly Measure[] => {
      const linear = work(size) / work(from);
      const named = (measure: string) => ({ name: 'scale', measure: `${what}: ${measure}`, target: { of: 'ratio', atMost: 1.1 } as const });
      const session16 = `the session of 16 s, one plane of ${from.sidePx}²`;
      const cpu = measureOf(
        { ...named('processor time'), unit: 's', against: `${Number(linear.toFixed(2))} × ${session16}; the start of each is left out` },
        cpuS(size),
        cpuS(from).map((seconds) => linear * seconds),
      );
      const peaks = (of: Size) => ranAs(of).map(({ peakMb }) => peakMb);
      return memory ? [cpu, measureOf({ ...named('most memory'), unit: 'MB', against: session16 }, peaks(size), peaks(from))] : [cpu];
    });
  },
};
