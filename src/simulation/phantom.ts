import { combineSeeds, type Random, seededRandom } from '../base/random.ts';
import type { Scenario } from './scenario.ts';
import { type SolidNoise, solidNoise } from './solidNoise.ts';
import { bodyDepth, fromLocal, type Vertebra } from './spine.ts';
import { clamp, cross, dot, type PatientMm, scale, smoothStep, subtract, unit } from './vector.ts';

/**
 * One piece of anatomy. Attenuation is what it adds to (or takes from) the water it lies in, per mm, at the mean energy
 * of a fluoroscopy beam; the pieces simply add up.
 */
export interface Part {
  /** Nothing of it lies outside this box: its middle, its three directions (unit, square to each other), half its size along each. */
  readonly center: PatientMm;
  readonly axes: readonly [PatientMm, PatientMm, PatientMm];
  readonly halfMm: PatientMm;
  readonly stepMm: number;
  /**
   * Attenuation per mm, summed over the first `count` points: x, y, z of each in patient mm, one after the other. All points of a ray
   * at once, since a number that is handed to a function for each of them would be an object on the heap.
   */
  readonly attenuationSum: (points: Float64Array, count: number) => number;
}

/** Something whose path length is known in closed form: lungs, gas, organs. */
export interface Ellipsoid {
  readonly center: PatientMm;
  readonly semiAxesMm: PatientMm;
  readonly attenuationPerMm: number;
}

export interface Phantom {
  /** Soft tissue: all points with (x/halfWidth)⁴ + (y/halfDepth)⁴ ≤ 1 about its centre, of any height. */
  readonly trunk: { readonly center: PatientMm; readonly halfWidthMm: number; readonly halfDepthMm: number; readonly attenuationPerMm: number };
  readonly parts: readonly Part[];
  readonly ellipsoids: readonly Ellipsoid[];
}

const cortical = 0.034;
const trabecular = 0.0072;
const endplateBone = 0.04;

function vertebralBody(vertebra: Vertebra, noise: SolidNoise): Part {
  const [cos, sin] = vertebra.tilt;
  const [cx, cy, cz] = vertebra.center;
  return {
    center: vertebra.center,
    axes: [
      [1, 0, 0],
      [0, cos, sin],
      [0, -sin, cos],
    ],
    halfMm: [vertebra.halfWidthMm, vertebra.halfDepthMm, vertebra.halfHeightMm],
    stepMm: 0.85,
    attenuationSum: (points, count) => {
      let sum = 0;
      for (let i = 0; i < 3 * count; i += 3) {
        const lx = (points[i] as number) - cx;
        const dy = (points[i + 1] as number) - cy;
        const dz = (points[i + 2] as number) - cz;
        const ly = cos * dy + sin * dz;
        const lz = cos * dz - sin * dy;
        const { depthMm, endplate } = bodyDepth(vertebra, lx, ly, lz);
        if (depthMm <= 0) continue;
        const shell = 1 - smoothStep(endplate ? 0.9 : 0.5, endplate ? 2 : 1.3, depthMm);
        const bone = endplate ? endplateBone : cortical;
        if (shell === 1) {
          sum += bone;
          continue;
        }
        // Trabeculae run mostly up and down: the texture is stretched that way.
        const texture = 1 + 0.9 * noise(lx * 0.5, ly * 0.5, lz * 0.22) + 0.7 * noise(lx * 0.17 + 9, ly * 0.17, lz * 0.12);
        sum += shell * bone + (1 - shell) * trabecular * texture;
      }
      return sum;
    },
  };
}

/** A bone between two points: an elliptic rod with a cortex, thinning towards `b` by `taper`; round at its ends unless they are open. */
function rod(
  a: PatientMm,
  b: PatientMm,
  radii: readonly [thick: number, wide: number],
  wideAxis: PatientMm,
  taper: number,
  density = 1,
  openEnds = false,
): Part {
  const along = subtract(b, a);
  const lengthSquared = dot(along, along);
  const [thick, wide] = radii;
  const direction = unit(along);
  const wideSquare = unit(subtract(wideAxis, scale(direction, dot(wideAxis, direction))));
  const widest = Math.max(1, 1 - taper);
  // The wide axis may lean along the rod: then the ends reach further.
  const endMm = openEnds ? 0 : Math.max(thick, wide) * widest;
  const [ax, ay, az] = a;
  const [alongX, alongY, alongZ] = along;
  const [wideX, wideY, wideZ] = wideAxis;
  const thickSquared = thick * thick;
  const wideSquared = wide * wide;
  const least = Math.min(thick, wide);
  return {
    center: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2],
    axes: [direction, wideSquare, cross(direction, wideSquare)],
    halfMm: [Math.sqrt(lengthSquared) / 2 + endMm, Math.max(thick, wide) * widest, (isSquare(wideAxis, direction) ? thick : Math.max(thick, wide)) * widest],
    stepMm: 0.9,
    attenuationSum: (points, count) => {
      let sum = 0;
      for (let i = 0; i < 3 * count; i += 3) {
        const dx = (points[i] as number) - ax;
        const dy = (points[i + 1] as number) - ay;
        const dz = (points[i + 2] as number) - az;
        const free = (dx * alongX + dy * alongY + dz * alongZ) / lengthSquared;
        if (openEnds && (free < 0 || free > 1)) continue;
        const t = clamp(free, 0, 1);
        const px = dx - alongX * t;
        const py = dy - alongY * t;
        const pz = dz - alongZ * t;
        const w = px * wideX + py * wideY + pz * wideZ;
        const restSquared = px * px + py * py + pz * pz - w * w;
        const k = 1 - taper * t;
        const squared = Math.max(0, restSquared) / thickSquared + (w * w) / wideSquared;
        if (squared >= k * k) continue;
        const depthMm = (1 - Math.sqrt(squared) / k) * least * k;
        const shell = 1 - smoothStep(0.8, 1.9, depthMm);
        sum += density * (shell * cortical * 0.8 + (1 - shell) * trabecular * 0.8) * smoothStep(0, 0.6, depthMm);
      }
      return sum;
    },
  };
}

