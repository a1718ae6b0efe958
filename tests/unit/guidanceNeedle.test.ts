import { describe, expect, it } from 'vitest';
import type { XrayFrameAttributes } from '../../src/dicom/xrayFrame.ts';
import { noGeometry } from '../../src/dicom/xrayFrame.ts';
import type { FoundBar } from '../../src/guidance/needle/detect.ts';
import { nearestBar } from '../../src/guidance/needle/sighting.ts';
import type { NeedleContext, NeedleTrack } from '../../src/guidance/needle/track.ts';
import type { PlaneObservation } from '../../src/guidance/observation.ts';
import { createPlaneGuidance } from '../../src/guidance/planeGuidance.ts';
import type { Plan } from '../../src/procedure/plan.ts';
import { mmPerPx, needle, type Paint, picture } from './guidancePicture.ts';

const direction = [-0.96, 0.28] as const;
const tipAt = (frame: number): readonly [number, number] => [330 - 6 * 0.96 * frame, 200 + 6 * 0.28 * frame];
const plan: Plan = {
  version: 1,
  needle: { outerDiameterMm: 3 },
  planes: { a: { trajectories: [{ entry: [340, 200], target: [244, 228] }] } },
};

function run(
  frames: readonly (readonly Paint[])[],
  options: { plan?: Plan; as?: Partial<XrayFrameAttributes>; noise?: number; shifts?: readonly (readonly [number, number])[] } = {},
): PlaneObservation[] {
  const guidance = createPlaneGuidance('a');
  if (options.plan) guidance.operator({ kind: 'plan', plan: options.plan });
  return frames.map((paints, i) => {
    const shift = options.shifts?.[i];
    const frame = picture(100 + i, paints, {
      ...(options.as ? { as: options.as } : {}),
      ...(options.noise === undefined ? {} : { noise: options.noise }),
      ...(shift ? { shift } : {}),
    });
    return guidance.frame(frame, i * 125);
  });
}
const tipErrorMm = (seen: PlaneObservation | undefined, tip: readonly [number, number]): number => {
  const found = seen?.needle.needle?.tip;
  return found ? Math.hypot(found[0] - tip[0], found[1] - tip[1]) * mmPerPx : Number.POSITIVE_INFINITY;
};
const advancing = Array.from({ length: 8 }, (_, i) => [needle(tipAt(i), direction)]);

