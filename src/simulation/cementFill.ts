import { combineSeeds, seededRandom } from '../base/random.ts';
import { valueAt } from './keyframes.ts';
import type { Scenario } from './scenario.ts';
import { solidNoise } from './solidNoise.ts';
import { bodyDepth, fromLocal, toLocal, type Vertebra } from './spine.ts';
import { add, dot, norm, type PatientMm, scale, subtract, unit } from './vector.ts';
import { balloonBeyondTipMm, balloonSemiAxes, styletBeyondCannulaMm } from './world.ts';

/** Small portions of cement in the order in which they arrive, each of the same volume, where the patient lay at first. */
export interface CementFill {
  readonly portionMl: number;
  /** x, y, z of each portion in patient mm: what stays in the vertebral body. */
  readonly body: Float32Array;
  /** The same for what leaks out. */
  readonly leak: Float32Array;
}

/** Edge of one cell of the grid that cement spreads in, mm. */
export const cellMm = 0.6;
/** Share of a cell that cement takes; the rest stays bone and marrow. */
const filledShare = 0.9;
const portionMl = (cellMm ** 3 / 1000) * filledShare;

const gridFrom: PatientMm = [-24, -26.2, -17];
const gridCells: readonly [number, number, number] = [98, 90, 68];

/** A local position from the index of its cell. */
function cellCenter(index: number): PatientMm {
  const [nx, ny] = gridCells;
  const x = index % nx;
  const y = Math.floor(index / nx) % ny;
  const z = Math.floor(index / (nx * ny));
  return [gridFrom[0] + (x + 0.5) * cellMm, gridFrom[1] + (y + 0.5) * cellMm, gridFrom[2] + (z + 0.5) * cellMm];
}

function cellAt([x, y, z]: PatientMm): number {
  const [nx, ny] = gridCells;
  const i = (v: number, axis: 0 | 1 | 2): number => Math.max(0, Math.min(gridCells[axis] - 1, Math.floor((v - gridFrom[axis]) / cellMm)));
  return (i(z, 2) * ny + i(y, 1)) * nx + i(x, 0);
}

/** A binary heap of cells by arrival; ties go to the lower cell, so that the order never depends on the engine. */
function arrivalQueue(arrival: Float64Array): { push(cell: number): void; pop(): number | undefined } {
  const heap: number[] = [];
  const before = (a: number, b: number): boolean => {
    const d = (arrival[a] ?? 0) - (arrival[b] ?? 0);
    return d < 0 || (d === 0 && a < b);
  };
  const swap = (i: number, j: number): void => {
    const a = heap[i] ?? 0;
    heap[i] = heap[j] ?? 0;
    heap[j] = a;
  };
  return {
    push(cell) {
      heap.push(cell);
      for (let i = heap.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!before(heap[i] ?? 0, heap[parent] ?? 0)) break;
        swap(i, parent);
        i = parent;
      }
    },
    pop() {
      const first = heap[0];
      const last = heap.pop();
      if (heap.length === 0 || last === undefined) return first;
      heap[0] = last;
      for (let i = 0; ; ) {
        let least = i;
        for (const child of [2 * i + 1, 2 * i + 2]) if (child < heap.length && before(heap[child] ?? 0, heap[least] ?? 0)) least = child;
        if (least === i) break;
        swap(i, least);
        i = least;
      }
      return first;
    },
  };
}

/** The 18 nearest neighbours of a cell and how far they are, in cells. */
const neighbours: readonly { readonly by: number; readonly dx: number; readonly far: number }[] = (() => {
  const list: { by: number; dx: number; far: number }[] = [];
  const [nx, ny] = gridCells;
  for (let z = -1; z <= 1; z++)
    for (let y = -1; y <= 1; y++)
      for (let x = -1; x <= 1; x++) {
        const far = Math.sqrt(x * x + y * y + z * z);
        if (far > 0 && far < 1.5) list.push({ by: (z * ny + y) * nx + x, dx: x, far });
      }
  return list;
})();

/**
 * Cells in the order in which something that spreads from `start` at `resistance` a cell reaches them (Dijkstra): growth
 * is connected, lobed where resistance varies, and stops at infinite resistance.
 */
