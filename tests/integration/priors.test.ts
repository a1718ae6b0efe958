import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoadedSeries, loadSeries } from '../../native-bridge/priors/load.ts';
import { scanPriors } from '../../native-bridge/priors/scan.ts';
import { paint, sliceCount, sliceOf } from '../../renderer/reference/reslice.ts';
import { airHu, boneHu, type CtVolume, tissueHu, valueAt, writeCtVolume } from '../ctVolume.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-priors-'));
const volume: CtVolume = { columns: 24, rows: 20, slices: 12, ball: { x: 12, y: 8, z: 6, radius: 3 } };
let loaded: LoadedSeries;

beforeAll(async () => {
  writeCtVolume(join(folder, 'ct'), volume);
  writeFileSync(join(folder, 'notes.txt'), 'no picture');
  const [found] = await scanPriors(folder);
  if (!found) throw new Error('no series');
  const result = await loadSeries(found, () => undefined);
  if (typeof result === 'string') throw new Error(result);
  loaded = result;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('prior images of a folder', () => {
  test('are found by series, whatever else lies there', async () => {
    const series = (await scanPriors(folder)).map((found) => found.series);
    expect(series).toHaveLength(1);
    expect(series[0]).toMatchObject({
      modality: 'CT',
      patient: { id: 'CT-1', name: 'Müller^Änne' },
      date: '2026-03-01',
      description: 'Made-up CT',
      frames: 12,
      rows: 20,
      columns: 24,
      spacingMm: [0.5, 0.5],
    });
  });

  test('stand in the order of their places, in Hounsfield units, and make a volume', () => {
    const { header, values } = loaded;
    expect(header).toMatchObject({
      isVolume: true,
      damaged: 0,
      window: { center: 40, width: 400 },
      spacingMm: [0.5, 0.5, 1.25],
      axes: { right: 'L', down: 'P', deeper: 'H' },
    });
    for (const [x, y, z] of [
      [12, 8, 6],
      [12, 8, 0],
      [0, 0, 3],
    ] as const)
      expect(values[(z * volume.rows + y) * volume.columns + x]).toBe(valueAt(volume, x, y, z));
  });

  test('are cut in three directions through the same voxel', () => {
    const { header, values } = loaded;
    const { x, y, z } = volume.ball;
    const up = volume.slices - 1 - z;
    const stack = sliceOf(header, values, 'stack', z);
    const coronal = sliceOf(header, values, 'coronal', y);
    const sagittal = sliceOf(header, values, 'sagittal', x);
    expect([sliceCount(header, 'stack'), sliceCount(header, 'coronal'), sliceCount(header, 'sagittal')]).toEqual([12, 20, 24]);
    expect(stack.values[y * stack.width + x]).toBe(boneHu);
    expect(coronal.values[up * coronal.width + x]).toBe(boneHu);
    expect(sagittal.values[up * sagittal.width + y]).toBe(boneHu);
    expect(coronal.values[up * coronal.width]).toBe(airHu);
    expect(sagittal.values[y]).toBe(tissueHu);
    expect(coronal.spacingMm).toEqual([0.5, 1.25]);
  });

  test('a damaged slice stands black and is counted; slices that are not evenly spaced make no volume', async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    writeCtVolume(other, { ...volume, slices: 4 });
    const [found] = await scanPriors(other);
    if (!found) throw new Error('no series');
    const [first, , ...rest] = found.instances;
    if (!first) throw new Error('no instance');
    const uneven = await loadSeries({ series: { ...found.series, frames: 3 }, instances: [first, ...rest] }, () => undefined);
    expect(typeof uneven === 'string' ? uneven : uneven.header.isVolume).toBe(false);
    writeFileSync(first.path, 'cut off');
    const damaged = await loadSeries(found, () => undefined);
    expect(typeof damaged === 'string' ? damaged : damaged.header.damaged).toBe(1);
  });
});

test('a window turns values into grey: below it black, above it white, its centre in the middle', () => {
  const out = new Uint32Array(3);
  paint(Int16Array.from([-500, 40, 500]), { center: 40.5, width: 401, voiFunction: 'LINEAR' }, false, out);
  expect([...out].map((pixel) => pixel & 0xff)).toEqual([0, 128, 255]);
  paint(Int16Array.from([-500, 40, 500]), { center: 40.5, width: 401, voiFunction: 'LINEAR' }, true, out);
  expect([...out].map((pixel) => pixel & 0xff)).toEqual([255, 128, 0]);
});
