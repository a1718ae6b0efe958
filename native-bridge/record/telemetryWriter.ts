import { join } from 'node:path';
import { type ChainLink, chainStart, encodeLink, linkHash } from './chain.ts';
import { isRawTopic, telemetryChannelId, telemetryChannels } from './channels.ts';
import { diskErrorText, doubtedFile } from './diskError.ts';
import { openFileQueue } from './fileQueue.ts';
import { headerMetadata, headerMetadataName } from './headerText.ts';
import { createMcapLayout, type MessageToWrite } from './mcapFile.ts';
import type { RecordFilesEvents } from './recordFiles.ts';
import type { TelemetryTopic } from './schemas.ts';
import { logTimeNsOf, publishTimeNsOf } from './time.ts';
import { telemetryChunkBytes, type WriterSettings } from './writerProtocol.ts';

/** A chunk is closed this long after its first sample. With the write itself it must stay within 250 ms. */
const flushAfterMs = 60;

interface Stamp {
  readonly seq: number;
  readonly tUs: number;
  readonly deviceTimeMs: number | null;
}

export interface TelemetryEnd {
  readonly file: { readonly bytes: number; readonly sha256: string };
  readonly durationMs: number;
  readonly raw: number;
  readonly derived: number;
  readonly links: number;
  readonly head: string;
}

/** `telemetry.mcap` being written; every call returns at once. */
export interface TelemetryWriter {
  /** `cost`: what this sample counts in the backlog, given back when it is written. */
  add(topic: TelemetryTopic, at: Stamp, text: string, cost: number): void;
  /** Closes the present chunk and hands it to the disk. */
  flush(): void;
  /** Rejects when the disk takes nothing any more. */
  end(): Promise<TelemetryEnd>;
}

export async function openTelemetryWriter(data: WriterSettings, events: RecordFilesEvents): Promise<TelemetryWriter> {
  const { header } = data;
  const onError = (error: NodeJS.ErrnoException) =>
    events.trouble({
      kind: 'disk-failing',
      message: `The record cannot be written: ${diskErrorText(error, 'telemetry.mcap')}. It is kept in memory and tried again twice a second.`,
    });
  const onDoubt = (error: NodeJS.ErrnoException) => events.trouble(doubtedFile('telemetry.mcap', error));
  const onRecovered = () => events.trouble({ kind: 'disk-recovered', message: 'The record is being written again; nothing of its telemetry was lost.' });
  const queue = await openFileQueue(join(data.folder, 'telemetry.mcap'), {
    onFull: 'retry',
    atOnce: true,
    onError,
    onDoubt,
    onRecovered,
    encryption: data.encryption,
  });
  const staged: Uint8Array[] = [];
  const layout = createMcapLayout((parts) => staged.push(...parts));
  layout.metadata(headerMetadataName, headerMetadata(data));
  queue.append([...staged]);

  /** How many of the staged pieces are in the file already: the last link (or the start of the file), which the next link covers too. */
  let writtenParts = staged.length;
  const channels = telemetryChannels();
  const knownTopics = new Set<TelemetryTopic>();
  const nothingPending = () => ({ messages: [] as MessageToWrite[], bytes: 0, cost: 0 });
  let pending = nothingPending();
  let timer: NodeJS.Timeout | null = null;
  let dueAt = 0;
  let link: ChainLink = { index: -1, previous: chainStart, hash: chainStart };
  let raw = 0;
  let derived = 0;
  let lastTUs = 0;
  let isOver = false;

  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (pending.messages.length === 0) return;
    layout.chunk(pending.messages, true);
    const hash = linkHash(link.hash, staged);
    link = { index: link.index + 1, previous: link.hash, hash };
    const record = encodeLink(link);
    layout.raw(record);
    const { cost } = pending;
    queue.append(staged.slice(writtenParts), () => events.done(cost));
    queue.sync();
    staged.splice(0, staged.length, record);
    writtenParts = 1;
    pending = nothingPending();
  };

  /** Schema and channel stand before the chunk that uses them, and are written with it and its link: what is pending goes first. */
  const introduce = (topic: TelemetryTopic) => {
    if (knownTopics.has(topic)) return;
    flush();
    knownTopics.add(topic);
    const known = channels.get(topic);
    if (known) layout.channel(known.channel, known.schema);
  };

  const count = (topic: TelemetryTopic, tUs: number) => {
    if (isRawTopic(topic)) {
      raw++;
      lastTUs = tUs;
    } else derived++;
  };

  return {
    add(topic, at, text, cost) {
      // Word of trouble while the record is being closed comes back as a sample: behind the end of the file there is no place for it.
      if (isOver) return;
      introduce(topic);
      const logTimeNs = logTimeNsOf(header, at.tUs);
      const bytes = Buffer.from(text);
      const publishTimeNs = publishTimeNsOf(at.deviceTimeMs, logTimeNs);
      pending.messages.push({ channelId: telemetryChannelId(topic), sequence: at.seq, logTimeNs, publishTimeNs, data: [bytes] });
      pending.bytes += bytes.length;
      pending.cost += cost;
      count(topic, at.tUs);
      const now = performance.now();
      if (!timer) {
        timer = setTimeout(flush, flushAfterMs);
        dueAt = now + flushAfterMs;
      }
      // A busy thread may be late with its timers: whoever comes first closes the chunk.
      if (pending.bytes >= telemetryChunkBytes || now >= dueAt) flush();
    },
    flush,
    async end() {
      isOver = true;
      flush();
      layout.end();
      queue.append(staged.slice(writtenParts));
      queue.finish();
      queue.sync();
      await Promise.race([queue.idle(), failAfter(closeTimeoutMs, () => queue.state === 'failing')]);
      const file = { bytes: queue.writtenBytes, sha256: await queue.sha256() };
      await queue.close();
      return { file, durationMs: lastTUs / 1000, raw, derived, links: link.index + 1, head: Buffer.from(link.hash).toString('hex') };
    },
  };
}

const closeTimeoutMs = 5000;

/** Rejects when the disk is still failing after that time: closing must end. */
function failAfter(ms: number, failing: () => boolean): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setInterval(() => {
      if (!failing()) return;
      clearInterval(timer);
      reject(Object.assign(new Error('the disk still takes no data'), { code: 'ENOSPC' }));
    }, ms);
    timer.unref();
  });
}
