import { seededRandom } from '../base/random.ts';

const side = 32;
const mask = side - 1;

/** Smooth random texture in space, about −1 … 1, one bump a unit, repeating every 32 units. */
export type SolidNoise = (x: number, y: number, z: number) => number;

/** Trilinear interpolation of a seeded lattice. */
export function solidNoise(seed: number): SolidNoise {
  const random = seededRandom(seed);
  const lattice = Float32Array.from({ length: side ** 3 }, () => 2 * random.next() - 1);
  const at = (x: number, y: number, z: number): number => lattice[((z & mask) * side + (y & mask)) * side + (x & mask)] ?? 0;
  return (x, y, z) => {
    const ix = Math.floor(x);
    const iy = Math.floor(y);
    const iz = Math.floor(z);
    const fx = x - ix;
    const fy = y - iy;
    const fz = z - iz;
    const near = (at(ix, iy, iz) * (1 - fx) + at(ix + 1, iy, iz) * fx) * (1 - fy) + (at(ix, iy + 1, iz) * (1 - fx) + at(ix + 1, iy + 1, iz) * fx) * fy;
    const far =
      (at(ix, iy, iz + 1) * (1 - fx) + at(ix + 1, iy, iz + 1) * fx) * (1 - fy) + (at(ix, iy + 1, iz + 1) * (1 - fx) + at(ix + 1, iy + 1, iz + 1) * fx) * fy;
    return near * (1 - fz) + far * fz;
  };
}
