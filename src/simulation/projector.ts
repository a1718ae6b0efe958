import type { Ellipsoid, Part, Phantom } from './phantom.ts';
import { add, dot, norm, type PatientMm, scale, subtract } from './vector.ts';
import { project, type View } from './view.ts';

/** Line integrals of attenuation (ln of what is lost) over a square image that reaches `marginPx` beyond the frame on each side. */
export interface Projection {
  readonly sidePx: number;
  readonly marginPx: number;
  readonly values: Float32Array;
}

/** Length of the ray source → target inside an axis-aligned ellipsoid, mm. */
function chordMm(source: PatientMm, direction: PatientMm, e: Ellipsoid): number {
  // By index: taken apart by an iterator, these three numbers cost as much as the rest.
  const a = e.semiAxesMm[0];
  const b = e.semiAxesMm[1];
  const c = e.semiAxesMm[2];
  const ox = (source[0] - e.center[0]) / a;
  const oy = (source[1] - e.center[1]) / b;
  const oz = (source[2] - e.center[2]) / c;
  const dx = direction[0] / a;
  const dy = direction[1] / b;
  const dz = direction[2] / c;
  const A = dx * dx + dy * dy + dz * dz;
  const B = ox * dx + oy * dy + oz * dz;
  const C = ox * ox + oy * oy + oz * oz - 1;
  const root = B * B - A * C;
  return root <= 0 ? 0 : (2 * Math.sqrt(root)) / A;
}

/** Length of a ray inside the trunk, mm: its ends are found by halving outwards from the point nearest the trunk's middle. */
function trunkChordMm(source: PatientMm, ray: PatientMm, trunk: Phantom['trunk']): number {
  const ox = (source[0] - trunk.center[0]) / trunk.halfWidthMm;
  const oy = (source[1] - trunk.center[1]) / trunk.halfDepthMm;
  const dx = ray[0] / trunk.halfWidthMm;
  const dy = ray[1] / trunk.halfDepthMm;
  const inside = (t: number): boolean => {
    const x = ox + dx * t;
    const y = oy + dy * t;
    return x * x * x * x + y * y * y * y < 1;
  };
  const middle = -(ox * dx + oy * dy) / (dx * dx + dy * dy);
  if (!inside(middle)) return 0;
  const end = (sign: number): number => {
    let low = 0;
    let high = 1;
    for (let i = 0; i < 14; i++) {
      const half = (low + high) / 2;
      if (inside(middle + sign * half)) low = half;
      else high = half;
    }
    return (low + high) / 2;
  };
  return (end(1) + end(-1)) * norm(ray);
}

interface Grid {
  readonly sidePx: number;
  /** Frame pixels a grid pixel. */
  readonly pitchPx: number;
  /** Frame pixel of the first grid pixel's centre. */
  readonly originPx: number;
}

type Ray = [x: number, y: number, z: number];

/** Puts the way from the source to a pixel of the frame into `ray`: always the same three numbers, since there are millions of rays. */
function rayCaster({ setting, towardsDetector, right, down, sourcePatientMm, centerPx }: View): (columnPx: number, rowPx: number, ray: Ray) => void {
  const middle = scale(towardsDetector, setting.sidMm - setting.sodMm);
  const spacing = setting.imagerPixelSpacingMm;
  return (columnPx, rowPx, ray) => {
    const u = (columnPx - centerPx) * spacing;
    const v = (rowPx - centerPx) * spacing;
    ray[0] = middle[0] + (right[0] * u + down[0] * v) - sourcePatientMm[0];
    ray[1] = middle[1] + (right[1] * u + down[1] * v) - sourcePatientMm[1];
    ray[2] = middle[2] + (right[2] * u + down[2] * v) - sourcePatientMm[2];
  };
}

const signs = [-1, 1] as const;

