import type { Command } from 'commander';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import type { PlaneSighting } from '../../src/guidance/fusion.ts';
import type { PlaneObservation, Pose } from '../../src/guidance/observation.ts';
import type { PlaneGuidance } from '../../src/guidance/planeGuidance.ts';
import type { Plan } from '../../src/procedure/plan.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import type { Source, SourceEvent } from '../sources/source.ts';
import { reportFault } from './output.ts';

interface AnalyzeOptions {
  readonly frames: string;
  readonly framesB?: string;
  readonly plan?: string;
  readonly out: string;
}

/** `pedicle analyze`: guidance for each frame of a run, causally, one line a frame. */
export function register(program: Command): void {
  program
    .command('analyze')
    .description('Finds needle, deviation and cement in each frame of a run, looking only at frames before it, and writes one JSON object a line.')
    .requiredOption('--frames <uri>', 'frames: dicom:FILE_OR_FOLDER, sim:SCENARIO?seed=N, record:RECORD?plane=a; plane a of the plan')
    .option('--frames-b <uri>', 'frames of a second plane; tipPatientMm then comes from both, relative to the isocentre')
    .option('--plan <file>', 'plan.json')
    .requiredOption('--out <file>', 'FILE.jsonl; plane b goes to FILE.b.jsonl')
    .action(async (options: AnalyzeOptions) => {
      const done = await analyze(options);
      if (!done.ok) reportFault(done.fault);
    });
}

interface PlaneRun {
  readonly plane: PlaneId;
  readonly guidance: PlaneGuidance;
  readonly events: AsyncIterator<SourceEvent>;
  readonly lines: string[];
  /** The source has said that its run is over. */
  ended: boolean;
  /** Frames are missing since the last one that came. */
  cut: boolean;
  next: FrameEvent | null;
  latest: (PlaneSighting & { readonly tMs: number }) | null;
  /** Where the needle's tip has been lately, from both planes. */
  tipPatientMm: Pose['tipPatientMm'] | null;
  /** What this plane alone saw of cement in its latest frame, at the tip's depth, mL. */
  seenMl: number | null;
}

type FrameEvent = Extract<SourceEvent, { topic: '/plane/a/frame' | '/plane/b/frame' }>;

/** Frames of the two planes are brought together when they are no farther apart than this, ms. */
const mostApartMs = 300;

async function analyze(options: AnalyzeOptions): Promise<Result<void>> {
  const { readPlanFile } = await import('../sources/script.ts');
  let plan: Plan | null = null;
  if (options.plan !== undefined) {
    const read = await readPlanFile(options.plan);
    if (!read.ok) return read;
    plan = read.value;
  }
  const opened = await openRuns(options, plan);
  if (!opened.ok) return opened;
  const runs = opened.value;
  const controller = new AbortController();
  const started = runs.map((run) => startRun(run.plane, run.source, run.guidance, controller.signal));
  const interrupt = () => controller.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  for (const run of started) run.next = await nextFrame(run);
  await analyzeInTimeOrder(started);
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  if (controller.signal.aborted) return failedFault('Stopped before the run had ended; no results were written.');
  controller.abort();
  const empty = started.find((run) => run.lines.length === 0);
  if (empty !== undefined) return inputFault(`No frame could be read for plane ${empty.plane}; check the source with "pedicle inspect".`);
  for (const run of started) {
    const written = await writeLines(outOf(run, options), run.lines);
    if (!written.ok) return written;
  }
  const broken = started.find((run) => !run.ended || run.cut);
  if (broken === undefined) return ok(undefined);
  return failedFault(
    `The frames of plane ${broken.plane} broke off after ${broken.lines.length} of them; ${outOf(broken, options)} has only those. Check the source with "pedicle inspect".`,
  );
}

const outOf = (run: PlaneRun, options: AnalyzeOptions): string => (run.plane === 'a' ? options.out : planeBFile(options.out));

const planeBFile = (out: string): string => (out.endsWith('.jsonl') ? `${out.slice(0, -'.jsonl'.length)}.b.jsonl` : `${out}.b.jsonl`);

async function openRuns(options: AnalyzeOptions, plan: Plan | null): Promise<Result<{ plane: PlaneId; source: Source; guidance: PlaneGuidance }[]>> {
  const { openFrameSource } = await import('../sources/open.ts');
  const { createPlaneGuidance } = await import('../../src/guidance/planeGuidance.ts');
  const runs: { plane: PlaneId; source: Source; guidance: PlaneGuidance }[] = [];
  for (const [plane, uri] of [
    ['a', options.frames],
    ['b', options.framesB],
  ] as const) {
    if (uri === undefined) continue;
    const source = await openFrameSource(uri, plane);
    if (!source.ok) return source;
    if (source.value.pace === 'live') {
      // Nobody else gives back what it holds.
      for await (const _ of source.value.events(AbortSignal.abort())) break;
      return inputFault(`${uri} is live and has no times of its own; record it with "pedicle run", and analyse record:RECORD.`);
    }
    const guidance = createPlaneGuidance(plane);
    if (plan !== null) guidance.operator({ kind: 'plan', plan });
    runs.push({ plane, source: source.value, guidance });
  }
  return ok(runs);
}

const startRun = (plane: PlaneId, source: Source, guidance: PlaneGuidance, signal: AbortSignal): PlaneRun => ({
  plane,
  guidance,
  events: source.events(signal)[Symbol.asyncIterator](),
  lines: [],
  ended: false,
  cut: false,
  next: null,
  latest: null,
  tipPatientMm: null,
  seenMl: null,
});

