import { cp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openByteFile } from '../../native-bridge/record/byteFile.ts';
import { mcapMagic, opcodes } from '../../native-bridge/record/mcapFormat.ts';
import { type FileRecord, isCut, recordAt } from '../../native-bridge/record/mcapWalk.ts';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { recoverRecord } from '../../native-bridge/record/recover.ts';
import { verifyRecord } from '../../native-bridge/record/verify.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { randomSession, sessionOrder, temporaryFolder, writeRecord } from './recordFixture.ts';

const written = randomSession(20, 260);
/** Fewer than the promise is held to, for the sake of time: PEDICLE_CHANGES=1000 PEDICLE_CUTS=200 is all of it. */
const changes = Number(process.env.PEDICLE_CHANGES ?? 60);
const cuts = Number(process.env.PEDICLE_CUTS ?? 40);
/** Under load, each takes up to half a second. */
const longestMs = 600 * (changes + cuts);
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
/** Closed, and the same as a killed process leaves it: without manifest and summary, its files ending after their last whole item. */
let closed: string;
let cutOff: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  closed = join(folder.path, 'closed');
  await writeRecord(closed, written);
  cutOff = join(folder.path, 'cut-off');
  await cp(closed, cutOff, { recursive: true });
  for (const name of ['manifest.json', 'summary.json']) await rm(join(cutOff, name));
  for (const name of ['telemetry.mcap', 'plane-a.mcap', 'plane-b.mcap']) await truncate(join(cutOff, name), await dataBytes(join(cutOff, name)));
});
afterAll(() => folder.remove());

async function records(path: string): Promise<FileRecord[]> {
  const file = await openByteFile(path);
  const found: FileRecord[] = [];
  for (let offset = mcapMagic.length; ; ) {
    const record = await recordAt(file, offset);
    if (isCut(record)) break;
    found.push(record);
    offset = record.end;
  }
  await file.close();
  return found;
}

/** Where the samples of a finished file end. */
async function dataBytes(path: string): Promise<number> {
  const end = (await records(path)).find(({ opcode }) => opcode === opcodes.attachment || opcode === opcodes.dataEnd);
  return end?.offset ?? 0;
}

async function findingsOf(record: string) {
  const verdict = await verifyRecord(record);
  if (!verdict.ok) return [{ file: '', topic: null, seq: null, what: verdict.fault.message }];
  expect(verdict.value.intact).toBe(verdict.value.findings.length === 0);
  return verdict.value.findings;
}

/** Does something to a file of a record, and puts the file back. */
async function withChanged<T>(record: string, name: string, change: (bytes: Buffer) => Buffer, look: () => Promise<T>): Promise<T> {
  const path = join(record, name);
  const before = await readFile(path);
  await writeFile(path, change(Buffer.from(before)));
  try {
    return await look();
  } finally {
    await writeFile(path, before);
  }
}

function flipped(bytes: Buffer, at: number, by: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ by;
  return bytes;
}

describe('a single changed byte', () => {
  const cases = [
    { name: 'telemetry.mcap', seed: 31, count: changes },
    { name: 'plane-a.mcap', seed: 32, count: 25 },
    { name: 'plane-b.mcap', seed: 33, count: 15 },
    { name: 'manifest.json', seed: 34, count: 25 },
    { name: 'summary.json', seed: 35, count: 5 },
    { name: 'plan.json', seed: 36, count: 5 },
  ];
  for (const { name, seed, count } of cases) {
    it(
      `is found anywhere in ${name} of a closed record (seed ${seed}, ${count} changes)`,
      async () => {
        const random = seededRandom(seed);
        const { length } = await readFile(join(closed, name));
        for (let i = 0; i < count; i++) {
          const at = random.uint32() % length;
          const findings = await withChanged(
            closed,
            name,
            (bytes) => flipped(bytes, at, 1 + (random.uint32() % 255)),
            () => findingsOf(closed),
          );
          expect(findings, `byte ${at} of ${name}`).not.toEqual([]);
        }
      },
      longestMs,
    );
  }

  it('is found anywhere in telemetry of a record that was never closed, by its chain alone (seed 37, 80 changes)', async () => {
    const random = seededRandom(37);
    const { length } = await readFile(join(cutOff, 'telemetry.mcap'));
    const undamaged = await findingsOf(cutOff);
    for (let i = 0; i < 80; i++) {
      const at = random.uint32() % length;
      const findings = await withChanged(
        cutOff,
        'telemetry.mcap',
        (bytes) => flipped(bytes, at, 1 + (random.uint32() % 255)),
        () => findingsOf(cutOff),
      );
      expect(findings, `byte ${at}`).not.toEqual(undamaged);
    }
  });

  it('is found in the frames of a record that was never closed (seed 38, 40 changes)', async () => {
    const random = seededRandom(38);
    const { length } = await readFile(join(cutOff, 'plane-a.mcap'));
    const undamaged = await findingsOf(cutOff);
    for (let i = 0; i < 40; i++) {
      const at = random.uint32() % length;
      const findings = await withChanged(
        cutOff,
        'plane-a.mcap',
        (bytes) => flipped(bytes, at, 1 + (random.uint32() % 255)),
        () => findingsOf(cutOff),
      );
      expect(findings, `byte ${at}`).not.toEqual(undamaged);
    }
  });
});

