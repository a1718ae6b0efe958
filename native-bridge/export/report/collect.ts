import { type AlarmEvent, isGraver } from '../../../src/alarm/alarm.ts';
import type { PlaneId, Sample, Topic } from '../../../src/sample/sample.ts';
import type { ExportTask } from '../task.ts';
import { collectCourse } from './collectCourse.ts';
import { collectCurves, collectInjectors } from './collectInjector.ts';
import { collectPlanes } from './collectPlanes.ts';
import type { AlarmFact, ReportFacts, StoredFrame } from './facts.ts';

const topics: readonly Topic[] = [
  '/operator',
  '/device',
  '/gap',
  '/plane/a/frame',
  '/plane/b/frame',
  '/plane/a/needle',
  '/plane/b/needle',
  '/plane/a/cement',
  '/plane/b/cement',
  '/plane/a/vertebra',
  '/plane/b/vertebra',
  '/injector/reading',
  '/injector/state',
  '/alarm',
];

/** Everything a report tells, from one walk through telemetry. Pixels are not read. */
export async function collectFacts({ reader, step }: Pick<ExportTask, 'reader' | 'step'>): Promise<ReportFacts> {
  const course = collectCourse();
  const injectors = collectInjectors(course.course);
  const curves = collectCurves(reader.durationMs);
  const planes = collectPlanes();
  const alarms = collectAlarms();
  const deviceLosses: ReportFacts['deviceLosses'][number][] = [];
  const keyFrames: StoredFrame[] = [];
  const keepFrame = (tMs: number, plane: PlaneId, why: string | null) => {
    const shown = planes.lastFrame(plane);
    if (shown && !keyFrames.some(({ plane: kept, frameSeq }) => kept === plane && frameSeq === shown.seq))
      keyFrames.push({ tMs, plane, frameSeq: shown.seq, frameTMs: shown.tMs, plan: course.plan(), why });
  };

  const take = (sample: Sample): void => {
    const { tMs } = sample;
    switch (sample.topic) {
      case '/operator':
        if (sample.data.kind === 'store-frame') keepFrame(tMs, sample.data.plane, null);
        if (sample.data.kind === 'zero') injectors.zero(sample.data.device);
        course.event(tMs, sample.seq, sample.data);
        break;
      case '/device':
        if (sample.data.state === 'lost') deviceLosses.push({ tMs, device: sample.data.device, message: sample.data.message });
        break;
      case '/gap':
        if (sample.data.kind === 'frames-missing') planes.missing(sample.data.plane, sample.data.toFrame - sample.data.fromFrame + 1);
        if (sample.data.kind === 'analysis-skipped') planes.skipped(sample.data.plane);
        break;
      case '/plane/a/frame':
      case '/plane/b/frame':
        planes.frame(planeOf(sample.topic), sample.seq, tMs, sample.data.attributes);
        break;
      case '/plane/a/needle':
      case '/plane/b/needle':
        planes.needle(planeOf(sample.topic), tMs, course.stage(), sample.data);
        break;
      case '/plane/a/cement':
      case '/plane/b/cement':
        planes.cement(planeOf(sample.topic), tMs, sample.data);
        break;
      case '/plane/a/vertebra':
      case '/plane/b/vertebra':
        planes.vertebra(planeOf(sample.topic), sample.data);
        break;
      case '/injector/reading':
        curves.reading(tMs, sample.data);
        break;
      case '/injector/state':
        injectors.state(tMs, sample.data);
        break;
      case '/alarm':
        if (alarms.event(tMs, sample.data)) for (const plane of reader.planes) keepFrame(tMs, plane, sample.data.message);
        break;
      default:
    }
  };
  for await (const sample of reader.samples({ frames: false, topics })) {
    step(sample.tMs, reader.durationMs);
    take(sample);
  }
  for (const plane of reader.planes) keepFrame(reader.durationMs, plane, 'Last picture');
  return {
    header: reader.header,
    durationMs: reader.durationMs,
    complete: reader.closed && reader.cut() === null,
    ...course.result(reader.durationMs),
    ...injectors.result(),
    leaks: [...course.leaks(), ...planes.leaks()].sort((x, y) => x.tMs - y.tMs),
    alarms: alarms.result(),
    deviceLosses,
    keyFrames,
    planes: planes.result(),
    curves: curves.result(),
  };
}

const planeOf = (topic: string): PlaneId => (topic.startsWith('/plane/a/') ? 'a' : 'b');

/** The life of each alarm, in order of being raised, at the gravest priority it had and with what it said then. */
function collectAlarms() {
  const finished: AlarmFact[] = [];
  const running = new Map<string, AlarmFact>();
  return {
    /** True when it begins, or becomes graver than it has been, at more than low priority: that moment is to be seen. */
    event(tMs: number, { id, phase, priority, message, value, limit }: AlarmEvent): boolean {
      const before = running.get(id) ?? { id, priority, message, raisedMs: tMs, acknowledgedMs: null, endedMs: null, value, limit };
      const milder = isGraver(before.priority, priority);
      const now: AlarmFact = {
        ...before,
        priority: milder ? before.priority : priority,
        message: milder || phase === 'ended' ? before.message : message,
        acknowledgedMs: phase === 'acknowledged' ? (before.acknowledgedMs ?? tMs) : before.acknowledgedMs,
        value: before.value ?? value,
        limit: before.limit ?? limit,
      };
      running.set(id, now);
      if (phase === 'ended') {
        finished.push({ ...now, endedMs: tMs });
        running.delete(id);
      }
      return priority !== 'low' && (phase === 'raised' || isGraver(priority, before.priority));
    },
    result: (): readonly AlarmFact[] => [...finished, ...running.values()].sort((x, y) => x.raisedMs - y.raisedMs),
  };
}