describe('needle', () => {
  it('is not claimed when none is in the picture', () => {
    for (const seen of run(Array.from({ length: 4 }, () => []))) {
      expect(seen.needle.needle).toBeNull();
      expect(seen.needle.needles).toEqual([]);
    }
  });

  it('is found in the first frame and followed: tip within 0.6 mm, direction within 0.5°', () => {
    const seen = run(advancing, { plan });
    seen.forEach((observation, i) => {
      expect(tipErrorMm(observation, tipAt(i))).toBeLessThan(0.6);
      const [dx, dy] = observation.needle.needle?.direction ?? [0, 0];
      expect(dx * direction[0] + dy * direction[1]).toBeGreaterThan(Math.cos((0.5 * Math.PI) / 180));
    });
  });

  it('is found without a plan and without geometry, and then no millimetres are given', () => {
    const seen = run(advancing, { as: { geometry: noGeometry } });
    expect(tipErrorMm(seen[7], tipAt(7))).toBeLessThan(0.6);
    expect(seen[7]?.needle.mmPerPx).toBeNull();
    expect(seen[7]?.needle.scaleFrom).toBeNull();
  });

  it.each([
    ['8 bits', { bitsAllocated: 8, bitsStored: 8, pixelIntensityRelationship: null }],
    ['MONOCHROME1', { photometric: 'MONOCHROME1' }],
  ] as const)('is found in %s', (_name, as) => {
    expect(tipErrorMm(run(advancing, { plan, as })[7], tipAt(7))).toBeLessThan(0.6);
  });

  it('is found in four times the noise', () => {
    expect(tipErrorMm(run(advancing, { plan, noise: 0.12 })[7], tipAt(7))).toBeLessThan(1);
  });

  it('keeps its tip when the stylet is drawn and something round stands before it', () => {
    const tip = tipAt(7);
    const before = (): Paint => (x, y) => (Math.hypot(x - tip[0] + 22, y - tip[1] - 6) < 20 ? 0.8 : 0);
    const resting = Array.from({ length: 5 }, () => [needle(tip, direction)]);
    const drawn = Array.from({ length: 5 }, () => [needle(tip, direction, 12, true), before()]);
    const seen = run([...advancing, ...resting, ...drawn], { plan });
    for (const observation of seen.slice(-5)) expect(tipErrorMm(observation, tip)).toBeLessThan(0.8);
  });

  it('moves with the bone when the patient moves', () => {
    const tip = tipAt(7);
    const shifts = [...advancing, ...Array.from({ length: 6 }, () => 0)].map((_, i): readonly [number, number] => (i < 11 ? [0, 0] : [9, -7]));
    const frames = [...advancing, ...Array.from({ length: 6 }, (_, i) => [needle(i < 3 ? tip : [tip[0] + 9, tip[1] - 7], direction)])];
    const seen = run(frames, { plan, shifts });
    expect(tipErrorMm(seen[13], [tip[0] + 9, tip[1] - 7])).toBeLessThan(0.6);
  });

  it('is followed beside a second one', () => {
    const other = needle([200, 330], [0.9, -0.436]);
    const seen = run(
      advancing.map((paints) => [...paints, other]),
      { plan },
    );
    const last = seen[7]?.needle.needles ?? [];
    expect(last).toHaveLength(2);
    for (const tip of [tipAt(7), [200, 330]])
      expect(Math.min(...last.map((n) => Math.hypot(n.tip[0] - (tip[0] ?? 0), n.tip[1] - (tip[1] ?? 0))))).toBeLessThan(3);
    expect(seen[7]?.needle.needle?.direction[0]).toBeLessThan(0);
  });

  it.each([
    ['over it', 1, 1],
    ['half beside it', 6, 2],
  ])('is followed in the shadow of another one that rests, %s, while the first stays where it is', (_where, asidePx, turnedDeg) => {
    const first = tipAt(7);
    const turn = (turnedDeg * Math.PI) / 180;
    const line = [direction[0] * Math.cos(turn) - direction[1] * Math.sin(turn), direction[0] * Math.sin(turn) + direction[1] * Math.cos(turn)] as const;
    const secondAt = (i: number) =>
      [first[0] - direction[1] * asidePx - line[0] * (150 - 9 * i), first[1] + direction[0] * asidePx - line[1] * (150 - 9 * i)] as const;
    const resting = Array.from({ length: 6 }, () => [needle(first, direction)]);
    const coming = Array.from({ length: 15 }, (_, i) => [needle(first, direction), needle(secondAt(i), line)]);
    const seen = run([...advancing, ...resting, ...coming], { plan }).slice(-15);
    const awayMm = (i: number, tip: readonly [number, number]): number =>
      Math.min(...(seen[i]?.needle.needles ?? []).map((n) => Math.hypot(n.tip[0] - tip[0], n.tip[1] - tip[1]) * mmPerPx));
    for (let i = 0; i < 15; i++) expect(awayMm(i, first)).toBeLessThan(1);
    // It is shown once it has been there in three frames.
    for (let i = 4; i < 15; i++) expect(awayMm(i, secondAt(i))).toBeLessThan(1.5);
  });

  it('once opened ends flat, also with cement in its lumen, and its bound holds while it is drawn back', () => {
    const tip = tipAt(7);
    const backAt = (i: number) => [tip[0] - direction[0] * 7 * i, tip[1] - direction[1] * 7 * i] as const;
    /** A full lumen stops like a stylet, up to the cannula's flat end. */
    const full =
      (end: readonly [number, number]): Paint =>
      (x, y) => {
        const back = -((x - end[0]) * direction[0] + (y - end[1]) * direction[1]);
        const across = Math.abs(-(x - end[0]) * direction[1] + (y - end[1]) * direction[0]);
        return Math.max(0, Math.min(1, 6.5 - across)) * Math.max(0, Math.min(1, back + 0.5));
      };
    const resting = Array.from({ length: 5 }, () => [needle(tip, direction)]);
    const open = Array.from({ length: 4 }, () => [needle(tip, direction, 12, true)]);
    const drawn = Array.from({ length: 8 }, (_, i) => [full(backAt(i))]);
    const seen = run([...advancing, ...resting, ...open, ...drawn], { plan }).slice(-8);
    seen.forEach((observation, i) => {
      expect(tipErrorMm(observation, backAt(i))).toBeLessThan(1.96 * (observation.needle.needle?.tipSigmaPx ?? 0) * mmPerPx);
    });
    for (const [i, observation] of seen.slice(-3).entries()) expect(tipErrorMm(observation, backAt(5 + i))).toBeLessThan(0.5);
  });

  /** Cement all around the needle's way, as it is left where a full cannula was. */
  const cementAlong =
    (tip: readonly [number, number]): Paint =>
    (x, y) => {
      const back = -((x - tip[0]) * direction[0] + (y - tip[1]) * direction[1]);
      const across = Math.abs(-(x - tip[0]) * direction[1] + (y - tip[1]) * direction[0]);
      return back > -12 && back < 60 ? 0.9 * Math.max(0, Math.min(1, (22 - across) / 4)) : 0;
    };
  const resting = Array.from({ length: 6 }, () => [needle(tipAt(7), direction)]);
  const open = Array.from({ length: 4 }, () => [needle(tipAt(7), direction, 12, true)]);

  it('is followed again within four frames when it is drawn back through its own cement', () => {
    const tip = tipAt(7);
    const backAt = (i: number) => [tip[0] - direction[0] * 10 * i, tip[1] - direction[1] * 10 * i] as const;
    const filled = Array.from({ length: 4 }, () => [cementAlong(tip), needle(tip, direction, 12, true, 1.2)]);
    const drawn = Array.from({ length: 9 }, (_, i) => [cementAlong(tip), needle(backAt(i), direction, 12, true, 1.2)]);
    const seen = run([...advancing, ...resting, ...open, ...filled, ...drawn], { plan }).slice(-9);
    for (let i = 5; i < 9; i++) expect(tipErrorMm(seen[i], backAt(i))).toBeLessThan(1);
  });

  it('is no longer shown once it has left, though the cement at its end stays', () => {
    const left = Array.from({ length: 8 }, () => [cementAlong(tipAt(7))]);
    const filled = Array.from({ length: 4 }, () => [cementAlong(tipAt(7)), needle(tipAt(7), direction, 12, true, 1.2)]);
    const seen = run([...advancing, ...resting, ...open, ...filled, ...left], { plan }).slice(-8);
    for (const { needle: last } of seen.slice(3)) expect(last.needles).toEqual([]);
  });

  it('points along its own planned line when two needles are planned from both sides', () => {
    const both: Plan = {
      ...plan,
      planes: {
        a: {
          trajectories: [
            { entry: [340, 200], target: [244, 228] },
            { entry: [140, 320], target: [236, 292] },
          ],
        },
      },
    };
    /** Its shaft ends in the field: nothing but the plan says which end is the tip. */
    const short =
      (tip: readonly [number, number], line: readonly [number, number]): Paint =>
      (x, y) =>
        -((x - tip[0]) * line[0] + (y - tip[1]) * line[1]) < 60 ? needle(tip, line)(x, y) : 0;
    for (const [tip, line] of [
      [[250, 226], direction],
      [
        [230, 294],
        [0.96, -0.28],
      ],
    ] as const) {
      const [first] = run([[short(tip, line)]], { plan: both });
      const found = first?.needle.needle;
      expect(tipErrorMm(first, tip)).toBeLessThan(0.6);
      expect((found?.direction[0] ?? 0) * line[0]).toBeGreaterThan(0);
    }
  });

  it('is not seen in a wide band of bone that wanders a little', () => {
    const rib: Paint = (x, y) => {
      const middle = 250 + 3 * Math.sin(x / 23) + 2 * Math.sin(x / 9);
      return x > 120 ? 0.3 * Math.max(0, Math.min(1, 13 - Math.abs(y - middle))) : 0;
    };
    const ribs = Array.from({ length: 6 }, () => [rib]);
    for (const seen of run(ribs, { as: { geometry: noGeometry } })) expect(seen.needle.needles).toEqual([]);
  });

  it('deviates from the planned line by what was drawn, in degrees and millimetres', () => {
    const deviation = run(advancing, { plan })[5]?.needle.deviation;
    const [tx, ty] = tipAt(5);
    const length = Math.hypot(-96, 28);
    const offLine = Math.abs((tx - 244) * (-28 / length) + (ty - 228) * (-96 / length)) * mmPerPx;
    expect(deviation?.tipToLineMm).toBeGreaterThan(offLine - 0.4);
    expect(deviation?.tipToLineMm).toBeLessThan(offLine + 0.4);
    expect(deviation?.angleDeg).toBeLessThan(1);
    expect(deviation?.tipToTargetMm).toBeCloseTo(Math.hypot(tx - 244, ty - 228) * mmPerPx, 0);
    expect(deviation?.tipToLineBound95).toBeGreaterThan(0);
  });

  it('gives the same observations for the same frames', () => {
    expect(run(advancing, { plan })).toEqual(run(advancing, { plan }));
  });
});

