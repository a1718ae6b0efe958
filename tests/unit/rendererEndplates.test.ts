import { expect, test } from 'vitest';
import { heightNow } from '../../renderer/live/guidanceNumbers.ts';
import { withEndplate } from '../../renderer/viewport/endplateStore.ts';
import type { PlaneObservation, VertebraObservation } from '../../src/guidance/observation.ts';

test('four points are placed in one plane; a point in the other begins anew there', () => {
  let draft = withEndplate({ plane: null, points: [] }, 'b', [1, 1]);
  for (const x of [2, 3, 4, 5]) draft = withEndplate(draft, 'b', [x, 1]);
  expect(draft.points).toHaveLength(4);
  expect(withEndplate(draft, 'a', [9, 9])).toEqual({ plane: 'a', points: [[9, 9]] });
});

const heights = (anterior: number) => ({ anterior, middle: anterior, posterior: anterior });
function shown(vertebra: Partial<VertebraObservation>) {
  const observation = { needle: {}, cement: {}, vertebra: { ofReference: null, phases: [], reference: null, ...vertebra } } as unknown as PlaneObservation;
  return { a: null, b: observation };
}
const treated = {
  heightsPx: heights(100),
  heightsMm: heights(21.4),
  heightBound95Px: 2,
  heightBound95Mm: 0.4,
  wedgeAngleDeg: 9,
} as VertebraObservation['treated'];

test('height is in millimetres with what was gained since before, and without a scale a share of the neighbour', () => {
  const before = { phase: 'before' as const, heightsPx: heights(85), heightsMm: heights(18.3), wedgeAngleDeg: 14 };
  expect(heightNow(shown({ treated, phases: [before] }))).toMatchObject({ value: 21.4, unit: 'mm', bound95: 0.4 });
  expect(heightNow(shown({ treated, phases: [before] }))?.gained).toBeCloseTo(3.1, 6);
  const noScale = treated && { ...treated, heightsMm: null, heightBound95Mm: null };
  expect(heightNow(shown({ treated: noScale, ofReference: heights(0.8) }))).toMatchObject({ value: 80, unit: '%', gained: null });
  const shareBefore = { ...before, heightsMm: null, ofReference: heights(0.7) };
  expect(heightNow(shown({ treated: noScale, ofReference: heights(0.8), phases: [shareBefore] }))?.gained).toBeCloseTo(10, 6);
  expect(heightNow(shown({ treated: null }))).toBeNull();
});
