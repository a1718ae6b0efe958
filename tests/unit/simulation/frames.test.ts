import { describe, expect, it } from 'vitest';
import { decodeRunLengths } from '../../../src/base/runLength.ts';
import { noGeometry } from '../../../src/dicom/xrayFrame.ts';
import { cementFillOf } from '../../../src/simulation/cementFill.ts';
import { cementImage, thicknessPerMm } from '../../../src/simulation/cementImage.ts';
import { groundTruthAt, planeTruth } from '../../../src/simulation/groundTruth.ts';
import { createPlaneRenderer, frameAttributes, type PlaneRenderer } from '../../../src/simulation/planeRenderer.ts';
import { type Scenario, scenarioByName } from '../../../src/simulation/scenario.ts';
import { bodyDepth, toLocal } from '../../../src/simulation/spine.ts';
import type { PatientMm } from '../../../src/simulation/vector.ts';
import { viewOf } from '../../../src/simulation/view.ts';

const size = 256;
const fps = 15;

function scenario(name: string, seed = 1): Scenario {
  const built = scenarioByName(name, seed, { sizePx: size });
  if (!built.ok) throw new Error(built.fault.message);
  return built.value;
}

const rendererOf = (name: string, plane: 'a' | 'b', seed = 1): PlaneRenderer => createPlaneRenderer(scenario(name, seed), plane, fps);