function spreadOrder(start: number, count: number, resistance: (cell: number) => number, taken: Uint8Array): number[] {
  const total = gridCells[0] * gridCells[1] * gridCells[2];
  const arrival = new Float64Array(total).fill(Number.POSITIVE_INFINITY);
  const done = new Uint8Array(total);
  const queue = arrivalQueue(arrival);
  const order: number[] = [];
  arrival[start] = 0;
  queue.push(start);
  while (order.length < count) {
    const cell = queue.pop();
    if (cell === undefined) break;
    if (done[cell] === 1) continue;
    done[cell] = 1;
    if (taken[cell] === 0) {
      taken[cell] = 1;
      order.push(cell);
    }
    const here = arrival[cell] ?? 0;
    for (const { by, dx, far } of neighbours) {
      const next = cell + by;
      const column = (cell % gridCells[0]) + dx;
      if (next < 0 || next >= total || column < 0 || column >= gridCells[0] || done[next] === 1) continue;
      const at = here + far * resistance(next);
      if (at < (arrival[next] ?? 0)) {
        arrival[next] = at;
        queue.push(next);
      }
    }
  }
  return order;
}

/** Where the way out of the body begins (local), and whether a local point is in the space it leads to. */
interface Exit {
  readonly at: PatientMm;
  readonly inSpace: (point: PatientMm) => boolean;
}

function exitOf(scenario: Scenario): Exit | null {
  const leak = scenario.cement?.leak ?? null;
  if (leak === null) return null;
  const { treated } = scenario;
  const outside = ([x, y, z]: PatientMm): boolean => bodyDepth(treated, x, y, z).depthMm < -0.3;
  if (leak.site === 'epidural') {
    const wall = surfaceFrom(treated, [1, 0, -1], [0, 1, 0]);
    return { at: wall, inSpace: (p) => outside(p) && p[1] > wall[1] - 3 && p[1] < wall[1] + 5 && Math.abs(p[0]) < 9 };
  }
  if (leak.site === 'venous-anterior') {
    // A vein in front of the body, which runs up and down.
    const wall = surfaceFrom(treated, [2, -3, 1], [0, -1, 0]);
    return { at: wall, inSpace: (p) => outside(p) && p[1] < wall[1] + 1 && p[1] > wall[1] - 4 && Math.abs(p[0] - wall[0]) < 3 };
  }
  if (leak.site === 'paravertebral') {
    const side = surfaceFrom(treated, [2, -3, -1], [1, 0, 0]);
    return { at: side, inSpace: (p) => outside(p) && p[0] > side[0] - 1 && p[0] < side[0] + 9 && Math.abs(p[1] - side[1]) < 9 };
  }
  const above = scenario.spine[scenario.spine.indexOf(treated) - 1];
  const plate = surfaceFrom(treated, [2, -3, 0], [0, 0, 1]);
  const belowNext = (p: PatientMm): boolean => {
    if (above === undefined) return true;
    const [x, y, z] = fromLocal(treated, p);
    const [ux, uy, uz] = toLocal(above, x, y, z);
    return bodyDepth(above, ux, uy, uz).depthMm < -0.5 && uz < 0;
  };
  const within = (p: PatientMm): boolean => Math.hypot(p[0] / treated.halfWidthMm, p[1] / treated.halfDepthMm) < 0.95;
  return { at: plate, inSpace: (p) => outside(p) && p[2] > 0 && within(p) && belowNext(p) };
}

/** The first point outside the body from `from` in steps along `direction` (local). */
function surfaceFrom(vertebra: Vertebra, from: PatientMm, direction: PatientMm): PatientMm {
  for (let mm = 0; mm < 40; mm += 0.2) {
    const [x, y, z] = add(from, scale(direction, mm));
    if (bodyDepth(vertebra, x, y, z).depthMm < -0.4) return [x, y, z];
  }
  return from;
}

function distanceToSegment(p: PatientMm, a: PatientMm, b: PatientMm): number {
  const ab = subtract(b, a);
  const t = Math.max(0, Math.min(1, dot(subtract(p, a), ab) / Math.max(1e-9, dot(ab, ab))));
  return norm(subtract(p, add(a, scale(ab, t))));
}

