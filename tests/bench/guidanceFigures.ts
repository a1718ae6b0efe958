/**
 * Guidance against the truth of simulated procedures, one line each, as a table: `node tests/bench/guidanceFigures.ts`. With
 * `--leaks` it says instead how late each leak of the simulator is told, with `--pictures DIR` it writes the pictures of what
 * guidance does not see. All are to the bit the same on every run.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { decodeRunLengths, type RunLengthMask } from '../../src/base/runLength.ts';
import type { PlaneId } from '../../src/sample/index.ts';
import {
  beforeCement,
  type Change,
  cementLateS,
  dice,
  drawnTooWide,
  falseLeaks,
  mostClaimedPx,
  needlesFound,
  quantile,
  type Seen,
  type Stretches,
  tipErrorsMm,
  usualSizePx,
  watch,
} from '../integration/guidedSimulation.ts';

interface Run {
  readonly name: string;
  readonly seed: number;
  readonly plane: PlaneId;
  readonly fps: number;
  readonly stretches: Stretches;
}

const runs: readonly Run[] = [
  { name: 'kyphoplasty', seed: 4, plane: 'a', fps: 5, stretches: [[10, 55]] },
  { name: 'kyphoplasty', seed: 5, plane: 'b', fps: 5, stretches: [[10, 55]] },
  { name: 'kyphoplasty', seed: 7, plane: 'b', fps: 15, stretches: [[16, 32]] },
  { name: 'balloon-rupture', seed: 2, plane: 'a', fps: 5, stretches: [[14, 55]] },
  { name: 'vertebroplasty', seed: 3, plane: 'a', fps: 5, stretches: [[10, 52]] },
  { name: 'vertebroplasty', seed: 4, plane: 'b', fps: 5, stretches: [[10, 52]] },
  { name: 'leak-posterior', seed: 2, plane: 'b', fps: 5, stretches: [[10, 40]] },
  { name: 'leak-disc', seed: 2, plane: 'b', fps: 5, stretches: [[10, 40]] },
];

const fixed = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '–');

/** Frames whose tip is in bone and in the field: there the targets hold. */
const inBone = (seen: readonly Seen[]): readonly Seen[] => seen.filter(({ truth }) => truth.needles.some(({ inserted, tipInField }) => inserted && tipInField));

function leakCell(seen: readonly Seen[]): string {
  const early = falseLeaks(seen);
  if (early > 0) return `false in ${early} frames`;
  const told = seen.find(({ observation }) => observation.cement.leak);
  const visible = seen.find(({ truth }) => truth.leak.visible);
  if (visible === undefined) return 'none, none told';
  return told === undefined ? 'not told' : `${fixed((told.tMs - visible.tMs) / 1000, 1)} s, ${fixed(told.truth.leak.volumeMl, 2)} mL`;
}

function rowOf({ name, seed, plane, fps, stretches }: Run): string {
  const seen = watch(name, seed, plane, fps, stretches);
  const errors = tipErrorsMm(inBone(seen));
  const scored = seen.filter(({ truth }) => truth.cement.areaPx > 100).map(dice);
  const volumes = seen.flatMap(({ truth, observation: { cement } }) =>
    truth.cement.volumeMl >= 0.3 && cement.volumeMl !== null ? [100 * (cement.volumeMl / truth.cement.volumeMl - 1)] : [],
  );
  const cells = [
    `${name}, seed ${seed}, plane ${plane}, ${fps} fps`,
    `${fixed(quantile(errors, 0.5), 2)} / ${fixed(quantile(errors, 0.95), 2)}`,
    `${fixed(100 * needlesFound(seen), 1)} %`,
    `${mostClaimedPx(beforeCement(seen))}`,
    fixed(quantile(scored, 0.5), 2),
    scored.length === 0 ? '–' : `${fixed(cementLateS(seen), 2)} s`,
    volumes.length === 0 ? '–' : `${fixed(quantile(volumes, 0.5), 0)} %`,
    leakCell(seen),
  ];
  return `| ${cells.join(' | ')} |`;
}

const leaks: readonly { readonly into: string; readonly name: string; readonly plane: PlaneId }[] = [
  { into: 'disc', name: 'leak-disc', plane: 'b' },
  { into: 'disc', name: 'leak-disc', plane: 'a' },
  { into: 'vein in front', name: 'leak-anterior', plane: 'b' },
  { into: 'vein in front', name: 'leak-anterior', plane: 'a' },
  { into: 'beside the body', name: 'leak-lateral', plane: 'a' },
  { into: 'canal', name: 'leak-posterior', plane: 'b' },
];
const leakSeeds = [2, 4];
const asDrawn: Change = (scenario) => scenario;

