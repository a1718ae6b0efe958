import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { McapIndexedReader } from '@mcap/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compactRecord } from '../../native-bridge/record/compact.ts';
import { denseCompression, packDense, unpackDense } from '../../native-bridge/record/denseChunk.ts';
import { manifestText, parseManifest } from '../../native-bridge/record/manifest.ts';
import { recoverRecord } from '../../native-bridge/record/recover.ts';
import { verifyRecord } from '../../native-bridge/record/verify.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { readSamples } from '../readSamples.ts';
import { randomSession, sessionOrder, temporaryFolder, writeRecord } from './recordFixture.ts';

const written = randomSession(51, 200);
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let original: string;
let compact: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  original = join(folder.path, 'original');
  compact = join(folder.path, 'compact');
  await writeRecord(original, written);
  await cp(original, compact, { recursive: true });
  expect(await compactRecord(compact)).toMatchObject({ ok: true, value: { frames: framesOf(written), finishedEarlierRun: false } });
});
afterAll(() => folder.remove());

const framesOf = (samples: readonly Sample[]) => samples.filter(({ topic }) => topic.endsWith('/frame')).length;

const leftOvers = async (record: string) => (await readdir(record)).filter((name) => name.includes('.compact'));
const isIntact = async (record: string) => {
  const verdict = await verifyRecord(record);
  return verdict.ok && verdict.value.intact;
};