describe('the bar that is taken for a needle in the next frame', () => {
  const context = { shift: [0, 0], shiftTrusted: true, scale: { mmPerPx: 0.2 }, pyramid: { factor: 2 } } as unknown as NeedleContext;
  const track = { tipBone: [480, 512], direction: [-1, 0], velocityPx: 0, onlyPoint: false } as unknown as NeedleTrack;
  /** Its middle 60 mm behind the tip and so far aside, turned by so much: millimetres and degrees. */
  const bar = (asideMm: number, turnedDeg: number): FoundBar => {
    const turned = (turnedDeg * Math.PI) / 180;
    const shaft = { x: 390, y: 256 + asideMm / 0.4, dx: -Math.cos(turned), dy: Math.sin(turned), from: -100, to: 100 };
    return { shaft } as unknown as FoundBar;
  };

  it('may be turned at its handle while it rests in the bone, and passes its tip', () => {
    expect(nearestBar([bar(4, -3.8)], { ...track, parked: true }, context)).toBe(0);
  });

  it('is not an edge of cement 5 mm beside the tip of one at rest; one on its way may be there', () => {
    expect(nearestBar([bar(-0.2, 5)], { ...track, parked: true }, context)).toBe(-1);
    expect(nearestBar([bar(-0.2, 5)], { ...track, parked: false }, context)).toBe(0);
  });
});
