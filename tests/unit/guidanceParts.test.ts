import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRunLengths } from '../../src/base/runLength.ts';
import { cArmView, mmPerPxOf, project } from '../../src/geometry/cArm.ts';
import type { Vector3 } from '../../src/geometry/vector.ts';
import { runLengthsInImage } from '../../src/guidance/cement/maskImage.ts';
import {
  calibrateVolume,
  cementAtDepth,
  followedTip,
  type PlaneSighting,
  poseFromPlanes,
  uncalibratedVolume,
  withBothPlanes,
} from '../../src/guidance/fusion.ts';
import { attenuationTable } from '../../src/guidance/image/attenuation.ts';
import { findField } from '../../src/guidance/image/field.ts';
import { createGrid, quantileInPlace } from '../../src/guidance/image/grid.ts';
import { isDrawnBack } from '../../src/guidance/needle/rest.ts';
import type { CementObservation } from '../../src/guidance/observation.ts';
import { zoneMap, zonesAbout } from '../../src/guidance/zones.ts';
import { attributes, knownGeometry } from './guidancePicture.ts';

const cementInBody = {
  volumeFrom: 'attenuation',
  zone: 'body',
  leak: false,
  leakSite: null,
  toPosteriorWallPx: null,
  toPosteriorWallMm: null,
  mask: null,
} as const;

describe('quantile by selection', () => {
  it('is what sorting gives, for any numbers and share (seed 11)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (numbers, share) => {
          const sorted = Float32Array.from(numbers).sort();
          const wanted = sorted[Math.min(numbers.length - 1, Math.floor(share * numbers.length))];
          expect(quantileInPlace(Float32Array.from(numbers), numbers.length, share) === wanted).toBe(true);
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });
});

describe('stored values to attenuation', () => {
  it.each([
    ['LOG', 'MONOCHROME2'],
    ['DISP', 'MONOCHROME2'],
    ['LIN', 'MONOCHROME2'],
    [null, 'MONOCHROME2'],
  ] as const)('%s, %s: darker is more', (pixelIntensityRelationship, photometric) => {
    const table = attenuationTable(attributes({ pixelIntensityRelationship, photometric }));
    for (let value = 1; value < 4096; value++) expect((table[value] ?? 0) < (table[value - 1] ?? 0)).toBe(true);
  });

  it('MONOCHROME1 is the mirror image', () => {
    const plain = attenuationTable(attributes());
    const mirrored = attenuationTable(attributes({ photometric: 'MONOCHROME1' }));
    for (const value of [0, 17, 2048, 4095]) expect(mirrored[value]).toBe(plain[4095 - value]);
  });

  it('LIN follows Beer–Lambert: half the intensity is ln 2 more', () => {
    const table = attenuationTable(attributes({ pixelIntensityRelationship: 'LIN' }));
    expect((table[2000] ?? 0) - (table[4000] ?? 0)).toBeCloseTo(Math.LN2, 2);
  });
});

describe('visible field', () => {
  it('is the round part, without burned-in text outside it', () => {
    const grid = createGrid(128, 128);
    grid.data.fill(5);
    for (let y = 0; y < 128; y++)
      for (let x = 0; x < 128; x++) if (Math.hypot(x - 64, y - 64) < 50 || (y < 8 && x < 30 && x > 4 && y > 3)) grid.data[y * 128 + x] = 2;
    const field = findField(grid, 5, 0, null);
    expect(field.depth[64 * 128 + 64]).toBeGreaterThan(20);
    expect(field.depth[5 * 128 + 10]).toBe(0);
    expect(field.share).toBeCloseTo((Math.PI * 50 * 50) / (128 * 128), 1);
  });

  it('is everything when nothing is collimated', () => {
    const grid = createGrid(64, 64);
    grid.data.fill(2);
    expect(findField(grid, 5, 0, null).share).toBe(1);
  });
});

describe('mask of the working grid in the whole frame', () => {
  it('is scaled, moved with the bone and cut at the border (seed 5)', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 64, maxLength: 64, max: 1 }),
        fc.integer({ min: -6, max: 6 }),
        fc.integer({ min: -6, max: 6 }),
        (cells, sx, sy) => {
          const made = decodeRunLengths(runLengthsInImage(cells, 8, { x0: 0, y0: 0, x1: 8, y1: 8 }, 2, [sx, sy], { rows: 16, columns: 16 }));
          for (let y = 0; y < 16; y++) {
            for (let x = 0; x < 16; x++) {
              const cx = Math.floor((x - 2 * sx) / 2);
              const cy = Math.floor((y - 2 * sy) / 2);
              const wanted = cx < 0 || cy < 0 || cx > 7 || cy > 7 ? 0 : cells[cy * 8 + cx];
              expect(made[y * 16 + x]).toBe(wanted);
            }
          }
        },
      ),
      { seed: 5, numRuns: 100 },
    );
  });
});

