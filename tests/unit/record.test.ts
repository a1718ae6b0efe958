import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { McapIndexedReader, McapStreamReader, McapWriter } from '@mcap/core';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { verifyRecord } from '../../native-bridge/record/verify.ts';
import { openRecordWriter } from '../../native-bridge/record/writer.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { readSamples } from '../readSamples.ts';
import { randomSession, sessionOrder, temporaryFolder, testHeader, testSummary, writeRecord } from './recordFixture.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const record = () => join(folder.path, 'record');

const decompressHandlers = { zstd: (bytes: Uint8Array) => zstdDecompressSync(bytes) };

async function stockReader(path: string): Promise<McapIndexedReader> {
  const bytes = await readFile(path);
  const readable = {
    size: async () => BigInt(bytes.length),
    read: async (offset: bigint, size: bigint) => bytes.subarray(Number(offset), Number(offset + size)),
  };
  return McapIndexedReader.Initialize({ readable, decompressHandlers });
}

describe('a record', () => {
  for (const seed of [1, 2, 3]) {
    for (const compression of ['zstd', 'none'] as const) {
      it(`reads back every sample to the bit, in session order (seed ${seed}, ${compression})`, async () => {
        const written = randomSession(seed, 160);
        await writeRecord(record(), written, { compression });
        expect(await readSamples(record())).toStrictEqual(sessionOrder(written));
      });
    }
  }

  it('verifies when it was closed', async () => {
    await writeRecord(record(), randomSession(7, 200));
    const verdict = await verifyRecord(record());
    expect(verdict).toMatchObject({ ok: true, value: { intact: true, closed: true, findings: [], samples: { raw: 200 } } });
  });

  it('holds nothing when nothing happened, and still verifies', async () => {
    await writeRecord(record(), []);
    expect(await verifyRecord(record())).toMatchObject({ ok: true, value: { intact: true, closed: true } });
    expect(await readSamples(record())).toEqual([]);
  });

  it('keeps its files to their owner', async () => {
    await writeRecord(record(), randomSession(8, 60));
    expect((await stat(record())).mode & 0o777).toBe(0o700);
    for (const name of await readdir(record())) expect((await stat(join(record(), name))).mode & 0o777).toBe(0o600);
  });

  it('is named by start and procedure, the second of one second with a number', async () => {
    const first = await openRecordWriter(folder.path, testHeader);
    const second = await openRecordWriter(folder.path, testHeader);
    if (!first.ok || !second.ok) throw new Error('not opened');
    await first.value.close(testSummary);
    await second.value.close(testSummary);
    expect((await readdir(folder.path)).sort()).toEqual(['2026-09-21_14-13-20_kyphoplasty', '2026-09-21_14-13-20_kyphoplasty-2']);
  });

  it('gives single frames by number, with the pixels that samples gives', async () => {
    const written = randomSession(9, 120);
    await writeRecord(record(), written);
    const opened = await openRecordReader(record());
    if (!opened.ok) throw new Error(opened.fault.message);
    const frames = written.filter((sample) => sample.topic === '/plane/b/frame');
    expect(opened.value.frameIndex('b')).toEqual(frames.map(({ seq, tMs }) => ({ seq, tMs })));
    for (const frame of frames.reverse()) expect(await opened.value.frame('b', frame.seq)).toStrictEqual({ ok: true, value: frame });
    expect(await opened.value.frame('b', 100_000)).toMatchObject({ ok: false });
    await opened.value.close();
  });

  it('does without a frame whose pixels do not fit its attributes, says so once, and verifies', async () => {
    const written = randomSession(15, 60);
    const troubles: string[] = [];
    const opened = await openRecordWriter({ folder: record() }, testHeader, (message) => troubles.push(message));
    if (!opened.ok) throw new Error(opened.fault.message);
    const frames = written.filter(({ topic }) => topic === '/plane/a/frame');
    const short = frames.slice(2, 4);
    for (const sample of written) {
      if (!short.includes(sample) || sample.topic !== '/plane/a/frame') opened.value.write(sample);
      else opened.value.write({ ...sample, data: { ...sample.data, pixels: sample.data.pixels.subarray(1) } });
    }
    await opened.value.close(testSummary);
    expect(troubles).toEqual([expect.stringContaining('478 bytes of pixels instead of 480')]);
    expect(await verifyRecord(record())).toMatchObject({ ok: true, value: { intact: true } });
    expect(await readSamples(record())).toStrictEqual(sessionOrder(written).filter((sample) => !short.includes(sample)));
  });

  it('gives only some topics, and frames without pixels, when asked to', async () => {
    const written = randomSession(13, 120);
    await writeRecord(record(), written);
    const opened = await openRecordReader(record());
    if (!opened.ok) throw new Error(opened.fault.message);
    const got: Sample[] = [];
    for await (const sample of opened.value.samples({ frames: false, topics: ['/plane/a/frame', '/plane/a/cement'] })) got.push(sample);
    await opened.value.close();
    const expected = sessionOrder(written)
      .filter(({ topic }) => topic === '/plane/a/frame' || topic === '/plane/a/cement')
      .map((sample) => (sample.topic === '/plane/a/frame' ? { ...sample, data: { ...sample.data, pixels: new Uint16Array(0) } } : sample));
    expect(got).toStrictEqual(expected);
  });

  it('says when a value was not a number, and records it as missing', async () => {
    const troubles: string[] = [];
    const opened = await openRecordWriter({ folder: record() }, testHeader, (_, trouble) => troubles.push(trouble.kind));
    if (!opened.ok) throw new Error(opened.fault.message);
    const reading = { device: 'x', pressureKpa: Number.NaN, volumeMl: null, rateMlPerMin: null, mode: null, deviceTimeMs: null, status: 'ok' } as const;
    opened.value.write({ topic: '/tick', tMs: 0, seq: 0, data: { count: 0 } });
    for (const _ of [1, 2]) opened.value.write({ topic: '/injector/reading', tMs: 0, seq: 0, data: reading });
    await opened.value.close(testSummary);
    expect(troubles).toEqual(['not-a-number']);
    const [, read] = await readSamples(record());
    expect(read).toMatchObject({ data: { pressureKpa: null } });
  });
});