/** The hollow that the balloon left, local: 1 at its surface, less inside; null without one. */
function cavityOf(scenario: Scenario): ((p: PatientMm) => number) | null {
  const { balloon, treated } = scenario;
  const needle = balloon === null ? undefined : scenario.needles[balloon.needle];
  if (balloon === null || needle === undefined) return null;
  const peak = balloon.volumeMl.reduce((most, one) => (one.value > most.value ? one : most), { atMs: 0, value: 0 });
  const axes = balloonSemiAxes(peak.value);
  if (axes === null) return null;
  const axis = unit(subtract(needle.targetPatientMm, needle.entryPatientMm));
  const along = valueAt(needle.depthMm, peak.atMs) - styletBeyondCannulaMm + balloonBeyondTipMm;
  const middle = add(needle.entryPatientMm, scale(axis, along));
  return (p) => {
    const d = subtract(fromLocal(treated, p), middle);
    const u = dot(d, axis);
    return Math.sqrt((u / axes[0]) ** 2 + Math.max(0, dot(d, d) - u * u) / axes[1] ** 2);
  };
}

/** Where cement comes out of each needle, local: the cannula's end as it is when cement flows. */
function outlets(scenario: Scenario): readonly PatientMm[] {
  return scenario.needles.map((needle, i) => {
    const startMs = scenario.cement?.volumeMl[i]?.[0]?.atMs ?? 0;
    const axis = unit(subtract(needle.targetPatientMm, needle.entryPatientMm));
    const [x, y, z] = add(needle.entryPatientMm, scale(axis, valueAt(needle.depthMm, startMs) - styletBeyondCannulaMm + 1));
    return toLocal(scenario.treated, x, y, z);
  });
}

/** Every portion of cement of the scenario, in order of arrival. */
export function cementFillOf(scenario: Scenario): CementFill {
  const { treated, cement } = scenario;
  if (cement === null) return { portionMl, body: new Float32Array(0), leak: new Float32Array(0) };
  const noise = solidNoise(combineSeeds(scenario.seed, 71));
  const cavity = cavityOf(scenario);
  const exit = exitOf(scenario);
  const starts = outlets(scenario);
  const first = starts[0] ?? [0, 0, 0];
  const inBody = (cell: number): number => {
    const p = cellCenter(cell);
    if (bodyDepth(treated, p[0], p[1], p[2]).depthMm < 0.7) return Number.POSITIVE_INFINITY;
    if (cavity !== null && cavity(p) < 1) return 0.12;
    if (exit !== null && distanceToSegment(p, first, exit.at) < 1.1) return 0.3;
    return Math.exp(1.3 * noise(p[0] / 3.5, p[1] / 3.5, p[2] / 4.5) + 0.6 * noise(p[0] / 1.3 + 5, p[1] / 1.3, p[2] / 1.3));
  };
  const taken = new Uint8Array(gridCells[0] * gridCells[1] * gridCells[2]);
  const order = starts.flatMap((start, i) => {
    const ml = Math.max(0, ...(cement.volumeMl[i] ?? []).map((one) => one.value));
    return spreadOrder(cellAt(start), Math.ceil(ml / portionMl) + 1, inBody, taken);
  });
  const leaked = exit === null ? [] : leakOrder(scenario, exit, taken);
  return { portionMl, body: positions(order, scenario, 72), leak: positions(leaked, scenario, 73) };
}

function leakOrder(scenario: Scenario, exit: Exit, taken: Uint8Array): number[] {
  const noise = solidNoise(combineSeeds(scenario.seed, 74));
  const resistance = (cell: number): number => {
    const p = cellCenter(cell);
    return exit.inSpace(p) ? Math.exp(1.2 * noise(p[0] / 2.5, p[1] / 2.5, p[2] / 3.5)) : Number.POSITIVE_INFINITY;
  };
  return spreadOrder(cellAt(exit.at), Math.ceil(2 / portionMl), resistance, taken);
}

/** Cells as patient positions, each moved a little within its cell so that no grid shows. */
function positions(cells: readonly number[], scenario: Scenario, stream: number): Float32Array {
  const random = seededRandom(combineSeeds(scenario.seed, stream));
  const jitter = (): number => (random.next() - 0.5) * cellMm;
  const flat = new Float32Array(cells.length * 3);
  cells.forEach((cell, i) => {
    const [x, y, z] = cellCenter(cell);
    flat.set(fromLocal(scenario.treated, [x + jitter(), y + jitter(), z + jitter()]), i * 3);
  });
  return flat;
}