function frame(renderer: PlaneRenderer, index: number): Uint16Array {
  const pixels = new Uint16Array(size * size);
  renderer.render(index, pixels);
  return pixels;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('simulated frames', () => {
  const renderer = rendererOf('leak-posterior', 'b');

  it('are the same to the bit in whatever order they are asked for, and from another renderer', () => {
    const order = [400, 100, 620, 401, 100, 400];
    const once = new Map(order.map((index) => [index, frame(renderer, index)]));
    const again = rendererOf('leak-posterior', 'b');
    for (const index of order.toSorted((a, b) => a - b)) expect(frame(again, index)).toEqual(once.get(index));
  });

  it('differ from one seed to another and from one frame to the next', () => {
    expect(frame(renderer, 100)).not.toEqual(frame(rendererOf('leak-posterior', 'b', 2), 100));
    expect(frame(renderer, 100)).not.toEqual(frame(renderer, 101));
  });

  it('are 12 bits deep, dark outside the round field and grey inside', () => {
    const pixels = frame(renderer, 10);
    expect(pixels[0]).toBe(0);
    expect(Math.max(...pixels)).toBeLessThan(4096);
    const middle = Array.from({ length: 40 * 40 }, (_, i) => pixels[(108 + Math.floor(i / 40)) * size + 108 + (i % 40)] ?? 0);
    expect(mean(middle)).toBeGreaterThan(1500);
    expect(mean(middle)).toBeLessThan(2500);
  });

  it('carry quantum noise that is new in each frame and stronger where the beam is weaker', () => {
    const a = frame(renderer, 240);
    const b = frame(renderer, 241);
    const noiseOf = (test: (value: number) => boolean): number => {
      const differences: number[] = [];
      a.forEach((value, i) => {
        if (value > 0 && test(value)) differences.push((value - (b[i] ?? 0)) ** 2);
      });
      return Math.sqrt(mean(differences) / 2);
    };
    expect(noiseOf((value) => value > 1900 && value < 2200)).toBeGreaterThan(15);
    expect(noiseOf((value) => value > 1300 && value < 1600)).toBeGreaterThan(noiseOf((value) => value > 2300 && value < 2600));
  });

  it('show the needle dark along its projected shaft', () => {
    const index = 225;
    const truth = groundTruthAt(renderer, index, fps);
    const needle = truth.needles[0];
    if (needle === undefined) throw new Error('the needle is in');
    const pixels = frame(renderer, index);
    const [tx, ty] = needle.tipImagePx;
    const [hx, hy] = needle.hubImagePx;
    const long = Math.hypot(hx - tx, hy - ty);
    const [ux, uy] = [(hx - tx) / long, (hy - ty) / long];
    const at = (along: number, across: number): number =>
      pixels[Math.round(ty + along * uy + across * ux) * size + Math.round(tx + along * ux - across * uy)] ?? 0;
    const steps = Array.from({ length: 30 }, (_, i) => 8 + i);
    expect(mean(steps.map((s) => at(s, 0)))).toBeLessThan(mean(steps.map((s) => (at(s, 6) + at(s, -6)) / 2)) - 400);
  });

  it('come with a truth whose cement is where the picture is darker than before', () => {
    const truth = groundTruthAt(renderer, 600, fps);
    const mask = decodeRunLengths(truth.cement.mask);
    const before = frame(renderer, 310);
    const after = frame(renderer, 600);
    const darker: number[] = [];
    mask.forEach((on, i) => {
      if (on === 1) darker.push((before[i] ?? 0) - (after[i] ?? 0));
    });
    expect(truth.cement.areaPx).toBe(darker.length);
    expect(truth.cement.areaPx).toBeGreaterThan(500);
    expect(mean(darker)).toBeGreaterThan(300);
    expect(truth.leak).toMatchObject({ flag: true, site: 'epidural', visible: true });
    expect(truth.leak.distinctPx).toBeGreaterThan(10);
  });

  it('say that nothing is there when nothing is', () => {
    const truth = groundTruthAt(rendererOf('quiet', 'a'), 100, fps);
    expect(truth).toMatchObject({
      needles: [],
      advancing: null,
      balloon: null,
      cement: { volumeMl: 0, areaPx: 0 },
      leak: { flag: false, visible: false, distinctPx: 0 },
    });
  });
});

describe('the video look', () => {
  it('is 8 bits of display values with text in a dark corner, no geometry, and a plan that is calibrated by hand', () => {
    const built = scenarioByName('vertebroplasty', 1, { sizePx: size, look: 'video' });
    if (!built.ok) throw new Error(built.fault.message);
    const pixels = new Uint8Array(size * size);
    createPlaneRenderer(built.value, 'a', fps).render(100, pixels);
    const corner = Array.from({ length: 60 * 20 }, (_, i) => pixels[Math.floor(i / 60) * size + (i % 60)] ?? 0);
    expect(new Set(corner)).toEqual(new Set([0, 235]));
    expect(frameAttributes(built.value, 'a', 100, 100, fps)).toMatchObject({
      bitsAllocated: 8,
      bitsStored: 8,
      pixelIntensityRelationship: 'DISP',
      geometry: noGeometry,
    });
    const plan = built.value.operator[0]?.event;
    const mmPerPx = plan?.kind === 'plan' ? plan.plan.planes.a?.calibration?.mmPerPx : undefined;
    expect(mmPerPx).toBeGreaterThan(0.9 * viewOf(built.value.views.a).mmPerPxAtIsocentre);
  });
});

describe('simulated cement', () => {
  it.each(['kyphoplasty', 'vertebroplasty'])('%s: every portion stays in the vertebral body', (name) => {
    const one = scenario(name);
    const { body, leak } = cementFillOf(one);
    expect(leak.length).toBe(0);
    for (let i = 0; i < body.length; i += 3) {
      const [x, y, z] = toLocal(one.treated, body[i] ?? 0, body[i + 1] ?? 0, body[i + 2] ?? 0);
      expect(bodyDepth(one.treated, x, y, z).depthMm).toBeGreaterThan(0);
    }
  });

  it.each([
    ['leak-posterior', ([, y]: PatientMm) => y > 9],
    ['leak-disc', ([, , z]: PatientMm) => z > 4],
    ['leak-anterior', ([, y]: PatientMm) => y < -9],
    ['leak-lateral', ([x]: PatientMm) => x > 9],
  ] as const)('%s: what leaks is outside the body, on the right side of it', (name, side) => {
    const one = scenario(name);
    const { leak } = cementFillOf(one);
    expect(leak.length).toBeGreaterThan(1000);
    for (let i = 0; i < leak.length; i += 3) {
      const [x, y, z] = toLocal(one.treated, leak[i] ?? 0, leak[i + 1] ?? 0, leak[i + 2] ?? 0);
      expect(bodyDepth(one.treated, x, y, z).depthMm).toBeLessThan(0.8);
      expect(side([x, y, z])).toBe(true);
    }
  });

  it('casts a shadow whose thickness adds up to its volume', () => {
    const one = scenario('kyphoplasty');
    const view = viewOf(one.views.a);
    const image = cementImage(view, () => cementFillOf(one), 280, 12);
    image.update(3, 0);
    const thicknessMm = image.all.reduce((sum, value) => sum + value, 0) / thicknessPerMm;
    expect((thicknessMm * view.mmPerPxAtIsocentre ** 2) / 1000).toBeCloseTo(3, 1);
  });

  it('gives the same shadow whether it grew step by step or at once', () => {
    const one = scenario('leak-disc');
    const view = viewOf(one.views.b);
    const fill = () => cementFillOf(one);
    const slow = cementImage(view, fill, 280, 12);
    for (let ml = 0; ml <= 2; ml += 0.25) slow.update(ml, ml / 4);
    slow.update(1, 0.1);
    const quick = cementImage(view, fill, 280, 12);
    quick.update(1, 0.1);
    expect(slow.all).toEqual(quick.all);
    expect(slow.leak).toEqual(quick.leak);
  });
});

describe('what stays the same through a run', () => {
  it('has the posterior wall in the lateral view only, behind the middle of the body', () => {
    const one = scenario('kyphoplasty');
    expect(planeTruth(one, 'a').posteriorWallPx).toBeNull();
    const lateral = planeTruth(one, 'b');
    const outline = lateral.bodyOutlinePx;
    const middle = mean(outline.map(([x]) => x));
    for (const [x] of lateral.posteriorWallPx ?? []) expect(x).toBeGreaterThan(middle + 10);
  });
});
