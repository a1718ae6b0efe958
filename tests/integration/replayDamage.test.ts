import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { McapIndexedReader, McapStreamReader, McapWriter } from '@mcap/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replayForReport } from '../../native-bridge/fleet/recordReplay.ts';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { recoverRecord } from '../../native-bridge/record/recover.ts';
import { replayRecord } from '../../native-bridge/session/replay.ts';
import { pedicle } from './pedicle.ts';
import { recordSimulation } from './simulatedRecord.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-replay-'));
const at = (name: string) => join(folder, name);
const original = at('original');
const scenario = { scenario: 'kyphoplasty', seconds: 30, fps: 4 };
beforeAll(() => recordSimulation(original, scenario));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function copyOf(name: string): string {
  cpSync(original, at(name), { recursive: true });
  return at(name);
}

async function replayed(record: string) {
  const reader = await openRecordReader(record);
  if (!reader.ok) throw new Error(reader.fault.message);
  const result = await replayRecord(reader.value, { statistics: true });
  await reader.value.close();
  return result;
}

async function replayJson(record: string) {
  const { status, stdout } = await pedicle('replay', record, '--json');
  return { status, json: JSON.parse(stdout) as unknown };
}

/** Where the chunks of a closed MCAP file lie: damage there loses samples, which damage of what lies between them (an index) does not. */
async function chunksOf(bytes: Buffer) {
  const readable = {
    size: async () => BigInt(bytes.length),
    read: async (offset: bigint, size: bigint) => new Uint8Array(bytes.subarray(Number(offset), Number(offset + size))),
  };
  const { chunkIndexes, channelsById } = await McapIndexedReader.Initialize({ readable });
  return chunkIndexes.map(({ chunkStartOffset, chunkLength, messageIndexOffsets }) => ({
    chunkStartOffset,
    chunkLength,
    topics: [...messageIndexOffsets.keys()].map((id) => channelsById.get(id)?.topic ?? ''),
  }));
}

/** What the record's file says, message by message, written again by the stock writer: another program's copy of it. */
async function rewriteTelemetry(record: string, change: (topic: string, sequence: number, text: string) => string): Promise<void> {
  const path = join(record, 'telemetry.mcap');
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const writable = {
    write: async (part: Uint8Array) => {
      parts.push(part.slice());
      bytes += part.length;
    },
    position: () => BigInt(bytes),
  };
  const writer = new McapWriter({ writable });
  await writer.start({ profile: '', library: 'another program' });
  const reader = new McapStreamReader({ decompressHandlers: { zstd: (data) => zstdDecompressSync(data) } });
  reader.append(readFileSync(path));
  const channels = new Map<number, { readonly id: number; readonly topic: string }>();
  for (let next = reader.nextRecord(); next; next = reader.nextRecord()) {
    if (next.type === 'Metadata') await writer.addMetadata(next);
    else if (next.type === 'Schema' && next.id !== 0) await writer.registerSchema(next);
    else if (next.type === 'Channel' && !channels.has(next.id))
      channels.set(next.id, { id: await writer.registerChannel({ ...next, schemaId: 0 }), topic: next.topic });
    else if (next.type === 'Message') {
      const channel = channels.get(next.channelId);
      const data = new TextEncoder().encode(change(channel?.topic ?? '', next.sequence, new TextDecoder().decode(next.data)));
      await writer.addMessage({ ...next, channelId: channel?.id ?? 0, data });
    }
  }
  await writer.end();
  writeFileSync(path, Buffer.concat(parts));
}

describe('replay names what was changed', () => {
  test('a record copied message by message by another program still replays to the bit', async () => {
    const copy = copyOf('copied');
    await rewriteTelemetry(copy, (_, __, text) => text);
    const result = await replayed(copy);
    expect(result).toMatchObject({ ok: true, value: { identical: true, firstDifference: null, limited: null } });
  });

  test('one digit changed in one derived sample: topic, sample, field and both values are named', async () => {
    const changed = copyOf('changed');
    let wanted: { sequence: number; recorded: number; derived: number } | null = null;
    let readings = 0;
    await rewriteTelemetry(changed, (topic, sequence, text) => {
      if (topic !== '/injector/reading' || ++readings !== 500) return text;
      const { volumeMl } = JSON.parse(text) as { readonly volumeMl: number };
      const recorded = Number(`${volumeMl}1`.replace(/^(\d+)1$/, '$1.1'));
      wanted = { sequence, recorded, derived: volumeMl };
      return text.replace(`"volumeMl":${volumeMl}`, `"volumeMl":${recorded}`);
    });
    const result = await replayed(changed);
    if (wanted === null) throw new Error('the sample to be changed was not found');
    const { sequence, recorded, derived }: { sequence: number; recorded: number; derived: number } = wanted;
    expect(result).toMatchObject({
      ok: true,
      value: { identical: false, firstDifference: { topic: '/injector/reading', seq: sequence, path: 'volumeMl', recorded, derived } },
    });
    if (!result.ok) return;
    const topics = Object.entries(result.value.statistics?.topics ?? {});
    expect(topics.filter(([, { differing }]) => differing > 0)).toEqual([['/injector/reading', { recorded: 1500, derived: 1500, differing: 1 }]]);
  });
});

