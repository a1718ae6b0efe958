import { seededRandom } from '../base/random.ts';
import { clamp, type PatientMm } from './vector.ts';

/** One vertebra of the phantom. Its body's centre is `center`; lengths are half sizes in mm. */
export interface Vertebra {
  readonly level: string;
  readonly center: PatientMm;
  /** Turned about the left-right axis: positive tips the front up. */
  readonly tiltRad: number;
  readonly halfWidthMm: number;
  readonly halfDepthMm: number;
  readonly halfHeightMm: number;
  /** Share of the anterior height that is gone. */
  readonly wedge: number;
  /** How deep the superior endplate has sunk at its middle, mm. */
  readonly depressionMm: number;
}

export const levels = ['T11', 'T12', 'L1', 'L2', 'L3'] as const;
export const treatedIndex = 2;

/** Five vertebrae fill the field; the middle one is fractured and is treated. Sizes vary a little with the seed. */
export function spineOf(seed: number): readonly Vertebra[] {
  const random = seededRandom(seed);
  const build = 1 + 0.03 * clamp(random.gaussian(), -2, 2);
  return levels.map((level, i) => {
    const below = i - treatedIndex;
    const fractured = below === 0;
    return {
      level,
      // A gentle curve: the lower vertebrae lie further forward, and the disc spaces grow downwards.
      center: [random.gaussian() * 0.4, -0.0028 * (below * 34.5) ** 2 + random.gaussian() * 0.3, -below * (34.5 + 0.6 * below) * build],
      tiltRad: 0.045 * below + random.gaussian() * 0.008,
      halfWidthMm: (20.5 + 1.1 * below) * build,
      halfDepthMm: (15.6 + 0.6 * below) * build,
      halfHeightMm: (12.6 + 0.6 * below) * build,
      wedge: fractured ? 0.2 : 0.03,
      depressionMm: fractured ? 3 : 1.2,
    };
  });
}

/** A patient point in the vertebra's own axes: x left, y back, z up, from the centre of its body. */
export function toLocal(vertebra: Vertebra, x: number, y: number, z: number): PatientMm {
  const dy = y - vertebra.center[1];
  const dz = z - vertebra.center[2];
  const c = Math.cos(vertebra.tiltRad);
  const s = Math.sin(vertebra.tiltRad);
  return [x - vertebra.center[0], c * dy + s * dz, -s * dy + c * dz];
}

export function fromLocal(vertebra: Vertebra, [x, y, z]: PatientMm): PatientMm {
  const c = Math.cos(vertebra.tiltRad);
  const s = Math.sin(vertebra.tiltRad);
  return [x + vertebra.center[0], c * y - s * z + vertebra.center[1], s * y + c * z + vertebra.center[2]];
}

const waist = 0.09;
/** How far the posterior wall is hollowed at its middle, share of the half depth. */
const posteriorHollow = 0.14;

const sectionScale = (vertebra: Vertebra, z: number): number => 1 - waist * (1 - clamp(z / vertebra.halfHeightMm, -1, 1) ** 2);

/**
 * How deep inside the body a local point is, in mm and roughly: the least of the distances to wall and endplates;
 * negative outside. `endplate` says that an endplate is the nearest surface.
 */
export function bodyDepth(vertebra: Vertebra, x: number, y: number, z: number): { depthMm: number; endplate: boolean } {
  const { halfWidthMm, halfDepthMm, halfHeightMm } = vertebra;
  const k = sectionScale(vertebra, z);
  const u = x / (halfWidthMm * k);
  const behind = y > 0 ? 1 - posteriorHollow * Math.max(0, 1 - (u / 0.75) ** 2) : 1;
  const v = y / (halfDepthMm * k * behind);
  // Rounder in front, squarer at the posterior corners.
  const n = y > 0 ? 3.2 : 2.3;
  const rho = (Math.abs(u) ** n + Math.abs(v) ** n) ** (1 / n);
  const wall = (1 - rho) * halfDepthMm;
  const r2 = Math.min(1, u * u + v * v);
  const front = clamp(0.5 - y / (2 * halfDepthMm), 0, 1);
  const rim = 1.3 * (r2 > 0.55 ? (r2 - 0.55) / 0.45 : 0);
  const top = halfHeightMm * (1 - 2 * vertebra.wedge * front) - vertebra.depressionMm * (1 - r2) + rim;
  const bottom = -halfHeightMm + 1.2 * (1 - r2) - rim * 0.6;
  const plate = Math.min(top - z, z - bottom);
  return plate < wall ? { depthMm: plate, endplate: true } : { depthMm: wall, endplate: false };
}

/** Points on the body's surface (local), found along rays from its middle: for outlines and containment. */
export function bodySurface(vertebra: Vertebra, directions = 1600): readonly PatientMm[] {
  const points: PatientMm[] = [];
  const golden = Math.PI * (3 - Math.sqrt(5));
  for (let i = 0; i < directions; i++) {
    const z = 1 - (2 * (i + 0.5)) / directions;
    const r = Math.sqrt(1 - z * z);
    const x = r * Math.cos(i * golden);
    const y = r * Math.sin(i * golden);
    let low = 0;
    let high = 40;
    for (let k = 0; k < 20; k++) {
      const mid = (low + high) / 2;
      if (bodyDepth(vertebra, x * mid, y * mid, z * mid).depthMm > 0) low = mid;
      else high = mid;
    }
    points.push([x * low, y * low, z * low]);
  }
  return points;
}

/** The midline of the posterior wall from bottom to top (local): what a strictly lateral view shows as the wall. */
export function posteriorWall(vertebra: Vertebra): readonly PatientMm[] {
  const heights = [-0.85, -0.5, -0.15, 0.2, 0.55, 0.85];
  return heights.map((h) => {
    const z = h * vertebra.halfHeightMm;
    return [0, vertebra.halfDepthMm * sectionScale(vertebra, z) * (1 - posteriorHollow), z];
  });
}