describe('blocks of telemetry', () => {
  const blocks = async () => {
    const found = await records(join(cutOff, 'telemetry.mcap'));
    const links = found.filter(({ opcode }) => opcode === opcodes.chainLink);
    return links.slice(1).map((link, i) => [links[i]?.end ?? 0, link.end] as const);
  };

  it('that are dropped, links and all, are found by the chain', async () => {
    const all = await blocks();
    expect(all.length).toBeGreaterThan(4);
    for (const [from, to] of all.slice(0, -1)) {
      const findings = await withChanged(
        cutOff,
        'telemetry.mcap',
        (bytes) => Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]),
        () => findingsOf(cutOff),
      );
      expect(findings.map(({ what }) => what).join()).toContain('chain is broken');
    }
  });

  it('that change places are found by the chain', async () => {
    const [[, middle] = [0, 0], [from, to] = [0, 0]] = await blocks();
    const swap = (bytes: Buffer) => Buffer.concat([bytes.subarray(0, middle), bytes.subarray(from, to), bytes.subarray(to)]);
    expect(middle).toBe(from);
    const all = await blocks();
    const [a, b] = [all[1] ?? [0, 0], all[2] ?? [0, 0]];
    const swapped = (bytes: Buffer) =>
      Buffer.concat([swap(bytes).subarray(0, a[0]), bytes.subarray(b[0], b[1]), bytes.subarray(a[0], a[1]), bytes.subarray(b[1])]);
    const findings = await withChanged(cutOff, 'telemetry.mcap', swapped, () => findingsOf(cutOff));
    expect(findings.map(({ what }) => what).join()).toContain('chain is broken');
  });
});

describe('a file cut off at any length', () => {
  for (const name of ['telemetry.mcap', 'plane-a.mcap']) {
    it(
      `is never called whole, never crashes a reader, and is read up to its last whole chunk (${name}, seed 41, ${cuts} lengths)`,
      async () => {
        const random = seededRandom(41);
        const { length } = await readFile(join(closed, name));
        for (let i = 0; i < cuts; i++) {
          const keep = random.uint32() % length;
          await withChanged(
            closed,
            name,
            (bytes) => bytes.subarray(0, keep),
            async () => {
              expect(await findingsOf(closed), `${keep} bytes`).not.toEqual([]);
              const opened = await openRecordReader(closed);
              if (!opened.ok) {
                expect(keep).toBeLessThan(1000);
                return;
              }
              expect(opened.value.closed).toBe(false);
              const samples: Sample[] = [];
              for await (const sample of opened.value.samples()) samples.push(sample);
              await opened.value.close();
              expect(samples).toStrictEqual(
                sessionOrder(written).filter((sample) => samples.some(({ seq, topic }) => seq === sample.seq && topic === sample.topic)),
              );
              expect(samples.length).toBe(name === 'telemetry.mcap' ? await readableSamples(keep) : samples.length);
            },
          );
        }
      },
      longestMs,
    );
  }
});

