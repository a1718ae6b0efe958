import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFrameSource } from '../../native-bridge/sources/open.ts';
import { openSimulatedOperator } from '../../native-bridge/sources/simulated.ts';
import type { XrayFrame } from '../../src/dicom/xrayFrame.ts';
import { createPlaneGuidance } from '../../src/guidance/planeGuidance.ts';
import type { OperatorEvent } from '../../src/procedure/operatorEvent.ts';
import { alternate, type Benchmark, type Measure, measureOf, median, quantile } from './benchmark.ts';

/** From before the injection to well into it. */
const fromMs = 36_000;
const toMs = 44_000;
const warmUpMs = 2000;
const scenario = 'sim:kyphoplasty?seed=1&fps=15';
const script = fileURLToPath(new URL('./reference/opencv.py', import.meta.url));

interface Said {
  readonly tMs: number;
  readonly event: OperatorEvent;
}

/** A stretch of the lateral plane, made beforehand: making frames is no part of what is measured. */
async function stretch(): Promise<{ readonly frames: readonly { readonly tMs: number; readonly frame: XrayFrame }[]; readonly said: readonly Said[] }> {
  const [source, operator] = await Promise.all([openFrameSource(scenario, 'b'), openSimulatedOperator(scenario)]);
  if (!source.ok || !operator.ok) throw new Error('the simulator does not know its own scenario');
  const stop = new AbortController();
  const said: Said[] = [];
  for await (const event of operator.value.events(stop.signal)) if (event.topic === '/operator') said.push({ tMs: event.atMs ?? 0, event: event.data });
  const frames = [];
  for await (const event of source.value.events(stop.signal)) {
    if (event.topic !== '/plane/b/frame' || event.atMs === null || event.atMs < fromMs) continue;
    if (event.atMs > toMs) break;
    frames.push({ tMs: event.atMs, frame: event.data });
  }
  return { frames, said };
}

function guide({ frames, said }: Awaited<ReturnType<typeof stretch>>): readonly number[] {
  const guidance = createPlaneGuidance('b');
  const words = [...said];
  const tookMs: number[] = [];
  for (const { tMs, frame } of frames) {
    for (let next = words[0]; next && next.tMs <= tMs; next = words[0]) {
      guidance.operator(next.event);
      words.shift();
    }
    const startMs = performance.now();
    guidance.frame(frame, tMs);
    if (tMs >= fromMs + warmUpMs) tookMs.push(performance.now() - startMs);
  }
  return tookMs;
}

function copies(frames: readonly { readonly frame: XrayFrame }[]): number {
  const target = new Uint16Array(1024 * 1024);
  const tookMs = frames.map(({ frame }) => {
    const startMs = performance.now();
    target.set(frame.pixels);
    return performance.now() - startMs;
  });
  return median(tookMs);
}

/** Guidance of one plane on this thread against OpenCV's usual chain over the same frames, one thread too. */
export const guidanceBenchmark: Benchmark = {
  name: 'guidance',
  what: 'needle, motion, cement and zones of each 1024² frame, one core',
  async run({ folder, rounds, say }) {
    const made = await stretch();
    const raw = join(folder, 'frames.raw');
    const opencv = spawnSync('/usr/bin/python3', ['-c', 'import cv2']).status === 0;
    if (opencv)
      writeFileSync(raw, Buffer.concat(made.frames.map(({ frame }) => Buffer.from(frame.pixels.buffer, frame.pixels.byteOffset, frame.pixels.byteLength))));
    else say('OpenCV for Python is not here (Debian: apt-get install python3-opencv): guidance is measured without it.');
    const referenceMs = (): number => {
      const { stdout } = spawnSync('/usr/bin/python3', [script, raw, '1024', '1024'], { encoding: 'utf8' });
      return Number(stdout);
    };
    const run = await alternate(
      rounds,
      () => guide(made),
      () => (opencv ? referenceMs() : Number.NaN),
    );
    const copyMs = median(Array.from({ length: rounds }, () => copies(made.frames)));
    if (opencv) rmSync(raw);
    const against = opencv ? 'OpenCV: phase correlation, absdiff, threshold, components' : 'OpenCV is not on this machine';
    const medians = run.ours.map((tookMs) => median(tookMs));
    const result: Measure[] = [
      measureOf(
        { name: 'guidance', measure: 'a frame, median', unit: 'ms', target: { of: 'ours', atMost: 10 }, against },
        medians,
        opencv ? run.reference : null,
      ),
      measureOf(
        { name: 'guidance', measure: 'against the stages of OpenCV', unit: 'ms', target: { of: 'ratio', atMost: 1.5 }, against },
        medians,
        opencv ? run.reference : null,
      ),
      measureOf(
        { name: 'guidance', measure: 'a frame, 99th percentile', unit: 'ms', target: { of: 'ours', atMost: 20 }, against: 'none' },
        run.ours.map((tookMs) => quantile(tookMs, 0.99)),
        null,
      ),
      measureOf(
        { name: 'guidance', measure: 'in copies of the frame', unit: 'ms', against: 'one copy of the frame in memory' },
        medians,
        medians.map(() => copyMs),
      ),
    ];
    return result;
  },
};
