import { beforeAll, describe, expect, it } from 'vitest';
import { decodeRunLengths } from '../../src/base/runLength.ts';
import type { PlaneObservation } from '../../src/guidance/observation.ts';
import { createPlaneGuidance } from '../../src/guidance/planeGuidance.ts';
import type { PlaneId } from '../../src/sample/index.ts';
import { type FrameTruth, groundTruthAt } from '../../src/simulation/groundTruth.ts';
import { createPlaneRenderer, frameAttributes, frameTimeMs } from '../../src/simulation/planeRenderer.ts';
import { scenarioByName } from '../../src/simulation/scenario.ts';

interface Seen {
  readonly tMs: number;
  readonly mmPerPx: number;
  readonly truth: FrameTruth;
  readonly observation: PlaneObservation;
}

/** Guidance on the frames of these stretches of a scenario (seconds), with the truth beside each. Between them the beam is off. */
function watch(name: string, plane: PlaneId, fps: number, stretches: readonly (readonly [fromS: number, toS: number])[]): readonly Seen[] {
  const built = scenarioByName(name, 1);
  if (!built.ok) throw new Error(built.fault.message);
  const scenario = built.value;
  const renderer = createPlaneRenderer(scenario, plane, fps);
  const guidance = createPlaneGuidance(plane);
  const size = scenario.views[plane].sizePx;
  const events = [...scenario.operator];
  return stretches.flatMap(([fromS, toS]) =>
    Array.from({ length: Math.round((toS - fromS) * fps) }, (_, i) => {
      const index = fromS * fps + i;
      const tMs = frameTimeMs(index, fps);
      for (let next = events[0]; next !== undefined && next.atMs <= tMs; next = events[0]) {
        guidance.operator(next.event);
        events.shift();
      }
      const pixels = new Uint16Array(size * size);
      renderer.render(index, pixels);
      const observation = guidance.frame({ attributes: frameAttributes(scenario, plane, index, index, fps), pixels }, tMs);
      return { tMs, mmPerPx: renderer.view.mmPerPxAtIsocentre, truth: groundTruthAt(renderer, index, fps), observation };
    }),
  );
}

const quantile = (values: readonly number[], share: number): number => values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;

/** Distance from each needle tip that guidance gives to the nearest true one, mm; frames without one are left out. */
function tipErrorsMm(seen: readonly Seen[]): number[] {
  return seen.flatMap(({ observation, truth, mmPerPx }) => {
    const found = observation.needle.needle;
    if (found === null || truth.needles.length === 0) return [];
    const away = truth.needles.map(({ tipImagePx: [x, y] }) => Math.hypot(found.tip[0] - x, found.tip[1] - y) * mmPerPx);
    return [Math.min(...away)];
  });
}

function dice({ observation, truth }: Seen): number {
  const { mask } = observation.cement;
  if (mask === null) return 0;
  const found = decodeRunLengths(mask);
  const real = decodeRunLengths(truth.cement.mask);
  let both = 0;
  let sum = 0;
  found.forEach((on, i) => {
    both += on & (real[i] ?? 0);
    sum += on + (real[i] ?? 0);
  });
  return (2 * both) / sum;
}

describe('guidance on a simulated leak behind the body, lateral view', () => {
  let access: readonly Seen[] = [];
  let injection: readonly Seen[] = [];
  beforeAll(() => {
    const seen = watch('leak-posterior', 'b', 5, [
      [0, 12],
      [19, 33],
    ]);
    access = seen.filter(({ tMs }) => tMs > 3000 && tMs < 12_000);
    injection = seen.filter(({ tMs }) => tMs > 19_000);
  });

  it('finds the needle in nearly every frame of the access, its tip within a millimetre or so', () => {
    const visible = access.filter(({ truth }) => truth.needles[0]?.tipInField === true);
    const errors = tipErrorsMm(visible);
    expect(errors.length / visible.length).toBeGreaterThan(0.9);
    expect(quantile(errors, 0.5)).toBeLessThan(1);
    expect(quantile(errors, 0.9)).toBeLessThan(4);
  });

  it('claims no cement before there is any', () => {
    const before = injection.filter(({ truth }) => truth.cement.volumeMl === 0);
    expect(Math.max(...before.map(({ observation }) => observation.cement.areaPx))).toBe(0);
  });

  it('covers the cement that can be told by eye', () => {
    const scored = injection.filter(({ truth }) => truth.cement.areaPx > 500).map(dice);
    expect(quantile(scored, 0.5)).toBeGreaterThan(0.9);
    expect(quantile(scored, 0.05)).toBeGreaterThan(0.75);
  });

  it('sees the leak within two seconds of the first pixel that an eye could tell, and not before', () => {
    const first = injection.find(({ truth }) => truth.leak.visible)?.tMs ?? Number.NaN;
    const seen = injection.find(({ observation }) => observation.cement.leak)?.tMs ?? Number.NaN;
    expect(seen - first).toBeGreaterThanOrEqual(0);
    expect(seen - first).toBeLessThanOrEqual(2000);
  });
});

describe('guidance where there is nothing to see', () => {
  it.each(['a', 'b'] as const)('claims neither needle nor cement nor leak in plane %s of a quiet run', (plane) => {
    const seen = watch('quiet', plane, 5, [[0, 4]]);
    expect(seen.filter(({ observation }) => observation.cement.areaPx > 0 || observation.cement.leak)).toHaveLength(0);
    expect(seen.filter(({ observation }) => observation.needle.needle !== null)).toHaveLength(0);
  });
});