describe('replay of records that are not whole', () => {
  test('cut off in the middle: what was recorded up to there is compared', async () => {
    const cut = copyOf('cut');
    const path = join(cut, 'telemetry.mcap');
    truncateSync(path, Math.round(readFileSync(path).length / 2));
    const result = await replayed(cut);
    expect(result).toMatchObject({ ok: true, value: { identical: true, limited: null } });
    expect(result.ok && result.value.derived).toBeGreaterThan(100);
  });

  test('cut off between raw samples and what they led to: identical as far as it goes, and the missing end is counted', async () => {
    const cut = copyOf('cut-end');
    const path = join(cut, 'telemetry.mcap');
    const bytes = readFileSync(path);
    const needles = (await chunksOf(bytes)).find(({ topics }) => topics.join() === '/plane/a/needle');
    truncateSync(path, Number(needles?.chunkStartOffset));
    expect(await replayJson(cut)).toMatchObject({ status: 0, json: { identical: true, lacking: { within: 0, topics: { '/plane/a/needle': 1 } } } });
  });

  test('recovered around a damaged stretch: compared up to it, said so, and not called identical', async () => {
    const damaged = copyOf('damaged');
    const path = join(damaged, 'telemetry.mcap');
    const bytes = readFileSync(path);
    const chunks = await chunksOf(bytes);
    // One with bytes of the injector, later than the middle: what is derived from them cannot come back by itself.
    const chunk = chunks.slice(Math.floor(chunks.length / 2)).find(({ topics }) => topics.includes('/injector/bytes'));
    // All that it holds but its head.
    bytes.fill(0xa5, Number(chunk?.chunkStartOffset) + 64, Number(chunk?.chunkStartOffset) + Number(chunk?.chunkLength));
    writeFileSync(path, bytes);
    rmSync(at('recovered'), { recursive: true, force: true });
    const recovered = await recoverRecord(damaged, at('recovered'));
    if (!recovered.ok) throw new Error(recovered.fault.message);
    const [first] = recovered.value.lost.samples;
    const result = await replayed(at('recovered'));
    expect(result).toMatchObject({ ok: true, value: { identical: false, firstDifference: null, samples: first?.[0], limited: { toMs: expect.any(Number) } } });
    expect(result.ok && result.value.limited?.why).toMatch(
      new RegExp(
        `recovered from a damaged one and lacks samples from ${first?.[0]} on; compared up to \\d+\\.\\d s, \\d+ later derived samples could not be compared\\.$`,
      ),
    );
    const { status, json } = await replayJson(at('recovered'));
    expect({ status, json }).toMatchObject({ status: 1, json: { identical: false, firstDifference: null, limited: { notCompared: expect.any(Number) } } });
    expect(await replayForReport('recovered', at('recovered'), () => undefined)).toMatchObject({ status: 'partly', message: expect.stringContaining('lacks') });
  });

  test('recovered after its end was cut off: frames behind the last telemetry are no derived samples, so that it counts as identical', async () => {
    const cut = copyOf('tail');
    const path = join(cut, 'telemetry.mcap');
    truncateSync(path, Math.round((readFileSync(path).length * 3) / 4));
    const recovered = await recoverRecord(cut, at('tail-recovered'));
    expect(recovered).toMatchObject({ ok: true });
    const { status, json } = await replayJson(at('tail-recovered'));
    expect({ status, json }).toMatchObject({ status: 0, json: { identical: true, limited: { notCompared: 0 } } });
  });

  test('recovered after derived samples alone were lost: says how many, of what and from where on, and is not called identical', async () => {
    const damaged = copyOf('underived');
    const path = join(damaged, 'telemetry.mcap');
    const bytes = readFileSync(path);
    const chunk = (await chunksOf(bytes)).find(({ topics }) => topics.join() === '/plane/a/needle');
    bytes.fill(0xa5, Number(chunk?.chunkStartOffset) + 64, Number(chunk?.chunkStartOffset) + Number(chunk?.chunkLength));
    writeFileSync(path, bytes);
    const recovered = await recoverRecord(damaged, at('underived-recovered'));
    expect(recovered).toMatchObject({ ok: true, value: { lost: { samples: [] } } });
    const result = await replayed(at('underived-recovered'));
    expect(result).toMatchObject({
      ok: true,
      value: {
        identical: false,
        firstDifference: { topic: '/plane/a/needle', recorded: null },
        lacking: { within: expect.any(Number), atEnd: 0, topics: { '/plane/a/needle': expect.any(Number) } },
      },
    });
    const { status, stdout } = await pedicle('replay', at('underived-recovered'));
    expect(status).toBe(1);
    expect(stdout).toMatch(/^The record lacks \d+ derived samples? \(\d+ of \/plane\/a\/needle\); the first is \/plane\/a\/needle of sample \d+ at/);
  });

  test('a frame that cannot be read in a closed record is damage, and the sentence says which frame', async () => {
    const damaged = copyOf('frame-damaged');
    const path = join(damaged, 'plane-a.mcap');
    const bytes = readFileSync(path);
    const chunk = (await chunksOf(bytes))[40];
    const place = Number(chunk?.chunkStartOffset) + Math.round(Number(chunk?.chunkLength) / 2);
    bytes[place] = (bytes[place] ?? 0) ^ 0xff;
    writeFileSync(path, bytes);
    const result = await replayed(damaged);
    expect(result).toMatchObject({ ok: false, fault: { kind: 'failed' } });
    expect(!result.ok && result.fault.message).toMatch(/is damaged: the pixels of frame \d+ \(at about 10\.0 s\) cannot be read\. "pedicle verify"/);
  });

  test('a plane whose file is missing: compared up to its first frame, and said so', async () => {
    const damaged = copyOf('plane-missing');
    rmSync(join(damaged, 'plane-a.mcap'));
    const result = await replayed(damaged);
    expect(result).toMatchObject({ ok: true, value: { identical: false, firstDifference: null } });
    expect(result.ok && result.value.limited?.why).toMatch(/lacks the pixels of frame \d+/);
  });
});

test('a folder of records is not taken for a record: the sentence says how to replay them all', async () => {
  const { status, stderr } = await pedicle('replay', folder);
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/is no record, and holds \d+: say with --report where/) });
});