/** The next frame of a run; what a source says besides frames goes to standard error, once each. */
async function nextFrame(run: PlaneRun): Promise<FrameEvent | null> {
  for (;;) {
    const { value, done } = await run.events.next();
    if (done === true) return null;
    const event: SourceEvent = value;
    if (event.topic === '/plane/a/frame' || event.topic === '/plane/b/frame') {
      run.cut = false;
      return event;
    }
    if (event.topic === '/gap' && event.data.kind === 'frames-missing') run.cut = true;
    if (event.topic === '/device' && event.data.state === 'ended') run.ended = true;
    if (event.topic === '/device' && event.data.state !== 'connected' && event.data.state !== 'ended') process.stderr.write(`pedicle: ${event.data.message}\n`);
  }
}

/** Frames of one moment are analysed together, so that each line knows both planes' present and nothing later. */
async function analyzeInTimeOrder(runs: readonly PlaneRun[]): Promise<void> {
  for (;;) {
    const waiting = runs.filter((run) => run.next !== null);
    if (waiting.length === 0) return;
    const nowMs = Math.min(...waiting.map((run) => run.next?.atMs ?? 0));
    const due = waiting.flatMap((run) => (run.next !== null && (run.next.atMs ?? 0) <= nowMs ? [{ run, event: run.next }] : []));
    const analysed = due.map(({ run, event }) => ({ run, event, ...analyseFrame(run, event, nowMs) }));
    const placed: Placed[] = [];
    for (const { run, event, observation, analysisMs } of analysed) {
      placed.push({ run, event, needle: observation.needle, ...(await placedByBoth(run, runs, event, observation)), analysisMs });
    }
    for (const one of placed) one.run.lines.push(await lineOf(one, runs, nowMs));
    for (const { run } of due) run.next = await nextFrame(run);
  }
}

function analyseFrame(run: PlaneRun, { data }: FrameEvent, tMs: number): { observation: PlaneObservation; analysisMs: number } {
  const startedMs = performance.now();
  const observation = run.guidance.frame(data, tMs);
  const analysisMs = performance.now() - startedMs;
  run.latest = { needle: observation.needle, attributes: data.attributes, frame: data.attributes.frameNumber, tMs };
  return { observation, analysisMs };
}

/** What one frame showed, with what the other plane knows of where that is. */
interface Placed {
  readonly run: PlaneRun;
  readonly event: FrameEvent;
  readonly needle: PlaneObservation['needle'];
  readonly pose: Pose | null;
  readonly cement: PlaneObservation['cement'];
  readonly analysisMs: number;
}

async function placedByBoth(
  run: PlaneRun,
  runs: readonly PlaneRun[],
  { data }: FrameEvent,
  { cement }: PlaneObservation,
): Promise<Pick<Placed, 'pose' | 'cement'>> {
  const { cementAtDepth, followedTip, poseFromPlanes } = await import('../../src/guidance/fusion.ts');
  const a = runs.find((other) => other.plane === 'a')?.latest ?? null;
  const b = runs.find((other) => other.plane === 'b')?.latest ?? null;
  const pose = a !== null && b !== null && Math.abs(a.tMs - b.tMs) <= mostApartMs && run.latest !== null ? poseFromPlanes(a, b) : null;
  if (pose !== null) run.tipPatientMm = followedTip(run.tipPatientMm, pose);
  const atDepth = cementAtDepth(cement, data.attributes, run.tipPatientMm);
  run.seenMl = atDepth.volumeMl;
  return { pose, cement: atDepth };
}

async function lineOf({ run, event: { data }, needle, pose, cement, analysisMs }: Placed, runs: readonly PlaneRun[], tMs: number): Promise<string> {
  const { withBothPlanes } = await import('../../src/guidance/fusion.ts');
  const other = runs.find(({ plane, latest }) => plane !== run.plane && latest !== null && tMs - latest.tMs <= mostApartMs);
  const { areaPx, areaMm2, volumeMl, leak, leakSite, mask } = withBothPlanes(cement, other?.seenMl ?? null);
  const deviation =
    needle.deviation === null
      ? null
      : { angleDeg: needle.deviation.angleDeg, tipToLineMm: needle.deviation.tipToLineMm, tipToTargetMm: needle.deviation.tipToTargetMm };
  return JSON.stringify({
    frame: data.attributes.frameNumber,
    tMs,
    needle: needle.needle,
    needles: needle.needles,
    tipPatientMm: pose?.tipPatientMm ?? null,
    deviation,
    cement: { areaPx, areaMm2, volumeMl, leak, leakSite, mask },
    analysisMs: Math.round(analysisMs * 1000) / 1000,
  });
}

/** Writes beside the target and renames, so that a file that looks whole is whole. */
async function writeLines(path: string, lines: readonly string[]): Promise<Result<void>> {
  const { rename, rm, writeFile } = await import('node:fs/promises');
  const partial = `${path}.partial`;
  try {
    await writeFile(partial, `${lines.join('\n')}\n`);
    await rename(partial, path);
    return ok(undefined);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const fault = code === 'ENOSPC' ? failedFault : inputFault;
    return fault(`The results cannot be written to ${path} (${code}); choose a folder that exists and can be written.`);
  }
}