describe('zones of a plan', () => {
  const zones = zoneMap(
    {
      vertebralBody: [
        [20, 20],
        [60, 20],
        [60, 50],
        [20, 50],
      ],
      posteriorWall: [
        [60, 50],
        [60, 20],
      ],
    },
    (point) => point,
    { x0: 0, y0: 0, x1: 100, y1: 80 },
    100,
    80,
    0.5,
  );
  const at = (x: number, y: number) => y * 100 + x;

  it('give every place its distance from the nearest point of any outline (seed 12)', () => {
    const vertices = fc.array(fc.tuple(fc.integer({ min: 10, max: 90 }), fc.integer({ min: 10, max: 70 })), { minLength: 3, maxLength: 12 });
    const box = { x0: 3, y0: 2, x1: 98, y1: 79 };
    fc.assert(
      fc.property(vertices, (outline) => {
        const { outlineMm } = zonesAbout(outline, null, box, 100, 80, 0.5);
        // Points along the outline, a tenth of a pixel apart.
        const along = outline.flatMap(([x, y], i) => {
          const [toX, toY] = outline[(i + 1) % outline.length] ?? [x, y];
          const steps = Math.ceil(10 * Math.hypot(toX - x, toY - y)) + 1;
          return Array.from({ length: steps + 1 }, (_, k) => [x + ((toX - x) * k) / steps, y + ((toY - y) * k) / steps] as const);
        });
        for (let y = box.y0; y < box.y1; y += 8) {
          for (let x = box.x0; x < box.x1; x += 6) {
            const nearest = Math.min(...along.map(([px, py]) => Math.hypot(x - px, y - py)));
            expect(Math.abs(Math.abs(outlineMm[at(x, y)] ?? Number.NaN) - 0.5 * nearest)).toBeLessThan(0.03);
          }
        }
      }),
      { seed: 12, numRuns: 30 },
    );
  });

  it('measure from the outline, negative inside', () => {
    expect(zones?.outlineMm[at(40, 34)]).toBeCloseTo(-7, 0);
    expect(zones?.outlineMm[at(70, 36)]).toBeCloseTo(5, 0);
  });

  it('measure behind the posterior wall, whichever way it was drawn', () => {
    expect(zones?.wallMm?.[at(70, 30)]).toBeCloseTo(5, 0);
    expect(zones?.wallMm?.[at(30, 30)]).toBeCloseTo(-15, 0);
    expect(zones?.depthMm).toBeCloseTo(20, 0);
  });
});

describe('pose from two planes', () => {
  const point: Vector3 = [8, -12, 20];
  const lookFrom = (primaryAngleDeg: number, offsetPx = 0): PlaneSighting => {
    const seen = attributes({ geometry: { ...knownGeometry, primaryAngleDeg } });
    const view = cArmView(seen);
    const [x, y] = (view && project(view, point)) ?? [0, 0];
    const tip = { tip: [x, y + offsetPx] as const, direction: [1, 0] as const, confidence: 0.9, tipSigmaPx: 1 };
    return { attributes: seen, frame: primaryAngleDeg, needle: { needle: tip, needles: [tip], deviation: null, mmPerPx: 0.25, scaleFrom: 'geometry' } };
  };

  it('is where the tip is, relative to the isocentre, and names its frames', () => {
    const pose = poseFromPlanes(lookFrom(180), lookFrom(90));
    pose?.tipPatientMm.forEach((mm, axis) => {
      expect(mm).toBeCloseTo(point[axis] ?? 0, 6);
    });
    expect(pose?.residualMm).toBeLessThan(1e-6);
    expect(pose?.frames).toEqual({ a: 180, b: 90 });
  });

  it('is null when the two planes saw different things, or a plane has no geometry or no needle', () => {
    const lateral = lookFrom(90);
    expect(poseFromPlanes(lookFrom(180), lookFrom(90, 60))).toBeNull();
    expect(poseFromPlanes({ ...lookFrom(180), attributes: attributes({ geometry: { ...knownGeometry, sidMm: null } }) }, lateral)).toBeNull();
    expect(poseFromPlanes({ ...lookFrom(180), needle: { ...lateral.needle, needle: null, needles: [] } }, lateral)).toBeNull();
  });
});

