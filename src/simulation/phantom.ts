import { combineSeeds, type Random, seededRandom } from '../base/random.ts';
import type { Scenario } from './scenario.ts';
import { type SolidNoise, solidNoise } from './solidNoise.ts';
import { bodyDepth, fromLocal, toLocal, type Vertebra } from './spine.ts';
import { clamp, dot, type PatientMm, smoothStep, subtract } from './vector.ts';

/**
 * One piece of anatomy. Attenuation is what it adds to (or takes from) the water it lies in, per mm, at the mean energy
 * of a fluoroscopy beam; the pieces simply add up.
 */
export interface Part {
  /** Nothing of it lies outside this sphere. */
  readonly center: PatientMm;
  readonly radiusMm: number;
  readonly stepMm: number;
  readonly attenuationPerMm: (x: number, y: number, z: number) => number;
}

/** Something whose path length is known in closed form: trunk, lungs, gas, organs. */
export interface Ellipsoid {
  readonly center: PatientMm;
  readonly semiAxesMm: PatientMm;
  readonly attenuationPerMm: number;
}

export interface Phantom {
  readonly parts: readonly Part[];
  readonly ellipsoids: readonly Ellipsoid[];
}

const cortical = 0.034;
const trabecular = 0.0072;
const endplateBone = 0.04;

function vertebralBody(vertebra: Vertebra, noise: SolidNoise): Part {
  return {
    center: vertebra.center,
    radiusMm: Math.hypot(vertebra.halfWidthMm, vertebra.halfDepthMm, vertebra.halfHeightMm) - 1,
    stepMm: 0.7,
    attenuationPerMm: (x, y, z) => {
      const [lx, ly, lz] = toLocal(vertebra, x, y, z);
      const { depthMm, endplate } = bodyDepth(vertebra, lx, ly, lz);
      if (depthMm <= 0) return 0;
      const shell = 1 - smoothStep(endplate ? 0.9 : 0.5, endplate ? 2 : 1.3, depthMm);
      // Trabeculae run mostly up and down: the texture is stretched that way.
      const texture = 1 + 0.55 * noise(lx * 0.55, ly * 0.55, lz * 0.25) + 0.5 * noise(lx * 0.2 + 9, ly * 0.2, lz * 0.16);
      return shell * (endplate ? endplateBone : cortical) + (1 - shell) * trabecular * texture;
    },
  };
}

/** A bone between two points: an elliptic rod with a cortex, thinning towards `b` by `taper`. */
function rod(a: PatientMm, b: PatientMm, radii: readonly [thick: number, wide: number], wideAxis: PatientMm, taper: number, density = 1): Part {
  const along = subtract(b, a);
  const lengthSquared = dot(along, along);
  const [thick, wide] = radii;
  const half = Math.sqrt(lengthSquared) / 2;
  return {
    center: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2],
    radiusMm: half + Math.max(thick, wide),
    stepMm: 0.9,
    attenuationPerMm: (x, y, z) => {
      const dx = x - a[0];
      const dy = y - a[1];
      const dz = z - a[2];
      const t = clamp((dx * along[0] + dy * along[1] + dz * along[2]) / lengthSquared, 0, 1);
      const px = dx - along[0] * t;
      const py = dy - along[1] * t;
      const pz = dz - along[2] * t;
      const w = px * wideAxis[0] + py * wideAxis[1] + pz * wideAxis[2];
      const restSquared = px * px + py * py + pz * pz - w * w;
      const k = 1 - taper * t;
      const rho = Math.sqrt(Math.max(0, restSquared) / (thick * thick) + (w * w) / (wide * wide)) / k;
      if (rho >= 1) return 0;
      const depthMm = (1 - rho) * Math.min(thick, wide) * k;
      const shell = 1 - smoothStep(0.8, 1.9, depthMm);
      return density * (shell * cortical * 0.85 + (1 - shell) * trabecular * 1.25) * smoothStep(0, 0.5, depthMm);
    },
  };
}

