import { describe, expect, test } from 'vitest';
import { alarmSpans, stageSpans } from '../../renderer/review/alarmSpans.ts';
import { commonAnchors } from '../../renderer/review/alignment.ts';
import { eventBeside, eventsWith } from '../../renderer/review/eventSearch.ts';
import { emptySearch, queryOf } from '../../renderer/review/recordSearch.ts';
import { openedReview, reopenedReview, updatedReview } from '../../renderer/store/openReview.ts';
import { emptyTimeline, foldSamples } from '../../renderer/store/timeline.ts';
import type { AlarmEvent } from '../../src/alarm/alarm.ts';
import { againSources } from '../../src/link/desk.ts';
import type { ReviewOpened, ReviewPart } from '../../src/link/link.ts';
import type { OperatorEvent, Sample } from '../../src/sample/index.ts';
import { scenarioNames } from '../../src/simulation/scenario.ts';

const alarm = (tMs: number, id: string, phase: AlarmEvent['phase'], seq = tMs): Sample => ({
  topic: '/alarm',
  tMs,
  seq,
  data: { id, phase, priority: 'high', message: id } as AlarmEvent,
});
const said = (tMs: number, event: OperatorEvent): Sample => ({ topic: '/operator', tMs, seq: tMs, data: event });

describe('alarms of a record as spans', () => {
  test('each lasts from raised to ended, through changes and acknowledgement; one that stands at the end lasts to the end', () => {
    const samples = [alarm(10, 'leak', 'raised'), alarm(20, 'leak', 'acknowledged'), alarm(30, 'disk', 'raised'), alarm(40, 'leak', 'ended')];
    expect(alarmSpans(samples, 100).map(({ id, fromMs, toMs }) => [id, fromMs, toMs])).toEqual([
      ['leak', 10, 40],
      ['disk', 30, 100],
    ]);
  });

  test('one that becomes graver has the gravest priority it had, and what it said then', () => {
    const changed = (tMs: number, priority: AlarmEvent['priority'], message: string): Sample => {
      const sample = alarm(tMs, 'frames-stale/a', tMs === 10 ? 'raised' : 'changed');
      return { ...sample, data: { ...sample.data, priority, message } } as Sample;
    };
    const samples = [changed(10, 'low', 'No new picture'), changed(20, 'medium', 'Cement flows'), changed(30, 'low', 'No new picture')];
    expect(alarmSpans(samples, 100)).toEqual([{ id: 'frames-stale/a', priority: 'medium', message: 'Cement flows', fromMs: 10, toMs: 100 }]);
  });

  test('stages follow one another, and a stage entered twice is there twice', () => {
    const stage = (tMs: number, name: 'access' | 'cavity') => ({ topic: '/procedure', tMs, seq: tMs, data: { stage: name, stageSinceMs: tMs } }) as Sample;
    const spans = stageSpans([stage(0, 'access'), stage(5, 'cavity'), stage(9, 'access')], 12);
    expect(spans.map((span) => [span.stage, span.fromMs, span.toMs])).toEqual([
      ['access', 0, 5],
      ['cavity', 5, 9],
      ['access', 9, 12],
    ]);
  });
});

describe('two records laid over each other', () => {
  test('by events that both have, each with how much later it is in the second', () => {
    const first = [said(100, { kind: 'stage', stage: 'injection' }), said(200, { kind: 'mark' })];
    const second = [said(350, { kind: 'stage', stage: 'injection' }), said(400, { kind: 'cement-mixed' })];
    expect(commonAnchors(first, second)).toEqual([
      { id: 'start', offsetMs: 0 },
      { id: 'stage-injection', offsetMs: 250 },
    ]);
  });
});

test('a record that is opened again after a lost link stands where it stood, and is read anew', () => {
  const opened = (review: string, durationMs: number) => ({ review, record: 'x', durationMs }) as ReviewOpened;
  const before = openedReview(opened('r', 100));
  const stood = { ...before, fraction: 1, state: { ...before.state, positionMs: 70, playing: true } };
  expect(reopenedReview(opened('s', 100), stood)).toMatchObject({ fraction: 0, samples: [], state: { review: 's', positionMs: 70, playing: false } });
  expect(reopenedReview(opened('s', 50), stood).state.positionMs).toBe(50);
});

describe('a record that is told in parts', () => {
  const opened = { review: 'r', record: 'x', durationMs: 10 } as ReviewOpened;
  const part = (samples: readonly Sample[], tMs: readonly number[], fraction: number): ReviewPart => ({
    kind: 'review-part',
    review: 'r',
    samples,
    curves: { injector: { tMs, pressureKpa: tMs.map(() => 1), volumeMl: tMs.map(() => null), mode: tMs.map(() => 'idle') } },
    fraction,
  });

  test('its samples stand in order of time, however late they were derived, and its curve grows', () => {
    let review = updatedReview(openedReview(opened), part([alarm(5, 'a', 'raised'), alarm(3, 'b', 'raised')], [1, 2], 0.5));
    review = updatedReview(review, part([alarm(4, 'c', 'raised')], [3], 1));
    expect(review.samples.map(({ tMs }) => tMs)).toEqual([3, 4, 5]);
    expect(review.curves.injector?.tMs).toEqual([1, 2, 3]);
    expect(review.fraction).toBe(1);
  });

  test('a part of another record changes nothing', () => {
    const review = openedReview(opened);
    expect(updatedReview(review, { ...part([], [1], 1), review: 'other' })).toBe(review);
  });
});

describe('the search above the list of records', () => {
  test('asks for nothing when nothing is given, and takes the last day whole', () => {
    expect(queryOf(emptySearch)).toEqual({});
    const query = queryOf({ ...emptySearch, patient: ' doe ', from: '2026-05-01', until: '2026-05-01' });
    expect(query.patient).toBe('doe');
    expect((query.beforeEpochMs ?? 0) - (query.fromEpochMs ?? 0)).toBe(24 * 3600 * 1000);
  });
});

describe('finding an event', () => {
  const long = `cement was thin, ${'so we waited, '.repeat(4)}then it was a paste`;
  const { events } = foldSamples(emptyTimeline, [
    said(10, { kind: 'mark' }),
    said(20, { kind: 'note', text: long }),
    alarm(30, 'Cement outside the vertebral body', 'raised'),
  ]);
  const times = (find: string) => eventsWith(events, find).map(({ tMs }) => tMs);

  test('every word is looked for, in any order and case, also where the list shortens', () => {
    expect(times('')).toEqual([10, 20, 30]);
    expect(times('cement')).toEqual([20, 30]);
    expect(times('PASTE thin')).toEqual([20]);
    expect(times('body *** outside')).toEqual([30]);
    expect(times('nothing of the kind')).toEqual([]);
  });

  test('the next and the one before leave the event that the record stands at', () => {
    expect(eventBeside(events, 20, 1)?.tMs).toBe(30);
    expect(eventBeside(events, 20, -1)?.tMs).toBe(10);
    expect(eventBeside(events, 30, 1)).toBeNull();
    expect(eventBeside(events, 10, -1)).toBeNull();
  });
});

test('a record can be run again with every scenario that the simulator has', () => {
  expect(againSources.filter((source) => source !== 'recorded' && source !== 'none')).toEqual(scenarioNames);
});