/** Samples in the chunks that end within the first `keep` bytes of telemetry. */
async function readableSamples(keep: number): Promise<number> {
  const file = await openByteFile(join(cutOff, 'telemetry.mcap'));
  const { loadChunk } = await import('../../native-bridge/record/mcapWalk.ts');
  let samples = 0;
  for (const record of await records(join(cutOff, 'telemetry.mcap'))) {
    if (record.opcode !== opcodes.chunk || record.end > keep) continue;
    const chunk = await loadChunk(file, record);
    if (typeof chunk !== 'string') samples += chunk.messages.length;
  }
  await file.close();
  return samples;
}

describe('recovery', () => {
  const recovered = async (record: string) => {
    const out = join(folder.path, `out-${Math.floor(performance.now() * 1000)}`);
    const recovery = await recoverRecord(record, out);
    if (!recovery.ok) throw new Error(recovery.fault.message);
    expect(await findingsOf(out)).toEqual([]);
    const opened = await openRecordReader(out);
    if (!opened.ok) throw new Error(opened.fault.message);
    const samples: Sample[] = [];
    for await (const sample of opened.value.samples()) samples.push(sample);
    await opened.value.close();
    return { ...recovery.value, all: samples };
  };

  it('of an unharmed record gives the same samples', async () => {
    const { all, lost } = await recovered(closed);
    expect(all).toStrictEqual(sessionOrder(written));
    expect(lost).toEqual({ samples: [], ms: 0, frames: { a: 0, b: 0 }, files: {} });
  });

  it('of a record that was never closed gives everything in it', async () => {
    expect((await recovered(cutOff)).all).toStrictEqual(sessionOrder(written));
  });

  it('gives what stands behind a damaged stretch, and says what is missing (seed 51, 8 places)', async () => {
    const random = seededRandom(51);
    const { length } = await readFile(join(cutOff, 'telemetry.mcap'));
    for (let i = 0; i < 8; i++) {
      const at = 12_000 + (random.uint32() % (length - 12_100));
      const damage = (bytes: Buffer) => {
        for (let k = 0; k < 40; k++) bytes[at + k] = random.uint32() & 255;
        return bytes;
      };
      const { all, samples, lost } = await withChanged(cutOff, 'telemetry.mcap', damage, () => recovered(cutOff));
      const kept = sessionOrder(written).filter((sample) => all.some(({ seq, topic }) => seq === sample.seq && topic === sample.topic));
      expect(all).toStrictEqual(kept);
      const missing = lost.samples.reduce((sum, [from, to]) => sum + to - from + 1, 0);
      expect(samples.raw + missing).toBeGreaterThanOrEqual(220);
      expect(samples.raw).toBeGreaterThan(200);
    }
  });

  it('without telemetry gives the frames', async () => {
    await rename(join(cutOff, 'telemetry.mcap'), join(folder.path, 'away'));
    const { all, lost } = await recovered(cutOff);
    await rename(join(folder.path, 'away'), join(cutOff, 'telemetry.mcap'));
    expect(all).toStrictEqual(written.filter(({ topic }) => topic.endsWith('/frame')));
    expect(lost.files).toEqual({ 'telemetry.mcap': null });
  });

  it('without the frames of a plane gives the rest, and counts them', async () => {
    await rename(join(cutOff, 'plane-b.mcap'), join(folder.path, 'away'));
    const { all, lost } = await recovered(cutOff);
    await rename(join(folder.path, 'away'), join(cutOff, 'plane-b.mcap'));
    const frames = written.filter(({ topic }) => topic === '/plane/b/frame').length;
    expect(all).toStrictEqual(sessionOrder(written).filter(({ topic }) => topic !== '/plane/b/frame'));
    expect(lost.frames).toEqual({ a: 0, b: frames });
    expect(lost.files).toEqual({ 'plane-b.mcap': null });
  });

  it('of a folder with nothing in it is refused', async () => {
    expect(await recoverRecord(join(folder.path, 'none'), join(folder.path, 'never'))).toMatchObject({ ok: false, fault: { kind: 'input' } });
    expect(await readdir(folder.path)).not.toContain('never');
  });
});
