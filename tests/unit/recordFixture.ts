import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordHeader, RecordSummary } from '../../native-bridge/record/record.ts';
import { openRecordWriter, type RecordWriterOptions } from '../../native-bridge/record/writer.ts';
import { toBase64 } from '../../src/base/bytes.ts';
import { type Random, seededRandom } from '../../src/base/random.ts';
import { encodeRunLengths } from '../../src/base/runLength.ts';
import { noGeometry } from '../../src/dicom/xrayFrame.ts';
import { frameTopic, type PlaneId, type Sample } from '../../src/sample/sample.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';

export const testHeader: RecordHeader = {
  formatVersion: 1,
  softwareVersion: '0.1.0-test',
  runtime: 'node test',
  startedAtEpochMs: 1_790_000_000_123,
  procedure: 'kyphoplasty',
  simulated: true,
  sources: { framesA: 'sim:quiet', framesB: null, injector: null },
};

export const testSummary: RecordSummary = { version: 1, durationMs: 0, planes: {}, telemetry: {}, alarms: [] };

const rows = 12;
const columns = 20;

function frame(random: Random, plane: PlaneId, seq: number, tMs: number): Sample {
  const bitsAllocated = plane === 'a' ? 16 : 8;
  const pixels = bitsAllocated === 16 ? new Uint16Array(new SharedArrayBuffer(rows * columns * 2)) : new Uint8Array(rows * columns);
  for (let i = 0; i < pixels.length; i++) pixels[i] = random.uint32() % (bitsAllocated === 16 ? 4096 : 256);
  const attributes = frameAttributes({
    rows,
    columns,
    bitsAllocated,
    bitsStored: bitsAllocated === 16 ? 12 : 8,
    frameNumber: seq,
    deviceTimeMs: random.next() < 0.5 ? null : random.next() * 1e6,
    frameTimeMs: 66.66666666666667,
    windowWidth: -0,
    geometry: { ...noGeometry, primaryAngleDeg: -0, imagerPixelSpacingMm: [0.308, 0.1 + 0.2] },
  });
  return { topic: frameTopic(plane), tMs, seq, data: { attributes, pixels } };
}

function cementAfter(random: Random, plane: PlaneId, seq: number, tMs: number): Sample {
  const image = Uint8Array.from({ length: rows * columns }, () => random.uint32() & 1);
  const mask = random.next() < 0.3 ? null : encodeRunLengths(image, rows, columns);
  const data = {
    areaPx: random.next() * 1e3,
    areaMm2: random.next() / 3,
    volumeMl: null,
    volumeFrom: null,
    zone: 'body',
    leak: false,
    leakSite: null,
    toPosteriorWallPx: random.gaussian() * 1e-9,
    toPosteriorWallMm: null,
    mask,
  } as const;
  return { topic: plane === 'a' ? '/plane/a/cement' : '/plane/b/cement', tMs, seq, data };
}

function rawSample(random: Random, seq: number, tMs: number): Sample {
  switch (random.uint32() % 6) {
    case 0:
      return { topic: '/tick', tMs, seq, data: { count: seq } };
    case 1:
      return { topic: '/operator', tMs, seq, data: { kind: 'note', text: `Größe „${random.uint32()}“ 椎体 \u2028 "\\` } };
    case 2:
      return {
        topic: '/injector/bytes',
        tMs,
        seq,
        data: { device: 'injector', data: toBase64(Uint8Array.from({ length: random.uint32() % 40 }, () => random.uint32() & 255)) },
      };
    case 3:
      return { topic: '/gap', tMs, seq, data: { kind: 'frames-missing', plane: 'a', fromFrame: seq, toFrame: seq + 1 } };
    default:
      return frame(random, random.uint32() & 1 ? 'a' : 'b', seq, tMs);
  }
}

/**
 * A session in the order in which it is written: times tie, and what is derived from a frame may come behind later raw samples, in
 * the order of the frames, as guidance on another thread makes it.
 */
export function randomSession(seed: number, rawCount: number): Sample[] {
  const random = seededRandom(seed);
  const written: Sample[] = [];
  const late: Sample[] = [];
  let tUs = 0;
  for (let seq = 0; seq < rawCount; seq++) {
    if (random.next() < 0.7) tUs += random.uint32() % 40_000;
    const raw = rawSample(random, seq, tUs / 1000);
    written.push(raw);
    if (raw.topic === '/plane/a/frame' || raw.topic === '/plane/b/frame')
      late.push(cementAfter(random, raw.topic === '/plane/a/frame' ? 'a' : 'b', seq, raw.tMs));
    while (late.length > 3 || (late.length > 0 && random.next() < 0.3)) written.push(...late.splice(0, 1));
  }
  return [...written, ...late];
}

const isDerived = (sample: Sample) => sample.topic.endsWith('/cement');

/** The order that a reader gives: by number, a raw sample before what is derived from it. */
export function sessionOrder(written: readonly Sample[]): Sample[] {
  return [...written].sort((x, y) => x.seq - y.seq || Number(isDerived(x)) - Number(isDerived(y)));
}

/** A temporary folder, removed by the function that comes with it. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'pedicle-record-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Writes and closes a record; fails the test when anything about it fails. */
export async function writeRecord(
  folder: string,
  samples: readonly Sample[],
  { header = {}, ...options }: RecordWriterOptions & { readonly header?: Partial<RecordHeader> } = {},
): Promise<void> {
  const troubles: string[] = [];
  const opened = await openRecordWriter({ folder }, { ...testHeader, ...header }, (message) => troubles.push(message), options);
  if (!opened.ok) throw new Error(opened.fault.message);
  opened.value.attachFile('plan.json', '{"version":1,"planes":{}}\n');
  // As a session does it: in pieces, so that there is more than one chunk.
  for (let at = 0; at < samples.length; at += 40) {
    for (const sample of samples.slice(at, at + 40)) opened.value.write(sample);
    await opened.value.drained(0);
  }
  const closed = await opened.value.close(testSummary);
  if (!closed.ok) throw new Error(closed.fault.message);
  if (troubles.length > 0) throw new Error(troubles.join('; '));
}