describe('a folder that cannot be used', () => {
  it('is refused when it is not empty', async () => {
    await writeFile(join(folder.path, 'something'), '');
    const opened = await openRecordWriter({ folder: folder.path }, testHeader);
    expect(opened).toMatchObject({ ok: false, fault: { kind: 'input', message: expect.stringContaining('is not empty') } });
  });

  it('is refused when a file is in the way', async () => {
    await writeFile(join(folder.path, 'file'), '');
    const opened = await openRecordWriter({ folder: join(folder.path, 'file', 'record') }, testHeader);
    expect(opened).toMatchObject({ ok: false, fault: { kind: 'input', message: expect.stringContaining('in the way') } });
  });

  it('is no record to read when there is none in it', async () => {
    expect(await openRecordReader(folder.path)).toMatchObject({ ok: false, fault: { kind: 'input', message: expect.stringContaining('no telemetry.mcap') } });
    expect(await openRecordReader(join(folder.path, 'missing'))).toMatchObject({ ok: false, fault: { kind: 'input' } });
  });
});

describe('other programs', () => {
  it('read telemetry with the stock reader: every message in order, JSON, with a schema that can be plotted', async () => {
    const written = randomSession(10, 120);
    await writeRecord(record(), written);
    const reader = await stockReader(join(record(), 'telemetry.mcap'));
    const sequences: number[] = [];
    for await (const message of reader.readMessages()) {
      const channel = reader.channelsById.get(message.channelId);
      expect(channel?.messageEncoding).toBe('json');
      expect(JSON.parse(Buffer.from(message.data).toString())).toBeTypeOf('object');
      sequences.push(message.sequence);
    }
    expect(sequences.toSorted((a, b) => a - b)).toEqual(written.map(({ seq }) => seq).toSorted((a, b) => a - b));
    for (const schema of reader.schemasById.values()) expectPlottable(JSON.parse(Buffer.from(schema.data).toString()));
    const metadata: string[] = [];
    for await (const { name } of reader.readMetadata()) metadata.push(name);
    expect(metadata).toEqual(['pedicle']);
  });

  it('read frames with the stock reader and the schema in the file, as foxglove.RawImage', async () => {
    const written = randomSession(11, 120);
    await writeRecord(record(), written);
    for (const plane of ['a', 'b'] as const) {
      const reader = await stockReader(join(record(), `plane-${plane}.mcap`));
      const frames = written.filter((sample) => sample.topic === `/plane/${plane}/frame`);
      const images: unknown[] = [];
      for await (const message of reader.readMessages({ topics: [`/plane/${plane}/frame`] })) {
        const schema = reader.schemasById.get(reader.channelsById.get(message.channelId)?.schemaId ?? 0);
        if (schema?.name !== 'foxglove.RawImage') throw new Error('no schema');
        const root = (protobuf.Root as unknown as { fromDescriptor(set: unknown): protobuf.Root }).fromDescriptor(
          descriptor.FileDescriptorSet.decode(schema.data),
        );
        const type = root.lookupType('foxglove.RawImage');
        images.push(type.toObject(type.decode(message.data), { bytes: String }));
      }
      expect(images).toMatchObject(frames.map((frame) => rawImageOf(frame, plane)));
    }
  });

  it('read a file that was cut off up to the cut, with the stock stream reader', async () => {
    await writeRecord(record(), randomSession(12, 300));
    const bytes = await readFile(join(record(), 'telemetry.mcap'));
    const reader = new McapStreamReader({ decompressHandlers });
    reader.append(bytes.subarray(0, Math.floor(bytes.length / 2)));
    let messages = 0;
    for (let next = reader.nextRecord(); next; next = reader.nextRecord()) if (next.type === 'Message') messages++;
    expect(messages).toBeGreaterThan(50);
  });
});

