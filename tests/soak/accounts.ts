import { openRecordReader } from '../../native-bridge/record/reader.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import { alarmOfFault, type TimedFault } from './schedule.ts';

/** One question that the record of the session answers. */
export interface Account {
  readonly question: string;
  readonly answer: string;
  readonly good: boolean;
}

interface PlaneAccount {
  frames: number;
  analysed: number;
  skipped: number;
  lastNumber: number;
  missing: number;
  undeclared: number;
}

const emptyPlane = (): PlaneAccount => ({ frames: 0, analysed: 0, skipped: 0, lastNumber: -1, missing: 0, undeclared: 0 });

interface AlarmTime {
  readonly condition: string;
  readonly phase: string;
  readonly tMs: number;
}

/** So long after a fault its alarm may still rise, and after its end still end: of the machine's time, whatever the session's is. */
const graceMs = 3000;
/** Ticks come ten times a second; a machine that has other things to do is late with them, but not so late. */
const mostBetweenTicksMs = 5000;

/** What was done to a session. */
export interface Ordeal {
  readonly faults: readonly TimedFault[];
  /** When the disk was nearly full; none where it could not be made so. */
  readonly fullDisk: readonly { readonly fromS: number; readonly toS: number }[];
  /** Session time, times real time. */
  readonly speed: number;
}

/** Reads the record of a soaked session and accounts for every sample of it. */
export async function accountsOf(record: string, { faults, fullDisk, speed }: Ordeal): Promise<readonly Account[]> {
  const opened = await openRecordReader(record);
  if (!opened.ok) return [{ question: 'Can the record be read?', answer: opened.fault.message, good: false }];
  const reader = opened.value;
  const planes: Record<PlaneId, PlaneAccount> = { a: emptyPlane(), b: emptyPlane() };
  const alarms: AlarmTime[] = [];
  let rawSeen = 0;
  let holes = 0;
  let declared = 0;
  let lastTickMs = 0;
  let mostMs = 0;
  let leastMs = 0;
  for await (const sample of reader.samples({ frames: false })) {
    switch (sample.topic) {
      case '/plane/a/frame':
      case '/plane/b/frame': {
        const plane = planes[sample.topic === '/plane/a/frame' ? 'a' : 'b'];
        const { frameNumber } = sample.data.attributes;
        plane.frames++;
        const lacking = frameNumber - plane.lastNumber - 1;
        if (lacking > declared) plane.undeclared += lacking - declared;
        plane.missing += Math.max(0, lacking);
        plane.lastNumber = Math.max(plane.lastNumber, frameNumber);
        declared = 0;
        break;
      }
      case '/gap':
        if (sample.data.kind === 'analysis-skipped') planes[sample.data.plane].skipped++;
        if (sample.data.kind === 'frames-missing') declared = sample.data.toFrame - sample.data.fromFrame + 1;
        break;
      case '/tick':
        mostMs = Math.max(mostMs, sample.tMs - lastTickMs);
        leastMs = Math.min(leastMs, sample.tMs - lastTickMs);
        lastTickMs = sample.tMs;
        break;
      case '/plane/a/cement':
        planes.a.analysed++;
        break;
      case '/plane/b/cement':
        planes.b.analysed++;
        break;
      case '/alarm':
        alarms.push({ condition: sample.data.condition, phase: sample.data.phase, tMs: sample.tMs });
        break;
      default:
    }
    if (sample.seq > rawSeen) holes += sample.seq - rawSeen - 1;
    rawSeen = Math.max(rawSeen, sample.seq);
  }
  const withoutPixels = reader.framesWithoutPixels();
  await reader.close();
  return [
    { question: 'Does the count of raw samples have holes?', answer: `${rawSeen + 1} raw samples, ${holes} missing`, good: holes === 0 },
    ...(['a', 'b'] as const).flatMap((id) => planeAccounts(id, planes[id])),
    { question: 'Are all recorded frames there with their pixels?', answer: `${withoutPixels} without`, good: withoutPixels === 0 },
    {
      question: 'Did session time go on evenly while the wall clock was stepped an hour back and forth?',
      answer: `at most ${Math.round(mostMs)} ms from tick to tick, ${leastMs < 0 ? 'and back' : 'never back'}`,
      good: leastMs >= 0 && mostMs < mostBetweenTicksMs * speed,
    },
    ...faults.flatMap((fault) => {
      const condition = alarmOfFault[fault.fault];
      const what = `${fault.fault}${fault.plane ? ` of plane ${fault.plane.toUpperCase()}` : ''}`;
      return condition === null ? [] : [alarmAccount(what, condition, fault, alarms, speed)];
    }),
    ...fullDisk.map((span) => alarmAccount('disk nearly full', 'disk', span, alarms, speed)),
  ];
}

function planeAccounts(id: PlaneId, plane: PlaneAccount): readonly Account[] {
  const { frames, analysed, skipped, missing, undeclared } = plane;
  return [
    {
      question: `Plane ${id.toUpperCase()}: is every frame that never came declared?`,
      answer: `${frames} recorded, ${missing} never came, ${undeclared} of them without a word`,
      good: undeclared === 0 && frames > 0,
    },
    {
      question: `Plane ${id.toUpperCase()}: is every recorded frame analysed or declared as skipped?`,
      answer: `${analysed} analysed + ${skipped} skipped of ${frames}`,
      good: analysed + skipped === frames,
    },
  ];
}

function alarmAccount(
  what: string,
  condition: string,
  { fromS, toS }: { readonly fromS: number; readonly toS: number },
  alarms: readonly AlarmTime[],
  speed: number,
): Account {
  const during = (phase: string) =>
    alarms.find((alarm) => alarm.condition === condition && alarm.phase === phase && alarm.tMs >= fromS * 1000 && alarm.tMs <= toS * 1000 + graceMs * speed);
  const raised = during('raised');
  // A machine that is late may have raised it before, for what came before: then it has to stand.
  const before = alarms.findLast((alarm) => alarm.condition === condition && alarm.tMs < fromS * 1000);
  const stood = before !== undefined && before.phase !== 'ended';
  const over = during('ended') ?? during('changed');
  const ms = (alarm: AlarmTime | undefined, fromMs: number) =>
    alarm ? `${Math.abs(Math.round(alarm.tMs - fromMs))} ms ${alarm.tMs < fromMs ? 'before' : 'after'}` : 'never after';
  return {
    question: `${what} at ${fromS} s: is ${condition} raised, and over when it is over?`,
    answer: `${stood ? 'stood already at' : `raised ${ms(raised, fromS * 1000)}`} its begin, over ${ms(over, toS * 1000)} its end`,
    good: (stood || raised !== undefined) && over !== undefined,
  };
}