/** The rectangle of the frame that a part's box can cast its shadow on: [left, top, right, bottom], frame pixels. */
function shadowOf(view: View, { center, axes, halfMm }: Part): readonly [number, number, number, number] {
  const corners = signs.flatMap((a) =>
    signs.flatMap((b) =>
      signs.map((c) => project(view, add(center, add(scale(axes[0], a * halfMm[0]), add(scale(axes[1], b * halfMm[1]), scale(axes[2], c * halfMm[2])))))),
    ),
  );
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Adds one part: every ray through its box is followed in steps. */
function addPart(values: Float32Array, grid: Grid, view: View, part: Part): void {
  const [left, top, right, bottom] = shadowOf(view, part);
  const cell = (px: number): number => (px - grid.originPx) / grid.pitchPx;
  const x0 = Math.max(0, Math.floor(cell(left)));
  const x1 = Math.min(grid.sidePx - 1, Math.ceil(cell(right)));
  const y0 = Math.max(0, Math.floor(cell(top)));
  const y1 = Math.min(grid.sidePx - 1, Math.ceil(cell(bottom)));
  const source = view.sourcePatientMm;
  const fromCenter = subtract(source, part.center);
  const start = part.axes.map((axis) => dot(fromCenter, axis));
  const castRay = rayCaster(view);
  const ray: Ray = [0, 0, 0];
  for (let gy = y0; gy <= y1; gy++) {
    for (let gx = x0; gx <= x1; gx++) {
      castRay(grid.originPx + gx * grid.pitchPx, grid.originPx + gy * grid.pitchPx, ray);
      let enter = 0;
      let leave = 1;
      for (let i = 0; i < 3; i++) {
        const along = dot(ray, part.axes[i] as PatientMm);
        const a = (-(part.halfMm[i] as number) - (start[i] as number)) / along;
        const b = ((part.halfMm[i] as number) - (start[i] as number)) / along;
        enter = Math.max(enter, Math.min(a, b));
        leave = Math.min(leave, Math.max(a, b));
      }
      if (enter >= leave) continue;
      const at = gy * grid.sidePx + gx;
      values[at] = (values[at] as number) + march(part, source, ray, enter, leave);
    }
  }
}

/** The points of one ray. */
let points = new Float64Array(3 * 256);

/** Attenuation along the part of a ray between two shares of its length. */
function march(part: Part, source: PatientMm, ray: PatientMm, enter: number, leave: number): number {
  const lengthMm = (leave - enter) * norm(ray);
  const count = Math.ceil(lengthMm / part.stepMm);
  if (points.length < 3 * count) points = new Float64Array(6 * count);
  for (let i = 0; i < count; i++) {
    const k = enter + ((i + 0.5) / count) * (leave - enter);
    points[3 * i] = source[0] + ray[0] * k;
    points[3 * i + 1] = source[1] + ray[1] * k;
    points[3 * i + 2] = source[2] + ray[2] * k;
  }
  return (part.attenuationSum(points, count) * lengthMm) / count;
}

/** Soft tissue: everything whose path length needs no marching. */
function addSoftTissue(values: Float32Array, grid: Grid, view: View, { trunk, ellipsoids }: Phantom): void {
  const source = view.sourcePatientMm;
  const castRay = rayCaster(view);
  const ray: Ray = [0, 0, 0];
  for (let gy = 0; gy < grid.sidePx; gy++) {
    for (let gx = 0; gx < grid.sidePx; gx++) {
      castRay(grid.originPx + gx * grid.pitchPx, grid.originPx + gy * grid.pitchPx, ray);
      const rayMm = norm(ray);
      let sum = trunkChordMm(source, ray, trunk) * trunk.attenuationPerMm;
      for (const e of ellipsoids) sum += chordMm(source, ray, e) * rayMm * e.attenuationPerMm;
      values[gy * grid.sidePx + gx] = (values[gy * grid.sidePx + gx] ?? 0) + sum;
    }
  }
}

/** Catmull-Rom weights at a fraction of a cell. */
function cubic(t: number): readonly [number, number, number, number] {
  const t2 = t * t;
  const t3 = t2 * t;
  return [0.5 * (-t + 2 * t2 - t3), 0.5 * (2 - 5 * t2 + 3 * t3), 0.5 * (t + 4 * t2 - 3 * t3), 0.5 * (-t2 + t3)];
}

/** Doubles one dimension of a row-major image of `rows` × `columns`: cell i lands between pixels 2i and 2i + 1. */
function doubleColumns(values: Float32Array, rows: number, columns: number): Float32Array {
  const wide = new Float32Array(rows * columns * 2);
  const [a, b, c, d] = cubic(0.25);
  const last = columns - 1;
  for (let y = 0; y < rows; y++) {
    const row = y * columns;
    const at = (x: number): number => values[row + (x < 0 ? 0 : x > last ? last : x)] as number;
    // Five neighbours, moved along by one a step.
    let p = at(-2);
    let q = at(-1);
    let r = at(0);
    let s = at(1);
    for (let x = 0; x < columns; x++) {
      const t = at(x + 2);
      wide[2 * (row + x) + 1] = a * q + b * r + c * s + d * t;
      wide[2 * (row + x)] = d * p + c * q + b * r + a * s;
      p = q;
      q = r;
      r = s;
      s = t;
    }
  }
  return wide;
}

const tileSide = 32;

function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  // In tiles that fit into the processor's nearest cache: row by row, each pixel written would fetch another line of it.
  for (let top = 0; top < rows; top += tileSide)
    for (let left = 0; left < columns; left += tileSide)
      for (let y = top; y < Math.min(rows, top + tileSide); y++)
        for (let x = left; x < Math.min(columns, left + tileSide); x++) turned[x * rows + y] = values[y * columns + x] as number;
  return turned;
}

/** Twice the resolution (Catmull-Rom), both ways. */
function doubled(values: Float32Array, sidePx: number): Float32Array {
  const wide = doubleColumns(values, sidePx, sidePx);
  const tall = doubleColumns(transpose(wide, sidePx, sidePx * 2), sidePx * 2, sidePx);
  return transpose(tall, sidePx * 2, sidePx * 2);
}

function gridOf(sidePx: number, pitchPx: number, marginPx: number): Grid {
  return { sidePx: sidePx / pitchPx, pitchPx, originPx: -marginPx + (pitchPx - 1) / 2 };
}

/** How large the projection of a frame of this size is: with room for about 6 mm of motion, and a side that can be halved twice. */
export function projectionSize(sizePx: number): Pick<Projection, 'sidePx' | 'marginPx'> {
  const sidePx = 4 * Math.ceil((sizePx * 1.094) / 4);
  return { sidePx, marginPx: Math.floor((sidePx - sizePx) / 2) };
}

/**
 * Ray-casts the phantom once under one view. Rays are cast at every second pixel of large frames (soft tissue, which has
 * no fine edges, at every fourth) and interpolated: the detector's blur is wider than that.
 */
export function projectPhantom(phantom: Phantom, view: View): Projection {
  const size = view.setting.sizePx;
  const pitchPx = size >= 512 ? 2 : 1;
  const { sidePx, marginPx } = projectionSize(size);
  const coarse = gridOf(sidePx, 2 * pitchPx, marginPx);
  const soft = new Float32Array(coarse.sidePx ** 2);
  addSoftTissue(soft, coarse, view, phantom);
  const grid = gridOf(sidePx, pitchPx, marginPx);
  const values = doubled(soft, coarse.sidePx);
  for (const part of phantom.parts) addPart(values, grid, view, part);
  return { sidePx, marginPx, values: pitchPx === 1 ? values : doubled(values, grid.sidePx) };
}
