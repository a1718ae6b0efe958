import { backProject, type CArmView, type ImagePointPx, project, type Ray } from './cArm.ts';
import { add, dot, norm, scale, subtract, type Vector3 } from './vector.ts';

/** A point seen in several views. */
export interface TriangulatedPoint {
  readonly pointPatientMm: Vector3;
  /** Two rays: their distance where they come closest. More: twice the root mean square distance of the point from the rays. */
  readonly residualMm: number;
}

/**
 * The point nearest to all rays in the least-squares sense (sum over rays of (I − d dᵀ)(p − o) = 0). Null for fewer than two
 * rays or rays closer than about half a degree to parallel, where the depth is not determined.
 */
export function intersectRays(rays: readonly Ray[]): TriangulatedPoint | null {
  if (rays.length < 2) return null;
  const m = [0, 0, 0, 0, 0, 0];
  const b: [number, number, number] = [0, 0, 0];
  for (const { originPatientMm: o, direction: d } of rays) {
    const along = dot(o, d);
    const terms = [1 - d[0] * d[0], -d[0] * d[1], -d[0] * d[2], 1 - d[1] * d[1], -d[1] * d[2], 1 - d[2] * d[2]];
    terms.forEach((term, i) => {
      m[i] = (m[i] ?? 0) + term;
    });
    for (const i of [0, 1, 2] as const) b[i] += o[i] - along * d[i];
  }
  const pointPatientMm = solveSymmetric(m, b, rays.length);
  if (pointPatientMm === null) return null;
  const squares = rays.reduce((sum, ray) => sum + distanceToRay(ray, pointPatientMm) ** 2, 0);
  return { pointPatientMm, residualMm: 2 * Math.sqrt(squares / rays.length) };
}

/** Solves the symmetric 3×3 system by cofactors; null when it is close to singular for its size. */
function solveSymmetric(m: readonly number[], b: Vector3, size: number): Vector3 | null {
  const [xx = 0, xy = 0, xz = 0, yy = 0, yz = 0, zz = 0] = m;
  const c00 = yy * zz - yz * yz;
  const c01 = xz * yz - xy * zz;
  const c02 = xy * yz - xz * yy;
  const determinant = xx * c00 + xy * c01 + xz * c02;
  if (Math.abs(determinant) < 1e-4 * size) return null;
  const c11 = xx * zz - xz * xz;
  const c12 = xy * xz - xx * yz;
  const c22 = xx * yy - xy * xy;
  return [
    (c00 * b[0] + c01 * b[1] + c02 * b[2]) / determinant,
    (c01 * b[0] + c11 * b[1] + c12 * b[2]) / determinant,
    (c02 * b[0] + c12 * b[1] + c22 * b[2]) / determinant,
  ];
}

function distanceToRay(ray: Ray, point: Vector3): number {
  const from = subtract(point, ray.originPatientMm);
  return norm(subtract(from, scale(ray.direction, dot(from, ray.direction))));
}

/** One point picked in two or more views, back in the patient; null when the views do not determine it. */
export function triangulate(sightings: readonly { readonly view: CArmView; readonly pointImagePx: ImagePointPx }[]): TriangulatedPoint | null {
  return intersectRays(sightings.map(({ view, pointImagePx }) => backProject(view, pointImagePx)));
}

/**
 * The line on which a point picked in `from` lies in `to`: two image points, for depths of `halfDepthMm` before and behind
 * the isocentre. Null when one of them is behind the other source or the rays coincide.
 */
export function epipolarLine(from: CArmView, pointImagePx: ImagePointPx, to: CArmView, halfDepthMm = 200): readonly [ImagePointPx, ImagePointPx] | null {
  const ray = backProject(from, pointImagePx);
  const toIsocentre = dot(subtract(from.isocentrePatientMm, ray.originPatientMm), ray.direction);
  const near = project(to, add(ray.originPatientMm, scale(ray.direction, toIsocentre - halfDepthMm)));
  const far = project(to, add(ray.originPatientMm, scale(ray.direction, toIsocentre + halfDepthMm)));
  if (near === null || far === null) return null;
  return Math.hypot(far[0] - near[0], far[1] - near[1]) > 1e-6 ? [near, far] : null;
}

/** A planned line in patient space, from its image in two views; null when they do not determine both ends. */
export function trajectoryFromViews(
  a: { readonly view: CArmView; readonly entry: ImagePointPx; readonly target: ImagePointPx },
  b: { readonly view: CArmView; readonly entry: ImagePointPx; readonly target: ImagePointPx },
): { readonly entryPatientMm: Vector3; readonly targetPatientMm: Vector3; readonly residualMm: number } | null {
  const entry = triangulate([
    { view: a.view, pointImagePx: a.entry },
    { view: b.view, pointImagePx: b.entry },
  ]);
  const target = triangulate([
    { view: a.view, pointImagePx: a.target },
    { view: b.view, pointImagePx: b.target },
  ]);
  if (entry === null || target === null) return null;
  return {
    entryPatientMm: entry.pointPatientMm,
    targetPatientMm: target.pointPatientMm,
    residualMm: Math.max(entry.residualMm, target.residualMm),
  };
}
