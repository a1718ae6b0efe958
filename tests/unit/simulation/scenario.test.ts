import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cArmView, project as projectByTags } from '../../../src/geometry/cArm.ts';
import { operatorEventSchema } from '../../../src/procedure/operatorEvent.ts';
import { type Plan, planeIds } from '../../../src/sample/index.ts';
import { frameAttributes } from '../../../src/simulation/planeRenderer.ts';
import { type Scenario, scenarioByName, scenarioNames } from '../../../src/simulation/scenario.ts';
import { norm, subtract } from '../../../src/simulation/vector.ts';
import { project, viewOf } from '../../../src/simulation/view.ts';
import { virtualInjectorAt } from '../../../src/simulation/virtualInjector.ts';
import { worldAt } from '../../../src/simulation/world.ts';

function scenario(name: string, seed = 1): Scenario {
  const built = scenarioByName(name, seed);
  if (!built.ok) throw new Error(built.fault.message);
  return built.value;
}

function planOf(one: Scenario): Plan {
  const first = one.operator[0]?.event;
  if (first?.kind !== 'plan') throw new Error('a scenario starts with its plan');
  return first.plan;
}

const frames = (one: Scenario): number[] => Array.from({ length: Math.floor((one.durationMs * 15) / 1000) }, (_, i) => (i * 1000) / 15);

describe('scenarios', () => {
  it('has those that the command line names', () => {
    expect(scenarioNames).toEqual([
      'kyphoplasty',
      'vertebroplasty',
      'leak-posterior',
      'leak-disc',
      'leak-anterior',
      'leak-lateral',
      'balloon-rupture',
      'quiet',
    ]);
  });

  it('refuses an unknown name and lists the known ones', () => {
    const built = scenarioByName('nephrostomy', 1);
    expect(built.ok ? '' : built.fault.message).toContain('"nephrostomy"; the scenarios are kyphoplasty, vertebroplasty');
  });

  it.each(scenarioNames)('%s: the same name and seed give the same data, another seed another patient', (name) => {
    expect(scenario(name, 5)).toEqual(scenario(name, 5));
    expect(planOf(scenario(name, 5))).not.toEqual(planOf(scenario(name, 6)));
  });

  it.each(scenarioNames)('%s: the script is in order, fits the schema and starts with the plan', (name) => {
    const { operator, durationMs } = scenario(name);
    expect(operator.map((one) => one.atMs)).toEqual(operator.map((one) => one.atMs).toSorted((a, b) => a - b));
    expect(operator.every((one) => operatorEventSchema.safeParse(one.event).success && one.atMs <= durationMs)).toBe(true);
    expect(operator[0]?.event.kind).toBe('plan');
  });

  it.each(scenarioNames)('%s: everything drawn lies in the picture, for twenty patients', (name) => {
    for (let seed = 0; seed < 20; seed++) {
      const { planes } = planOf(scenario(name, seed));
      for (const plane of planeIds) {
        const drawn = planes[plane];
        const points = [...(drawn?.vertebralBody ?? []), ...(drawn?.posteriorWall ?? []), ...(drawn?.trajectories ?? []).flatMap((t) => [t.entry, t.target])];
        for (const [x, y] of points) expect(Math.hypot(x - 511.5, y - 511.5)).toBeLessThan(480);
      }
      expect(planes.a?.posteriorWall).toBeUndefined();
      expect(planes.b?.posteriorWall?.length).toBeGreaterThan(3);
    }
  });

  it('draws the trajectory within about a millimetre and a half of where it was meant', () => {
    for (let seed = 0; seed < 20; seed++) {
      const one = scenario('vertebroplasty', seed);
      for (const plane of planeIds) {
        const view = viewOf(one.views[plane]);
        one.needles.forEach((needle, i) => {
          const meant = project(view, needle.plannedTargetPatientMm);
          const drawn = planOf(one).planes[plane]?.trajectories?.[i]?.target ?? [0, 0];
          expect(Math.hypot(drawn[0] - meant[0], drawn[1] - meant[1]) * view.mmPerPxAtIsocentre).toBeLessThan(2.5);
        });
      }
    }
  });

  it('takes needles through the pedicle: beside the canal until they have passed the posterior wall', () => {
    for (let seed = 0; seed < 20; seed++) {
      for (const needle of scenario('vertebroplasty', seed).needles) {
        const across = subtract(needle.targetPatientMm, needle.entryPatientMm);
        const atWall = needle.entryPatientMm[0] + (across[0] * (15 - needle.entryPatientMm[1])) / across[1];
        expect(Math.abs(atWall)).toBeGreaterThan(7.5);
      }
    }
  });
});

