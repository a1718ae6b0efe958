import { seededRandom } from '../base/random.ts';
import { clamp, type PatientMm } from './vector.ts';

/** One vertebra of the phantom. Its body's centre is `center`; lengths are half sizes in mm. */
export interface Vertebra {
  readonly level: string;
  readonly center: PatientMm;
  /** Cosine and sine of its turn about the left-right axis; a positive turn lowers the front. */
  readonly tilt: readonly [cos: number, sin: number];
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
    // Where kyphosis turns into lordosis the spine slopes: each vertebra lies in front of the one above.
    const tiltRad = -0.1 + 0.028 * below + random.gaussian() * 0.008;
    return {
      level,
      center: [random.gaussian() * 0.4, -3.3 * below + 0.35 * below * below + random.gaussian() * 0.3, -below * (34.5 + 0.6 * below) * build],
      tilt: [Math.cos(tiltRad), Math.sin(tiltRad)],
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
  const [c, s] = vertebra.tilt;
  return [x - vertebra.center[0], c * dy + s * dz, c * dz - s * dy];
}

export function fromLocal(vertebra: Vertebra, [x, y, z]: PatientMm): PatientMm {
  const [c, s] = vertebra.tilt;
  return [x + vertebra.center[0], c * y - s * z + vertebra.center[1], s * y + c * z + vertebra.center[2]];
}

const waist = 0.07;
/** How far the posterior wall is hollowed at its middle, share of the half depth. */
const posteriorHollow = 0.14;

/** How rounded the edge between wall and endplate is, mm. */
const edgeRoundingMm = 2.2;

/**
 * How deep inside the body a local point is, in mm and roughly: the least of the distances to wall and endplates, with
 * rounded edges; negative outside. `endplate` says that an endplate is the nearest surface.
 */
export function bodyDepth(vertebra: Vertebra, x: number, y: number, z: number): { depthMm: number; endplate: boolean } {
  const { halfWidthMm, halfDepthMm, halfHeightMm } = vertebra;
  const h = clamp(z / halfHeightMm, -1, 1);
  const k = 1 - waist * (1 - h * h);
  const u = x / (halfWidthMm * k);
  const hollow = 1 - 1.78 * u * u;
  const v = y / (halfDepthMm * k * (y > 0 && hollow > 0 ? 1 - posteriorHollow * hollow : 1));
  // Round in front, squarer at the posterior corners.
  const squared = u * u + v * v;
  const rho = y > 0 ? Math.sqrt(Math.sqrt(u * u * u * u + v * v * v * v)) : Math.sqrt(squared);
  const wall = (1 - rho) * halfDepthMm;
  const r2 = Math.min(1, squared);
  const front = clamp(0.5 - y / (2 * halfDepthMm), 0, 1);
  const top = halfHeightMm * (1 - 2 * vertebra.wedge * front) - vertebra.depressionMm * (1 - r2);
  const plate = Math.min(top - z, z + halfHeightMm - 1.2 * (1 - r2));
  const overlap = edgeRoundingMm - Math.abs(plate - wall);
  const depthMm = Math.min(plate, wall) - (overlap > 0 ? (overlap * overlap) / (4 * edgeRoundingMm) : 0);
  return { depthMm, endplate: plate < wall };
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
  const heights = [-0.8, -0.5, -0.15, 0.2, 0.5, 0.8];
  return heights.map((h) => {
    const z = h * vertebra.halfHeightMm;
    return [0, vertebra.halfDepthMm * (1 - waist * (1 - h * h)) * (1 - posteriorHollow), z];
  });
}