describe('telemetry that another program has written anew', () => {
  it('is read all the same, with what was changed in it; and the record is no longer intact', async () => {
    const written = randomSession(14, 150);
    await writeRecord(record(), written);
    const target = written.find((sample) => sample.topic === '/plane/a/cement');
    await rewrite(join(record(), 'telemetry.mcap'), (topic, sequence, text) =>
      topic === target?.topic && sequence === target.seq ? text.replace('"zone":"body"', '"zone":"none"') : text,
    );
    const expected = sessionOrder(written).map((sample) => (sample === target ? { ...sample, data: { ...sample.data, zone: 'none' } } : sample));
    expect(await readSamples(record())).toStrictEqual(expected);
    expect(await verifyRecord(record())).toMatchObject({ ok: true, value: { intact: false } });
  });
});

/** Copies a file with the stock writer: channels numbered anew and inside of chunks, no links. */
async function rewrite(path: string, change: (topic: string, sequence: number, text: string) => string): Promise<void> {
  const reader = await stockReader(path);
  const parts: Uint8Array[] = [];
  let bytes = 0n;
  const write = async (part: Uint8Array) => {
    parts.push(part.slice());
    bytes += BigInt(part.length);
  };
  const writer = new McapWriter({ writable: { write, position: () => bytes }, startChannelId: 50 });
  await writer.start();
  const ids = new Map<number, number>();
  for await (const message of reader.readMessages()) {
    const channel = reader.channelsById.get(message.channelId);
    const schema = reader.schemasById.get(channel?.schemaId ?? 0);
    if (!channel || !schema) throw new Error('no channel');
    if (!ids.has(channel.id)) ids.set(channel.id, await writer.registerChannel({ ...channel, schemaId: await writer.registerSchema(schema) }));
    const data = Buffer.from(change(channel.topic, message.sequence, Buffer.from(message.data).toString()));
    await writer.addMessage({ ...message, channelId: ids.get(channel.id) ?? 0, data });
  }
  for await (const { name, metadata } of reader.readMetadata()) await writer.addMetadata({ name, metadata });
  await writer.end();
  await writeFile(path, Buffer.concat(parts));
}

function rawImageOf(frame: Sample, plane: 'a' | 'b'): object {
  if (frame.topic !== '/plane/a/frame' && frame.topic !== '/plane/b/frame') throw new Error('not a frame');
  const { attributes, pixels } = frame.data;
  const data = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength).toString('base64');
  const { columns: width, rows: height } = attributes;
  return { frame_id: `plane-${plane}`, width, height, step: width * pixels.BYTES_PER_ELEMENT, encoding: plane === 'a' ? 'mono16' : 'mono8', data };
}

/** The rules of the JSON schema parser of Lichtblick: one plain type for each field, no arrays of arrays. */
function expectPlottable(schema: { type?: unknown; properties?: Record<string, unknown>; items?: unknown }): void {
  expect(schema.type).toBe('object');
  for (const field of Object.values(schema.properties ?? {}) as { type: string; items?: { type: string } }[]) {
    expect(['boolean', 'string', 'number', 'object', 'array']).toContain(field.type);
    if (field.type === 'object') expectPlottable(field);
    if (field.type === 'array') {
      expect(['boolean', 'string', 'number', 'object']).toContain(field.items?.type);
      if (field.items?.type === 'object') expectPlottable(field.items);
    }
  }
}