/** Frames (five a second) from the first in which as much as 40 px at 1024² lies where no other cement is to the alarm, for each seed, and the most that had leaked. */
function lateCell(name: string, plane: PlaneId, change: Change): string {
  const leastPx = 40 * (usualSizePx / 1024) ** 2;
  const told = leakSeeds.map((seed) => {
    const seen = watch(name, seed, plane, 5, [[10, 42]], usualSizePx, change);
    const visible = seen.findIndex(({ truth }) => truth.leak.distinctPx >= leastPx);
    const at = seen.findIndex(({ observation }) => observation.cement.leak);
    return { frames: at < 0 ? 'not told' : `${at - visible}`, ml: seen[at]?.truth.leak.volumeMl ?? Number.NaN };
  });
  return `${told.map(({ frames }) => frames).join(', ')} (${fixed(Math.max(...told.map(({ ml }) => ml)), 2)} mL)`;
}

const leakRow = ({ into, name, plane }: (typeof leaks)[number]): string =>
  `| ${into} | ${plane === 'a' ? 'frontal' : 'lateral'} | ${lateCell(name, plane, asDrawn)} | ${lateCell(name, plane, drawnTooWide(2))} | ${lateCell(name, plane, drawnTooWide(-2))} |`;

/** What is drawn: [red, green, blue]. */
const colours = { truth: [90, 230, 90], found: [255, 90, 90], cement: [90, 220, 255], leak: [255, 220, 60] } as const;
const cropPx = 300;

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** An RGB picture as PNG (ISO/IEC 15948), no filter. */
function png(rgb: Uint8Array, width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Array.from({ length: height }, (_, y) => Buffer.concat([Buffer.of(0), rgb.subarray(3 * y * width, 3 * (y + 1) * width)]));
  const signature = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.concat(rows))), chunk('IEND', new Uint8Array())]);
}

/** The middle of the frame, its tips as crosses (truth and found), what was found of cement and the leak that is there in outline. */
function pictureOf({ truth, observation, pixels }: Seen): Buffer {
  const size = Math.sqrt(pixels.length);
  const from = (size - cropPx) >> 1;
  const sorted = pixels.filter((_, i) => i % 97 === 0).sort();
  const [dark, bright] = [sorted[Math.floor(0.25 * sorted.length)] ?? 0, sorted[Math.floor(0.995 * sorted.length)] ?? 1];
  const rgb = new Uint8Array(3 * cropPx * cropPx);
  const paint = (x: number, y: number, colour: readonly number[]): void => {
    const [column, row] = [Math.round(x) - from, Math.round(y) - from];
    if (column >= 0 && row >= 0 && column < cropPx && row < cropPx) rgb.set(colour, 3 * (row * cropPx + column));
  };
  for (let y = from; y < from + cropPx; y++) {
    for (let x = from; x < from + cropPx; x++) {
      const grey = Math.max(0, Math.min(255, (255 * ((pixels[y * size + x] ?? 0) - dark)) / (bright - dark)));
      paint(x, y, [grey, grey, grey]);
    }
  }
  const outline = (mask: RunLengthMask | null, colour: readonly number[]): void => {
    if (mask === null) return;
    const on = decodeRunLengths(mask);
    on.forEach((value, i) => {
      if (value !== 0 && [i - 1, i + 1, i - size, i + size].some((next) => on[next] === 0)) paint(i % size, Math.floor(i / size), colour);
    });
  };
  outline(observation.cement.mask, colours.cement);
  outline(truth.leak.mask, colours.leak);
  const cross = ([x, y]: readonly [number, number], colour: readonly number[], turned: boolean): void => {
    for (let k = -6; k <= 6; k++) {
      paint(x + k, y + (turned ? k : 0), colour);
      paint(x + (turned ? -k : 0), y + k, colour);
    }
  };
  for (const { tipImagePx } of truth.needles) cross(tipImagePx, colours.truth, false);
  for (const { tip } of observation.needle.needles) cross(tip, colours.found, true);
  return png(rgb, cropPx, cropPx);
}

const failures: readonly (Run & { readonly file: string; readonly atS: number })[] = [
  { file: 'guidance-two-in-one.png', name: 'vertebroplasty', seed: 5, plane: 'b', fps: 5, stretches: [[10, 21]], atS: 20.4 },
  { file: 'guidance-leak-behind.png', name: 'leak-posterior', seed: 3, plane: 'a', fps: 5, stretches: [[13, 36]], atS: 35.6 },
];

const at = process.argv.indexOf('--pictures');
const folder = at < 0 ? undefined : process.argv[at + 1];
if (folder !== undefined) {
  mkdirSync(folder, { recursive: true });
  for (const { file, name, seed, plane, fps, stretches, atS } of failures) {
    const shown = watch(name, seed, plane, fps, stretches).findLast(({ tMs }) => tMs <= 1000 * atS);
    if (shown !== undefined) writeFileSync(join(folder, file), pictureOf(shown));
  }
} else if (process.argv.includes('--leaks')) {
  process.stdout.write(`| leak into | view | outline as drawn | 2 mm too wide | 2 mm too narrow |\n|${'---|'.repeat(5)}\n`);
  for (const leak of leaks) process.stdout.write(`${leakRow(leak)}\n`);
} else {
  process.stdout.write('| procedure | tip error, median / p95, mm | needles found | cement claimed before any, px | Dice | told after | volume | leak |\n');
  process.stdout.write(`|${'---|'.repeat(8)}\n`);
  for (const run of runs) process.stdout.write(`${rowOf(run)}\n`);
}
