import { seededRandom } from '../base/random.ts';

const side = 32;
const mask = side - 1;

/** Smooth random texture in space, about −1 … 1, one bump a unit, repeating every 32 units. */
export type SolidNoise = (x: number, y: number, z: number) => number;

/** Trilinear interpolation of a seeded lattice. */
export function solidNoise(seed: number): SolidNoise {
  const random = seededRandom(seed);
  const lattice = Float32Array.from({ length: side ** 3 }, () => 2 * random.next() - 1);
  return (x, y, z) => {
    const ix = Math.floor(x);
    const iy = Math.floor(y);
    const iz = Math.floor(z);
    const fx = x - ix;
    const fy = y - iy;
    const fz = z - iz;
    const x0 = ix & mask;
    const x1 = (ix + 1) & mask;
    const y0 = (iy & mask) * side;
    const y1 = ((iy + 1) & mask) * side;
    const z0 = (iz & mask) * side * side;
    const z1 = ((iz + 1) & mask) * side * side;
    const along = (row: number): number => {
      const a = lattice[row + x0] as number;
      return a + ((lattice[row + x1] as number) - a) * fx;
    };
    const near = along(z0 + y0) * (1 - fy) + along(z0 + y1) * fy;
    const far = along(z1 + y0) * (1 - fy) + along(z1 + y1) * fy;
    return near + (far - near) * fz;
  };
}
