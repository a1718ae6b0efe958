import { expect, test } from 'vitest';
import { type GuidanceOf, guidanceFor, guidanceHoldsMs } from '../../renderer/viewport/guidanceAge.ts';
import { noCement } from '../../src/guidance/cement/analysis.ts';
import type { PlaneObservation } from '../../src/guidance/observation.ts';

const observation: PlaneObservation = {
  needle: { needle: null, needles: [], deviation: null, mmPerPx: null, scaleFrom: null },
  cement: noCement,
};
const before: GuidanceOf = { observation, tMs: 1000 };

test('a frame is shown with its own guidance', () => {
  expect(guidanceFor({ observation, tMs: 1100 }, before)).toEqual({ observation, tMs: 1100 });
});

test('a frame without one keeps that of the frame before, with its time, for half a second and no longer', () => {
  expect(guidanceFor({ observation: null, tMs: 1067 }, before)).toBe(before);
  expect(guidanceFor({ observation: null, tMs: 1000 + guidanceHoldsMs + 1 }, before)).toBeNull();
  expect(guidanceFor({ observation: null, tMs: 1067 }, null)).toBeNull();
});

test('guidance of a later frame is never shown over an earlier one', () => {
  expect(guidanceFor({ observation: null, tMs: 900 }, before)).toBeNull();
});