describe('the dense form of a chunk', () => {
  it('gives back every bit, whatever the picture and wherever it lies (seed 7)', () => {
    const picture = fc.record({
      columns: fc.integer({ min: 1, max: 23 }),
      rows: fc.integer({ min: 1, max: 19 }),
      before: fc.integer({ min: 0, max: 9 }),
      wide: fc.boolean(),
    });
    fc.assert(
      fc.property(picture, fc.integer(), ({ columns, rows, before, wide }, seed) => {
        const random = seededRandom(seed);
        const bytesPerPixel = wide ? 2 : 1;
        const content = Uint8Array.from({ length: before + columns * rows * bytesPerPixel }, () => random.uint32() & 255);
        const packed = packDense(content, { offset: before, columns, rows, bytesPerPixel });
        const unpacked = unpackDense(packed, content.length);
        expect(unpacked && Buffer.compare(unpacked, content)).toBe(0);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('holds the extremes', () => {
    for (const [a, b] of [
      [0, 65535],
      [65535, 0],
      [32767, 32768],
    ] as const) {
      const pixels = new Uint16Array(64).map((_, i) => (i % 3 === 0 ? a : b));
      const content = new Uint8Array(pixels.buffer);
      expect(unpackDense(packDense(content, { offset: 0, columns: 8, rows: 8, bytesPerPixel: 2 }), 128)).toEqual(Buffer.from(content));
    }
  });

  it('refuses what is damaged rather than throwing (seed 8)', () => {
    const packed = packDense(new Uint8Array(200).fill(3), { offset: 8, columns: 12, rows: 8, bytesPerPixel: 2 });
    const random = seededRandom(8);
    for (let i = 0; i < 300; i++) {
      const damaged = Uint8Array.from(packed).subarray(0, random.uint32() % (packed.length + 1));
      if (damaged.length > 0) damaged[random.uint32() % damaged.length] = random.uint32() & 255;
      const unpacked = unpackDense(damaged, 200);
      expect(unpacked === null || unpacked.length === 200).toBe(true);
    }
  });
});

describe('a compact record', () => {
  it('has the very same samples in the same order', async () => {
    const samples = await readSamples(compact);
    expect(samples).toEqual(await readSamples(original));
    expect(samples.length).toBe(sessionOrder(written).length);
  });

  it('is intact and closed, its telemetry untouched, and says what it was made of', async () => {
    expect(await verifyRecord(compact)).toMatchObject({ ok: true, value: { intact: true, closed: true } });
    expect(await leftOvers(compact)).toEqual([]);
    expect((await readFile(join(compact, 'telemetry.mcap'))).equals(await readFile(join(original, 'telemetry.mcap')))).toBe(true);
    const [before, after] = [await readManifest(original), await readManifest(compact)];
    expect(after.compactedFrom).toEqual({ 'plane-a.mcap': before.files['plane-a.mcap'], 'plane-b.mcap': before.files['plane-b.mcap'] });
    for (const name of await readdir(compact)) expect((await stat(join(compact, name))).mode & 0o777).toBe(0o600);
  });

  it('is read by the stock reader with one function for its chunks', async () => {
    const bytes = await readFile(join(compact, 'plane-a.mcap'));
    const readable = {
      size: async () => BigInt(bytes.length),
      read: async (offset: bigint, size: bigint) => bytes.subarray(Number(offset), Number(offset + size)),
    };
    const handlers = {
      zstd: (stored: Uint8Array, size: bigint) => zstdDecompressSync(stored, { maxOutputLength: Number(size) }),
      [denseCompression]: (stored: Uint8Array, size: bigint) => unpackDense(stored, Number(size)) ?? new Uint8Array(),
    };
    const reader = await McapIndexedReader.Initialize({ readable, decompressHandlers: handlers });
    let count = 0;
    for await (const message of reader.readMessages({ topics: ['/plane/a/frame'] })) count += message.data.length > 0 ? 1 : 0;
    expect(count).toBe(written.filter(({ topic }) => topic === '/plane/a/frame').length);
  });

  it('can be recovered like any other', async () => {
    const recovered = join(folder.path, 'recovered');
    expect(await recoverRecord(compact, recovered)).toMatchObject({ ok: true, value: { frames: { a: expect.any(Number) } } });
    expect(await readSamples(recovered)).toEqual(await readSamples(original));
  });

  it('shows every changed byte of its frames (seed 52, 60 changes)', async () => {
    const random = seededRandom(52);
    const path = join(compact, 'plane-a.mcap');
    const before = await readFile(path);
    for (let i = 0; i < 60; i++) {
      const at = random.uint32() % before.length;
      const changed = Buffer.from(before);
      changed[at] = (changed[at] ?? 0) ^ (1 + (random.uint32() % 255));
      await writeFile(path, changed);
      expect([at, await isIntact(compact)]).toEqual([at, false]);
    }
    await writeFile(path, before);
    expect(await isIntact(compact)).toBe(true);
  });

  it('is not made compact twice: it stays as it is, which is what was asked for', async () => {
    const before = await readFile(join(compact, 'manifest.json'));
    const bytesAfter = (await stat(join(compact, 'plane-a.mcap'))).size + (await stat(join(compact, 'plane-b.mcap'))).size;
    expect(await compactRecord(compact)).toMatchObject({ ok: true, value: { wasCompact: true, finishedEarlierRun: false, frames: 0, bytesAfter } });
    expect((await readFile(join(compact, 'manifest.json'))).equals(before)).toBe(true);
  });
});

describe('a record of another version', () => {
  it('is intact though its schemas are others, as long as its manifest says that they are its own', async () => {
    const record = join(folder.path, 'other-version');
    await cp(original, record, { recursive: true });
    const path = join(record, 'plane-a.mcap');
    const bytes = await readFile(path);
    bytes.write('frameNumbex', bytes.indexOf('frameNumber'));
    await writeFile(path, bytes);
    expect(await isIntact(record)).toBe(false);
    const parsed = parseManifest(await readFile(join(record, 'manifest.json'), 'utf8'));
    if (!('manifest' in parsed)) throw new Error(parsed.problem);
    const { manifestSha256: _, ...manifest } = parsed.manifest;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await writeFile(
      join(record, 'manifest.json'),
      manifestText({ ...manifest, files: { ...manifest.files, 'plane-a.mcap': { bytes: bytes.length, sha256 } } }),
    );
    expect(await isIntact(record)).toBe(true);
    expect(await compactRecord(record)).toMatchObject({ ok: true });
    expect(await isIntact(record)).toBe(true);
    expect((await readFile(join(record, 'plane-a.mcap'))).includes('frameNumbex')).toBe(true);
  });
});

interface ManifestFiles {
  readonly files: Readonly<Record<string, unknown>>;
  readonly compactedFrom?: unknown;
}
const readManifest = async (record: string) => JSON.parse(await readFile(join(record, 'manifest.json'), 'utf8')) as ManifestFiles;

describe('compacting that is interrupted', () => {
  const names = ['plane-a.mcap', 'plane-b.mcap', 'manifest.json'] as const;
  /** How many of the prepared files there are, and how many have taken their places. */
  const moments = [
    ...[0, 1, 2].map((prepared) => ({ prepared, placed: 0, torn: true })),
    { prepared: 2, placed: 0, torn: false },
    ...[0, 1, 2, 3].map((placed) => ({ prepared: 3, placed, torn: false })),
  ];

  it.for(moments)(
    'with $prepared files prepared and $placed in place (torn: $torn) can be read, and is finished by the next run',
    async ({ prepared, placed, torn }) => {
      const record = join(folder.path, `interrupted-${prepared}-${placed}-${torn}`);
      await cp(original, record, { recursive: true });
      for (const name of names.slice(0, prepared)) await cp(join(compact, name), join(record, `${name}.compact`));
      if (torn && prepared < 3) {
        const next = join(record, `${names[prepared]}.compact`);
        await cp(join(compact, names[prepared] ?? ''), next);
        await truncate(next, 100);
      }
      for (const name of names.slice(0, placed)) await rename(join(record, `${name}.compact`), join(record, name));
      expect(await readSamples(record)).toEqual(await readSamples(original));
      const again = await compactRecord(record);
      expect(again.ok).toBe(true);
      expect(await isIntact(record)).toBe(true);
      expect(await leftOvers(record)).toEqual([]);
      expect((await readManifest(record)).compactedFrom).toBeDefined();
      await rm(record, { recursive: true });
    },
  );

  it('on purpose leaves the record as it was', async () => {
    const record = join(folder.path, 'cancelled');
    await cp(original, record, { recursive: true });
    const cancel = new AbortController();
    let steps = 0;
    const onProgress = () => {
      if (++steps === 60) cancel.abort();
    };
    expect(await compactRecord(record, { signal: cancel.signal, onProgress })).toMatchObject({
      ok: false,
      fault: { message: expect.stringContaining('cancelled') },
    });
    expect((await readdir(record)).sort()).toEqual((await readdir(original)).sort());
    expect(await isIntact(record)).toBe(true);
  });
});

describe('what cannot be made compact stays as it is', () => {
  it('a record that was changed', async () => {
    const record = join(folder.path, 'changed');
    await cp(original, record, { recursive: true });
    const bytes = await readFile(join(record, 'plane-b.mcap'));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(join(record, 'plane-b.mcap'), bytes);
    expect(await compactRecord(record)).toMatchObject({
      ok: false,
      fault: { kind: 'failed', message: expect.stringContaining('not the file of the manifest') },
    });
    expect((await readFile(join(record, 'plane-b.mcap'))).equals(bytes)).toBe(true);
    expect(await leftOvers(record)).toEqual([]);
  });

  it('a record that was not closed, and a folder that is none', async () => {
    const record = join(folder.path, 'open');
    await cp(original, record, { recursive: true });
    await rm(join(record, 'manifest.json'));
    expect(await compactRecord(record)).toMatchObject({ ok: false, fault: { kind: 'input', message: expect.stringContaining('was not closed') } });
    expect(await compactRecord(folder.path)).toMatchObject({ ok: false, fault: { kind: 'input' } });
  });
});