describe('area and volume at the depth of the tip', () => {
  const seen = attributes({ geometry: { ...knownGeometry, primaryAngleDeg: 90 } });
  const view = cArmView(seen);
  const cement: CementObservation = { ...cementInBody, areaPx: 400, areaMm2: 25, volumeMl: 2 };

  it('is what the projection says of a square millimetre there', () => {
    for (const offMm of [-60, 0, 60]) {
      const tip: Vector3 = [offMm, 5, -8];
      const [near, far] = [tip, [tip[0], tip[1], tip[2] + 1] as const].map((point) => (view && project(view, point)) ?? [0, 0]);
      const seenMm = Math.abs((near?.[1] ?? 0) - (far?.[1] ?? 0)) * (mmPerPxOf(seen.geometry) ?? Number.NaN);
      const { areaMm2, volumeMl } = cementAtDepth(cement, seen, tip);
      expect((areaMm2 ?? 0) * seenMm ** 2).toBeCloseTo(25, 3);
      expect((volumeMl ?? 0) * seenMm ** 2).toBeCloseTo(2, 4);
      const withBound = cementAtDepth({ ...cement, volumeBound95Ml: 0.8 }, seen, tip);
      expect((withBound.volumeBound95Ml ?? 0) / (withBound.volumeMl ?? 0)).toBeCloseTo(0.4, 9);
    }
  });

  it('is that of the isocentre without geometry or pose, and never thrown far by a pose that is wrong', () => {
    expect(cementAtDepth(cement, attributes({ geometry: { ...knownGeometry, sidMm: null } }), [50, 0, 0])).toEqual(cement);
    expect(cementAtDepth(cement, seen, null)).toEqual(cement);
    expect(cementAtDepth(cement, seen, [400, 0, 0]).volumeMl).toBe(2.5);
    const pose = (x: number) => ({ tipPatientMm: [x, 0, 0] as const, residualMm: 0, frames: { a: 1, b: 2 } });
    expect(followedTip(null, pose(20))).toEqual([20, 0, 0]);
    expect(followedTip([20, 0, 0], pose(60))[0]).toBeCloseTo(24, 9);
  });
});

describe('volume by attenuation of both planes', () => {
  const seen = (volumeMl: number, more: Partial<CementObservation> = {}): CementObservation => ({
    ...cementInBody,
    areaPx: 5000,
    areaMm2: 80,
    volumeMl,
    volumeBound95Ml: 0.4 * volumeMl,
    ...more,
  });

  it('is the same in both planes, between what each of them says, and is known better', () => {
    const [a, b] = [withBothPlanes(seen(2.4), 1.6), withBothPlanes(seen(1.6), 2.4)];
    expect(a.volumeMl).toBeCloseTo(Math.sqrt(2.4 * 1.6), 9);
    expect(b.volumeMl).toBeCloseTo(a.volumeMl ?? Number.NaN, 9);
    expect((a.volumeBound95Ml ?? 0) / (a.volumeMl ?? 0)).toBeCloseTo(0.3, 9);
  });

  it('is that of the plane alone when the other one says nothing, sees other cement, or the injector has said', () => {
    for (const [cement, other] of [
      [seen(2), null],
      [seen(2), 0],
      [seen(2), 0.9],
      [seen(2, { volumeFrom: 'injector' }), 1.5],
    ] as const)
      expect(withBothPlanes(cement, other)).toEqual(cement);
  });
});

describe('volume calibrated by the injector', () => {
  const course = (factor: number, lostFromMl = Number.POSITIVE_INFINITY) => {
    let state = uncalibratedVolume;
    let last = calibrateVolume(state, 0, null);
    for (let injected = 0; injected <= 4; injected += 0.05) {
      last = calibrateVolume(state, Math.min(injected, lostFromMl) * factor, injected);
      state = last.state;
    }
    return last;
  };

  it('takes off what attenuation is wrong by: ± 30 % becomes under 2 %', () => {
    for (const factor of [0.7, 1, 1.3]) {
      const end = course(factor);
      expect(end.volumeFrom).toBe('injector');
      expect(end.boundShare).toBe(0.15);
      expect(Math.abs(end.volumeMl - 4)).toBeLessThan(0.08);
    }
  });

  it('leaves cement that goes where nobody looks as a difference', () => {
    expect(course(0.8, 2.5).unseenMl).toBeCloseTo(1.5, 1);
  });

  it('is not pulled beyond a factor of two by a wrong injector', () => {
    expect(course(0.1).state.scale).toBe(2);
    expect(course(10).state.scale).toBe(0.5);
  });

  it('is attenuation alone without an injector', () => {
    expect(calibrateVolume(uncalibratedVolume, 1.2, null)).toMatchObject({ volumeMl: 1.2, volumeFrom: 'attenuation', unseenMl: null, boundShare: null });
  });

  it('starts again when the injector is zeroed', () => {
    const first = course(0.8).state;
    expect(calibrateVolume(first, 0.1, 0).state).toEqual(uncalibratedVolume);
  });
});

describe('an end that goes backwards', () => {
  it.each([
    ['a cannula on its way out', [-4.7, -5.3, -7.2, -9.1], true],
    ['one drawn fast', [-2.4, -7.5, -12.6], true],
    ['what cement hides, as it gathers', [-2.3, -5.8, -6.6], false],
    ['cement whose hiding leaps', [-4, -4.6, -8.4], false],
    ['a leap of one frame', [-1.6, -1.8, -28.7], false],
    ['an end that comes back', [-9, -8, -9.5], false],
    ['too few frames', [-5, -9], false],
  ])('%s: %j mm is drawn back: %s', (_what, alongMm, expected) => {
    expect(
      isDrawnBack(
        alongMm.map((mm) => mm / 0.25),
        0.25,
      ),
    ).toBe(expected);
  });
});