const isSquare = (a: PatientMm, b: PatientMm): boolean => Math.abs(dot(a, b)) < 0.1;

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
    parts.push(rod(p(side * 12.6, depth - 3.5, 5), p(side * 14, depth + 12, 5.5), [4.2, 7.3], up, 0, 1, true));
    parts.push(rod(p(side * 14.5, depth + 12, 6), p(side * 4.5, depth + 21, -5), [2.8, 7], up, 0.1));
    parts.push(rod(p(side * 15, depth + 13, 3), p(side * j(13.5), depth + 15.5, 18), [4, 5], across, 0.25));
    parts.push(rod(p(side * 13, depth + 15, -4), p(side * j(11), depth + 20, -19), [3.8, 5], across, 0.25));
    parts.push(rod(p(side * 16, depth + 13.5, 5), p(side * j(37), depth + 17, j(6.5)), [2.4, 4.4], up, 0.3));
  }
  // A thin blade that ends in a knob: in a frontal view a drop, not a bar.
  const lean = 1.2 * random.gaussian();
  parts.push(rod(p(0, depth + 19, -2), p(lean * 0.6, depth + 38, -9), [1.7, 7], fromUnit(vertebra), 0.1, 0.8));
  parts.push(rod(p(lean * 0.6, depth + 37, -8), p(lean, depth + 46, -14), [3.4, 6], fromUnit(vertebra), -0.35, 0.9));
  return parts;
}

/** Up in the vertebra's own axes. */
const fromUnit = ({ tilt: [cos, sin] }: Vertebra): PatientMm => [0, -sin, cos];

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
  return points.slice(1).map((to, i) => rod(points[i] ?? to, to, [3.1, 6], [0, 0.35, 0.9367], 0, 0.8, true));
}

/** Lung in front of and beside the upper vertebrae, down to the domes of the diaphragm. */
const lungs: readonly Ellipsoid[] = [
  { center: [-84, 0, 118], semiAxesMm: [66, 88, 88], attenuationPerMm: -0.0085 },
  { center: [86, 4, 112], semiAxesMm: [64, 86, 90], attenuationPerMm: -0.0085 },
];

/** Bowel gas: loops of a few overlapping bubbles. */
function gasLoops(random: Random): readonly Ellipsoid[] {
  return Array.from({ length: 5 }).flatMap(() => {
    const middle: PatientMm = [(random.next() - 0.5) * 150, -60 - 30 * random.next(), -15 - 65 * random.next()];
    const heading = random.next() * Math.PI * 2;
    return Array.from({ length: 5 }, (_, i): Ellipsoid => {
      const size = 6 + 5 * random.next();
      const along = (i - 2) * 8;
      return {
        center: [
          middle[0] + along * Math.cos(heading) + 3 * random.gaussian(),
          middle[1] + 4 * random.gaussian(),
          middle[2] + along * Math.sin(heading) + 3 * random.gaussian(),
        ],
        semiAxesMm: [size * (0.9 + 0.4 * random.next()), size, size * (0.8 + 0.4 * random.next())],
        attenuationPerMm: -0.0075,
      };
    });
  });
}

function organs(random: Random): readonly Ellipsoid[] {
  return [
    { center: [42, 4, -52], semiAxesMm: [19, 20, 74], attenuationPerMm: 0.0022 },
    { center: [-42, 4, -52], semiAxesMm: [19, 20, 74], attenuationPerMm: 0.0022 },
    { center: [30, 42, 0], semiAxesMm: [27, 22, 190], attenuationPerMm: 0.003 },
    { center: [-30, 42, 0], semiAxesMm: [27, 22, 190], attenuationPerMm: 0.003 },
    { center: [58, -2, -22], semiAxesMm: [27, 24, 52], attenuationPerMm: 0.0018 },
    { center: [-58, -2, -30], semiAxesMm: [27, 24, 52], attenuationPerMm: 0.0018 },
    { center: [12, -34, 0], semiAxesMm: [11, 11, 220], attenuationPerMm: 0.0012 },
    { center: [-60, -30, 10], semiAxesMm: [70, 80, 55], attenuationPerMm: 0.0012 },
    ...lungs,
    ...gasLoops(random),
  ];
}

/** The trunk, a box with rounded edges as long as wanted: back and flanks are flatter than an ellipse's. */
const trunk: Phantom['trunk'] = { center: [0, -22, 0], halfWidthMm: 158, halfDepthMm: 108, attenuationPerMm: 0.0185 };

/** The patient of a scenario: five vertebrae (three of them whole in the field), their ribs, and the soft tissue around. */
export function phantomOf(scenario: Pick<Scenario, 'seed' | 'spine'>): Phantom {
  const random = seededRandom(combineSeeds(scenario.seed, 61));
  const noise = solidNoise(combineSeeds(scenario.seed, 62));
  const parts = scenario.spine.flatMap((vertebra, i) => [
    vertebralBody(vertebra, noise),
    ...posteriorElements(vertebra, random),
    ...(i <= 1 ? [-1, 1].flatMap((side) => rib(vertebra, side, i === 0 ? 1 : 0.7)) : []),
  ]);
  return { parts, ellipsoids: organs(random), trunk };
}
