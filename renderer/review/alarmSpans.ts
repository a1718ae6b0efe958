import { isGraver } from '../../src/alarm/alarm.ts';
import type { Sample, Stage } from '../../src/sample/index.ts';

/** One alarm from when it was raised until it ended, at the gravest priority it had; one that stood at the end lasts to the end. */
export interface AlarmSpan {
  readonly id: string;
  readonly priority: 'high' | 'medium' | 'low';
  readonly message: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Alarms of a record as spans, in the order in which they were raised. */
export function alarmSpans(samples: readonly Sample[], endMs: number): readonly AlarmSpan[] {
  const standing = new Map<string, AlarmSpan>();
  const ended: AlarmSpan[] = [];
  for (const sample of samples) {
    if (sample.topic !== '/alarm') continue;
    const { id, phase, priority, message } = sample.data;
    const before = standing.get(id);
    if (phase === 'ended') {
      if (before) ended.push({ ...before, toMs: sample.tMs });
      standing.delete(id);
    } else if (!before) standing.set(id, { id, priority, message, fromMs: sample.tMs, toMs: endMs });
    else if (isGraver(priority, before.priority)) standing.set(id, { ...before, priority, message });
  }
  return [...ended, ...standing.values()].sort((p, q) => p.fromMs - q.fromMs);
}

export interface StageSpan {
  readonly stage: Stage;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Stages of a record as spans, one after another; a stage that is entered twice is there twice. */
export function stageSpans(samples: readonly Sample[], endMs: number): readonly StageSpan[] {
  const starts = samples.flatMap((sample) => (sample.topic === '/procedure' ? [{ stage: sample.data.stage, fromMs: sample.data.stageSinceMs }] : []));
  const changes = starts.filter(({ stage }, i) => stage !== starts[i - 1]?.stage);
  return changes.map(({ stage, fromMs }, i) => ({ stage, fromMs, toMs: changes[i + 1]?.fromMs ?? endMs }));
}