/** Pedicles, laminae, joints, transverse and spinous processes of one vertebra. */
function posteriorElements(vertebra: Vertebra, random: Random): readonly Part[] {
  const k = vertebra.halfWidthMm / 20.5;
  const depth = vertebra.halfDepthMm;
  const p = (x: number, y: number, z: number): PatientMm => fromLocal(vertebra, [x * k, y, z]);
  const up: PatientMm = [0, 0, 1];
  const across: PatientMm = [1, 0, 0];
  const parts: Part[] = [];
  for (const side of [-1, 1]) {
    const j = (mm: number): number => mm + 0.5 * random.gaussian();
    parts.push(rod(p(side * 12.6, depth - 3.5, 5), p(side * 14, depth + 12, 5.5), [4.3, 7.4], up, 0, 1.15));
    parts.push(rod(p(side * 14.5, depth + 12, 6), p(side * 4.5, depth + 21, -5), [2.8, 7], up, 0.1));
    parts.push(rod(p(side * 15, depth + 13, 3), p(side * j(13.5), depth + 15.5, 18), [4, 5], across, 0.25));
    parts.push(rod(p(side * 13, depth + 15, -4), p(side * j(11), depth + 20, -19), [3.8, 5], across, 0.25));
    parts.push(rod(p(side * 16, depth + 13.5, 5), p(side * j(37), depth + 17, j(6.5)), [2.4, 4.4], up, 0.3));
  }
  parts.push(rod(p(0, depth + 20, -3), p(0.6 * random.gaussian(), depth + 45, -13), [2.6, 8], fromUnit(vertebra), 0.12));
  return parts;
}

/** Up in the vertebra's own axes. */
const fromUnit = (vertebra: Vertebra): PatientMm => [0, -Math.sin(vertebra.tiltRad), Math.cos(vertebra.tiltRad)];

/** A rib as a chain of rods, from beside the body outwards, back and down, then round the flank. */
function rib(vertebra: Vertebra, side: number, lengthShare: number): readonly Part[] {
  const points: PatientMm[] = [];
  for (let i = 0; i <= 7; i++) {
    const t = (i / 7) * lengthShare;
    const angle = -0.75 + 2.6 * t;
    points.push([
      side * (22 + 78 * Math.sin(Math.min(1.55, 2.1 * t))),
      vertebra.center[1] + 18 + 24 * Math.cos(angle) - 60 * t * t,
      vertebra.center[2] + 9 - 58 * t,
    ]);
  }
  return points.slice(1).map((to, i) => rod(points[i] ?? to, to, [3.1, 6], [0, 0.35, 0.9367], 0, 0.8));
}

const diaphragm: readonly Ellipsoid[] = [
  { center: [-84, 5, 112], semiAxesMm: [68, 92, 86], attenuationPerMm: -0.0125 },
  { center: [86, 8, 106], semiAxesMm: [66, 90, 88], attenuationPerMm: -0.0125 },
];

function organs(random: Random): readonly Ellipsoid[] {
  const gas = Array.from({ length: 7 }, (): Ellipsoid => {
    const size = 7 + 9 * random.next();
    return {
      center: [(random.next() - 0.5) * 130, -55 - 35 * random.next(), -12 - 60 * random.next()],
      semiAxesMm: [size * (0.8 + 0.8 * random.next()), size, size * (0.7 + 0.4 * random.next())],
      attenuationPerMm: -0.011,
    };
  });
  return [
    { center: [0, -20, 0], semiAxesMm: [168, 108, 320], attenuationPerMm: 0.0192 },
    { center: [42, 4, -52], semiAxesMm: [19, 20, 74], attenuationPerMm: 0.0022 },
    { center: [-42, 4, -52], semiAxesMm: [19, 20, 74], attenuationPerMm: 0.0022 },
    { center: [30, 44, 0], semiAxesMm: [26, 15, 150], attenuationPerMm: 0.0018 },
    { center: [-30, 44, 0], semiAxesMm: [26, 15, 150], attenuationPerMm: 0.0018 },
    { center: [58, -2, -22], semiAxesMm: [27, 24, 52], attenuationPerMm: 0.0018 },
    { center: [-58, -2, -30], semiAxesMm: [27, 24, 52], attenuationPerMm: 0.0018 },
    { center: [12, -34, 0], semiAxesMm: [11, 11, 220], attenuationPerMm: 0.0012 },
    ...diaphragm,
    ...gas,
  ];
}

/** The patient of a scenario: five vertebrae (three of them whole in the field), their ribs, and the soft tissue around. */
export function phantomOf(scenario: Pick<Scenario, 'seed' | 'spine'>): Phantom {
  const random = seededRandom(combineSeeds(scenario.seed, 61));
  const noise = solidNoise(combineSeeds(scenario.seed, 62));
  const parts = scenario.spine.flatMap((vertebra, i) => [
    vertebralBody(vertebra, noise),
    ...posteriorElements(vertebra, random),
    ...(i <= 1 ? [-1, 1].flatMap((side) => rib(vertebra, side, i === 0 ? 1 : 0.7)) : []),
  ]);
  return { parts, ellipsoids: organs(random) };
}
