import { type AlarmPriority, isGraver } from '../../src/alarm/alarm.ts';
import { patientOf } from '../../src/procedure/operatorEvent.ts';
import type { Patient } from '../../src/procedure/patient.ts';
import { type PlaneId, planeOfFrameTopic, type Sample } from '../../src/sample/sample.ts';
import type { RecordSummary } from '../record/record.ts';

interface PlaneTally {
  rows: number;
  columns: number;
  bitsStored: number;
  frames: number;
  gaps: number;
}

interface AlarmTally {
  id: string;
  /** The gravest that it had. */
  priority: AlarmPriority;
  fromMs: number;
  toMs: number | null;
}

/** Counts what went by, for `summary.json` and the result of `pedicle run`. */
export interface Tally {
  count(sample: Sample): void;
  summary(): RecordSummary;
}

export function startTally(): Tally {
  const planes: Partial<Record<PlaneId, PlaneTally>> = {};
  const telemetry: Record<string, number> = {};
  const alarms = new Map<string, AlarmTally>();
  const finished: AlarmTally[] = [];
  let durationMs = 0;
  let level: string | null = null;
  let patient: Patient | undefined;

  const countAlarm = (sample: Extract<Sample, { topic: '/alarm' }>) => {
    const { id, priority, phase } = sample.data;
    const running = alarms.get(id);
    if (phase === 'ended') {
      if (running) finished.push({ ...running, toMs: sample.tMs });
      alarms.delete(id);
    } else if (!running) alarms.set(id, { id, priority, fromMs: sample.tMs, toMs: null });
    else if (isGraver(priority, running.priority)) running.priority = priority;
  };

  return {
    count(sample) {
      durationMs = Math.max(durationMs, sample.tMs);
      switch (sample.topic) {
        case '/plane/a/frame':
        case '/plane/b/frame': {
          const plane = planeOfFrameTopic(sample.topic);
          const { rows, columns, bitsStored } = sample.data.attributes;
          const before = planes[plane];
          planes[plane] = { rows, columns, bitsStored, frames: (before?.frames ?? 0) + 1, gaps: before?.gaps ?? 0 };
          return;
        }
        case '/gap': {
          const before = planes[sample.data.plane];
          if (sample.data.kind !== 'analysis-skipped' && before) before.gaps++;
          break;
        }
        case '/alarm':
          countAlarm(sample);
          break;
        case '/procedure':
          level = sample.data.level ?? level;
          break;
        case '/operator':
          if (sample.data.kind === 'patient') patient = patientOf(sample.data);
          break;
        default:
      }
      telemetry[sample.topic] = (telemetry[sample.topic] ?? 0) + 1;
    },
    summary: () => ({
      version: 1,
      durationMs,
      planes,
      telemetry,
      alarms: [...finished, ...alarms.values()].sort((a, b) => a.fromMs - b.fromMs),
      ...(level === null ? {} : { level }),
      ...(patient && { patient }),
    }),
  };
}