describe('the simulated world', () => {
  it.each(scenarioNames)('%s: nothing jumps between two frames and cement never goes back', (name) => {
    const one = scenario(name, 2);
    const worlds = frames(one).map((tMs) => worldAt(one, tMs));
    worlds.slice(1).forEach((now, i) => {
      const before = worlds[i];
      if (before === undefined) throw new Error('there is a frame before');
      expect(norm(subtract(now.motionMm, before.motionMm))).toBeLessThan(1);
      expect(now.cement.volumeMl).toBeGreaterThanOrEqual(before.cement.volumeMl);
      expect(now.cement.volumeMl - before.cement.volumeMl).toBeLessThan(0.1);
      expect(now.cement.leakMl).toBeLessThanOrEqual(now.cement.volumeMl);
      now.needles.forEach((needle) => {
        const same = before.needles.find((other) => other.script === needle.script);
        const moved = same === undefined ? 0 : norm(subtract(needle.cannulaEndPatientMm, same.cannulaEndPatientMm));
        expect(moved).toBeLessThan(4);
      });
    });
  });

  it('reaches the target with the stylet and keeps the tip on its path', () => {
    const one = scenario('kyphoplasty', 3);
    const world = worldAt(one, 16_500);
    const needle = world.needles[0];
    if (needle === undefined) throw new Error('the needle is in');
    expect(norm(subtract(subtract(needle.tipPatientMm, world.motionMm), needle.script.targetPatientMm))).toBeLessThan(0.01);
    expect(needle.lumen).toBe('stylet');
  });

  it('works with the left needle, then the right one, when there are two', () => {
    const one = scenario('vertebroplasty');
    const sideAt = (tMs: number): string | undefined => {
      const world = worldAt(one, tMs);
      return world.needles[world.advancing ?? -1]?.script.side;
    };
    expect([sideAt(5_500), sideAt(16_900), sideAt(30_000), sideAt(41_000)]).toEqual(['left', 'right', 'left', 'right']);
  });

  it('leaks only after the body has taken its share, and only where the scenario says', () => {
    const one = scenario('leak-posterior');
    const last = worldAt(one, one.durationMs);
    expect(last.cement.leakSite).toBe('epidural');
    expect(last.cement.leakMl).toBeCloseTo(0.45 * (3.3 - 1.5), 6);
    expect(worldAt(one, 22_000).cement.leakSite).toBeNull();
  });

  it('stops the beam only when asked to', () => {
    expect(scenario('kyphoplasty').beamOff).toEqual([]);
    const built = scenarioByName('kyphoplasty', 1, { beam: 'stops' });
    expect(built.ok && frames(built.value).filter((tMs) => !worldAt(built.value, tMs).beamOn).length).toBe(51);
  });
});

describe('the virtual injector', () => {
  it('agrees with the pictures about every volume', () => {
    const one = scenario('kyphoplasty', 4);
    for (const tMs of frames(one)) {
      const world = worldAt(one, tMs);
      const said = virtualInjectorAt(one, tMs);
      if (world.balloon !== null) expect(Math.abs(said.volumeMl - world.balloon.volumeMl)).toBeLessThan(0.02);
      else if (said.mode === 'cement') expect(Math.abs(said.volumeMl - world.cement.volumeMl)).toBeLessThan(0.02);
      else expect(said).toMatchObject({ mode: 'idle', volumeMl: 0 });
    }
  });

  it('reads the same at the same moment', () => {
    const one = scenario('vertebroplasty', 9);
    expect(virtualInjectorAt(one, 31_234.567)).toEqual(virtualInjectorAt(one, 31_234.567));
  });

  it('inflates within the rated pressure, with a peak at each step and less at rest', () => {
    const one = scenario('kyphoplasty');
    const pressures = frames(one).map((tMs) => virtualInjectorAt(one, tMs).pressureKpa);
    expect(Math.max(...pressures)).toBeGreaterThan(1000);
    expect(Math.max(...pressures)).toBeLessThan(2758);
    expect(virtualInjectorAt(one, 27_250).pressureKpa).toBeGreaterThan(virtualInjectorAt(one, 29_700).pressureKpa + 60);
  });

  it('loses the balloon pressure at once, at constant volume, when it ruptures', () => {
    const one = scenario('balloon-rupture');
    const atMs = one.balloon?.rupturesAtMs ?? 0;
    const before = virtualInjectorAt(one, atMs - 20);
    const after = virtualInjectorAt(one, atMs + 300);
    expect(before.pressureKpa).toBeGreaterThan(1500);
    expect(after.pressureKpa).toBeLessThan(100);
    expect(Math.abs(after.volumeMl - before.volumeMl)).toBeLessThan(0.02);
  });
});

describe('the virtual C-arm', () => {
  it('projects as the tags of its frames say (seed 20)', () => {
    const one = scenario('quiet', 8);
    const coordinate = fc.double({ min: -70, max: 70, noNaN: true });
    for (const plane of planeIds) {
      const tags = cArmView(frameAttributes(one, plane, 0, 0, 15));
      if (tags === null) throw new Error('frames carry their geometry');
      const view = viewOf(one.views[plane]);
      fc.assert(
        fc.property(coordinate, coordinate, coordinate, (x, y, z) => {
          const seen = project(view, [x, y, z]);
          const said = projectByTags(tags, [x, y, z]) ?? [0, 0];
          expect(Math.hypot(seen[0] - said[0], seen[1] - said[1])).toBeLessThan(1e-6);
        }),
        { seed: 20 },
      );
    }
  });
});
