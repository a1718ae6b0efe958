import { expect, test } from 'vitest';
import { ageText, anglesText, bytesText, clockText, fixed, longClockText, personName, positionText, pressureText } from '../../renderer/app/format.ts';
import { nextStage, stagesOf, stageTimeMs } from '../../renderer/app/stages.ts';
import { deliveryPhase, offPlan, seenVolume, wallDistance } from '../../renderer/live/guidanceNumbers.ts';
import { matchingRecords } from '../../renderer/review/recordSearch.ts';
import { affineFromThree, scaleOf, toCanvas, toImage } from '../../renderer/viewport/affine.ts';
import { barLengthMm } from '../../renderer/viewport/scaleLength.ts';
import { draggedWindow, widthOf, windowFromPixels } from '../../renderer/viewport/window.ts';
import type { PlaneObservation } from '../../src/guidance/observation.ts';
import { emptyPlan } from '../../src/procedure/plan.ts';
import type { ProcedureState } from '../../src/procedure/procedureState.ts';

test('a rated balloon pressure reads as people know it in each unit', () => {
  expect([pressureText(2758, 'psi'), pressureText(2758, 'atm'), pressureText(2758, 'bar'), pressureText(2758, 'kPa')]).toEqual(['400', '27.2', '27.6', '2758']);
});

test('figures have a real minus sign and no negative zero', () => {
  expect([fixed(-1.26, 1), fixed(-0.04, 1), fixed(0, 2)]).toEqual(['−1.3', '0.0', '0.00']);
});

test('clocks round down and do not run below zero', () => {
  expect([clockText(59_999), clockText(3_725_000), clockText(-5)]).toEqual(['0:59', '1:02:05', '0:00']);
  expect([longClockText(919_000), positionText(4_267.9)]).toEqual(['00:15:19', '0:04.267']);
});

test('ages get coarser as they grow', () => {
  expect([ageText(640), ageText(12_400), ageText(180_000)]).toEqual(['0.6 s', '12 s', '3 min']);
});

test('names, sizes and angles read as at the table', () => {
  expect(personName('Doe^Jane^^Dr')).toBe('Doe, Jane');
  expect([bytesText(412e9), bytesText(1536)]).toEqual(['412 GB', '1.5 kB']);
  expect([anglesText(-12, 6), anglesText(90, -0.2), anglesText(null, null)]).toEqual(['RAO 12° CRAN 6°', 'LAO 90° CAUD 0°', 'no angles given']);
});

test('vertebroplasty goes from access to mixing; the last stage has none after it', () => {
  const state: ProcedureState = {
    stage: 'access',
    stageSinceMs: 1000,
    stageDurationsMs: {},
    level: null,
    procedure: 'vertebroplasty',
    plan: emptyPlan,
    marks: 0,
  };
  expect(stagesOf('vertebroplasty')).not.toContain('cavity');
  expect(nextStage(state)).toBe('mixing');
  expect(nextStage({ ...state, procedure: null })).toBe('cavity');
  expect(nextStage({ ...state, stage: 'closure' })).toBeNull();
  // Whoever stands in a cavity goes on from there, whatever the plan has called the procedure since.
  expect(stagesOf('vertebroplasty', 'cavity')).toContain('cavity');
  expect(nextStage({ ...state, stage: 'cavity' })).toBe('mixing');
  expect(stageTimeMs(state, 'access', 61_000)).toBe(60_000);
  expect(stageTimeMs(state, 'mixing', 61_000)).toBeNull();
});

test('what is delivered follows the device first and the stage second', () => {
  expect([deliveryPhase('balloon', 'injection'), deliveryPhase('idle', 'injection'), deliveryPhase(null, 'cavity'), deliveryPhase(null, null)]).toEqual([
    'balloon',
    'cement',
    'balloon',
    'unknown',
  ]);
});

test('without frames there is nothing to say about wall or needle', () => {
  expect([wallDistance({ a: null, b: null }), offPlan({ a: null, b: null })]).toEqual([null, null]);
});

test('a scale bar is a round length of about the same size on every screen', () => {
  expect([barLengthMm(0.5, 16), barLengthMm(5, 16), barLengthMm(40, 16)]).toEqual([100, 20, 2]);
  // On a screen with letters twice as large the bar is twice as long.
  expect(barLengthMm(10, 32)).toBe(barLengthMm(5, 16));
});

test('image and canvas points map to each other under zoom, flip and quarter turn', () => {
  const m = affineFromThree([500, 40], [500, 1540], [-1000, 40], 1000);
  expect(scaleOf(m)).toBeCloseTo(1.5);
  const [x, y] = toImage(m, toCanvas(m, [123.25, 456.5])) ?? [0, 0];
  expect([x, y]).toEqual([expect.closeTo(123.25, 9), expect.closeTo(456.5, 9)]);
  expect(toImage(affineFromThree([0, 0], [0, 0], [0, 0], 1000), [1, 1])).toBeNull();
});

test('a first window ignores the masked corners and the extremes of a picture', () => {
  const pixels = Uint16Array.from({ length: 10_000 }, (_, i) => (i % 4 === 0 ? 0 : 1000 + (i % 1000)));
  const range = windowFromPixels(pixels);
  expect(range.lower).toBeGreaterThanOrEqual(1000);
  expect(range.upper).toBeLessThanOrEqual(2000);
  expect(windowFromPixels(new Uint8Array(100))).toEqual({ lower: 0, upper: 1 });
});

test('a window never closes, however far it is dragged', () => {
  expect(widthOf(draggedWindow({ lower: 100, upper: 200 }, -10_000, 0, 12))).toBe(2);
});

test('a search finds records that hold each of its words', () => {
  const record = (name: string, startedAtEpochMs: number, closed: boolean) => ({
    name,
    startedAtEpochMs,
    durationMs: 1,
    procedure: 'kyphoplasty',
    closed,
    simulated: false,
    bytes: 1,
    patient: null,
    level: null,
    alarms: [],
  });
  const records = [record('one', 1, true), record('two', 2, false), record('three', 3, true)];
  expect(matchingRecords(records, 'COMPLETE kypho').map(({ name }) => name)).toEqual(['three', 'one']);
  expect(matchingRecords(records, 'not closed').map(({ name }) => name)).toEqual(['two']);
});

test('a seen volume says whether the injector has calibrated it, and by how much it may be off', () => {
  const seen = (cement: object) => ({ needle: {}, cement }) as unknown as PlaneObservation;
  const byAttenuation = seen({ volumeMl: 1.4, volumeFrom: 'attenuation', volumeBound95Ml: 0.6 });
  const byInjector = seen({ volumeMl: 1.2, volumeFrom: 'injector', volumeBound95Ml: 0.2 });
  expect(seenVolume({ a: byAttenuation, b: byInjector })).toEqual({ volumeMl: 1.4, calibrated: false, bound95Ml: 0.6 });
  expect(seenVolume({ a: null, b: byInjector })).toMatchObject({ calibrated: true });
  expect(seenVolume({ a: seen({ volumeMl: 0.9, volumeFrom: 'attenuation' }), b: null })).toEqual({ volumeMl: 0.9, calibrated: false, bound95Ml: null });
  expect(seenVolume({ a: seen({ volumeMl: null, volumeFrom: null }), b: null })).toBeNull();
});
