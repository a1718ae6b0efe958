import { createHash } from 'node:crypto';
import { open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlaneId } from '../../src/sample/sample.ts';
import { type ChainLink, chainStart, encodeLink, linkHash } from './chain.ts';
import { attributesTopic, frameAttributesChannelId, frameChannelId, frameChannels, isRawTopic, telemetryChannelId, telemetryChannels } from './channels.ts';
import { diskErrorText } from './diskError.ts';
import { type FileQueue, openFileQueue } from './fileQueue.ts';
import { encodeFrameIndex, type FrameEntry, frameIndexName, frameIndexType } from './frameIndex.ts';
import { headerMetadata, headerMetadataName } from './headerText.ts';
import { manifestText } from './manifest.ts';
import { createMcapLayout, type McapLayout, type MessageToWrite } from './mcapFile.ts';
import { encodeRawImageFields } from './rawImage.ts';
import type { TelemetryTopic } from './schemas.ts';
import { logTimeNsOf, publishTimeNsOf } from './time.ts';
import { backlogCost, type RecordTrouble, type SeqRange, type ToWriter, type WriterWorkerData } from './writerProtocol.ts';

/** A chunk of telemetry is closed this long after its first sample. With the write itself it must stay within 250 ms. */
export const flushAfterMs = 60;
const maxChunkBytes = 256 * 1024;
/** So many frames, this one included, may wait in a live procedure for this one to be compressed; two planes make two at a time. */
const compressWhileWaiting = 3;

interface PlaneFile {
  readonly layout: McapLayout;
  readonly queue: FileQueue;
  readonly entries: FrameEntry[];
  /** Pieces of the item being laid out. */
  readonly staged: Uint8Array[];
}

export interface RecordFilesEvents {
  readonly trouble: (trouble: RecordTrouble) => void;
  /** So many bytes that were counted in the backlog are written (or given up). */
  readonly done: (bytes: number) => void;
  readonly queuedBytes: () => number;
}

type FrameMessage = Extract<ToWriter, { kind: 'frame' }>;
type JsonMessage = Extract<ToWriter, { kind: 'json' }>;

/** All files of one record being written. Lives on the writer's thread; every call returns at once. */
export interface RecordFiles {
  json(message: JsonMessage): void;
  frame(message: FrameMessage): void;
  file(name: string, text: string): void;
  flush(): void;
  /** The session waits for the disk: a backlog is no reason to stop compressing. */
  unhurried(): void;
  /** From now on frames are not kept (little space left). */
  stopFrames(why: string): void;
  close(summaryText: string, derivedLag: number): Promise<string | null>;
}

export async function openRecordFiles(data: WriterWorkerData, events: RecordFilesEvents): Promise<RecordFiles> {
  const { folder, header } = data;
  const planes = new Map<PlaneId, Promise<PlaneFile | null>>();
  const openPlanes = new Map<PlaneId, PlaneFile>();
  const smallFiles = new Map<string, Promise<{ bytes: number; sha256: string }>>();
  let framesStopped: string | null = null;
  let toldUncompressed = false;
  let live = data.compression === 'auto';
  let frameWork: Promise<void> = Promise.resolve();

  const telemetry = await openTelemetry(data, events);
  const planeChannels = { a: frameChannels('a'), b: frameChannels('b') };

  const openPlane = async (plane: PlaneId): Promise<PlaneFile | null> => {
    const staged: Uint8Array[] = [];
    const onError = (error: NodeJS.ErrnoException) => loseFrames(plane, diskErrorText(error, `plane-${plane}.mcap`));
    try {
      const queue = await openFileQueue(join(folder, `plane-${plane}.mcap`), 'stop', onError, () => undefined);
      const layout = createMcapLayout((parts) => staged.push(...parts));
      layout.metadata(headerMetadataName, headerMetadata(data));
      for (const { channel, schema } of planeChannels[plane]) layout.channel(channel, schema);
      const file: PlaneFile = { layout, queue, entries: [], staged };
      queue.append(staged.splice(0));
      openPlanes.set(plane, file);
      return file;
    } catch (error) {
      onError(error as NodeJS.ErrnoException);
      return null;
    }
  };

  const lost = new Map<PlaneId, SeqRange>();
  const told = new Set<PlaneId>();
  const loseFrames = (plane: PlaneId, why: string) => {
    if (told.has(plane)) return;
    told.add(plane);
    events.trouble({
      kind: 'frames-not-recorded',
      plane,
      message: `Frames of plane ${plane.toUpperCase()} are no longer recorded: ${why}. Telemetry is still recorded; the live picture goes on.`,
    });
  };
  const countLost = (plane: PlaneId, seq: number) => {
    lost.set(plane, [lost.get(plane)?.[0] ?? seq, seq]);
  };

  /** In a live procedure a frame is compressed only while few are waiting: better a larger record than one that lags. */
  const compressNow = (frameBytes: number): boolean => {
    if (data.compression === 'none') return false;
    if (!live || events.queuedBytes() <= compressWhileWaiting * frameBytes) return true;
    if (!toldUncompressed) {
      events.trouble({
        kind: 'uncompressed',
        message: 'Some frames are recorded uncompressed, because compressing all of them does not keep up: the record will be larger.',
      });
    }
    toldUncompressed = true;
    return false;
  };

  const storeFrame = async (message: FrameMessage, attributes: string, pixels: Uint8Array, cost: number): Promise<void> => {
    const opening = planes.get(message.plane) ?? openPlane(message.plane);
    planes.set(message.plane, opening);
    const file = await opening;
    if (framesStopped !== null) loseFrames(message.plane, framesStopped);
    if (!file || file.queue.state === 'stopped' || framesStopped !== null) {
      countLost(message.plane, message.seq);
      events.done(cost);
      return;
    }
    const logTimeNs = logTimeNsOf(header, message.tUs);
    const bytesPerPixel = message.pixels instanceof Uint8Array ? 1 : 2;
    const image = { logTimeNs, frameId: `plane-${message.plane}`, width: message.columns, height: message.rows, bytesPerPixel } as const;
    const stamp = { sequence: message.seq, logTimeNs, publishTimeNs: publishTimeNsOf(message.deviceTimeMs, logTimeNs) };
    const messages: readonly MessageToWrite[] = [
      { ...stamp, channelId: frameAttributesChannelId, data: [Buffer.from(attributes)] },
      { ...stamp, channelId: frameChannelId, data: [encodeRawImageFields(image), pixels] },
    ];
    const { offset, length } = file.layout.chunk(messages, compressNow(cost));
    file.queue.append(file.staged.splice(0), (written) => {
      if (written) file.entries.push({ seq: message.seq, tUs: message.tUs, offset, length });
      else countLost(message.plane, message.seq);
      events.done(cost);
    });
  };

  return {
    json: (message) => telemetry.add(message.topic, message, message.text, backlogCost(message.text.length, 0)),
    frame(message) {
      const pixels = new Uint8Array(message.pixels.buffer, message.pixels.byteOffset, message.pixels.byteLength);
      const sha256 = createHash('sha256').update(pixels).digest('hex');
      const text = `${message.text.slice(0, -1)},"pixels":{"sha256":"${sha256}","bytes":${pixels.length}}}`;
      const cost = backlogCost(message.text.length, pixels.length);
      telemetry.add(attributesTopic(message.plane), message, text, 0);
      // One after the other, also across planes: order of arrival is order in the file.
      frameWork = frameWork.then(() => storeFrame(message, text, pixels, cost));
    },
    file(name, text) {
      smallFiles.set(name, writeSmallFile(folder, name, text));
    },
    flush: () => telemetry.flush(),
    unhurried() {
      live = false;
    },
    stopFrames(why) {
      framesStopped = why;
    },
    async close(summaryText, derivedLag) {
      try {
        await frameWork;
        const files: Record<string, { bytes: number; sha256: string }> = {};
        for (const plane of openPlanes.values()) await endPlane(plane, logTimeNsOf(header, 0));
        const end = await telemetry.end();
        for (const [plane, file] of openPlanes) files[`plane-${plane}.mcap`] = { bytes: file.queue.writtenBytes, sha256: file.queue.sha256() };
        files['telemetry.mcap'] = end.file;
        smallFiles.set('summary.json', writeSmallFile(folder, 'summary.json', summaryText));
        for (const [name, written] of smallFiles) files[name] = await written;
        for (const file of openPlanes.values()) await file.queue.close();
        const manifest = manifestText({
          version: 1,
          softwareVersion: header.softwareVersion,
          durationMs: end.durationMs,
          samples: { raw: end.raw, derived: end.derived, derivedLag },
          chain: { links: end.links, head: end.head },
          framesNotRecorded: { a: lost.get('a') ?? null, b: lost.get('b') ?? null },
          files,
        });
        await writeSmallFile(folder, 'manifest.json', manifest);
        return null;
      } catch (error) {
        return `The record in ${folder} could not be closed: ${diskErrorText(error as NodeJS.ErrnoException, 'its last files')}. What was written before is kept; "pedicle recover" makes a closed record of it.`;
      }
    },
  };
}

async function endPlane(file: PlaneFile, startNs: bigint): Promise<void> {
  await file.queue.idle();
  if (file.queue.state !== 'stopped') {
    file.layout.attachment(frameIndexName, frameIndexType, encodeFrameIndex(file.entries), startNs);
    file.layout.end();
    file.queue.append(file.staged.splice(0));
    file.queue.sync();
  }
  await file.queue.idle();
}

interface Telemetry {
  add(topic: TelemetryTopic, at: { seq: number; tUs: number; deviceTimeMs: number | null }, text: string, cost: number): void;
  flush(): void;
  end(): Promise<{ file: { bytes: number; sha256: string }; durationMs: number; raw: number; derived: number; links: number; head: string }>;
}

async function openTelemetry(data: WriterWorkerData, events: RecordFilesEvents): Promise<Telemetry> {
  const { header } = data;
  const onError = (error: NodeJS.ErrnoException) =>
    events.trouble({
      kind: 'disk-failing',
      message: `The record cannot be written: ${diskErrorText(error, 'telemetry.mcap')}. It is kept in memory and tried again twice a second.`,
    });
  const onRecovered = () => events.trouble({ kind: 'disk-recovered', message: 'The record is being written again; nothing of its telemetry was lost.' });
  const queue = await openFileQueue(join(data.folder, 'telemetry.mcap'), 'retry', onError, onRecovered);
  const staged: Uint8Array[] = [];
  const layout = createMcapLayout((parts) => staged.push(...parts));
  layout.metadata(headerMetadataName, headerMetadata(data));
  queue.append([...staged]);

  /** How many of the staged pieces are in the file already: the last link (or the start of the file), which the next link covers too. */
  let writtenParts = staged.length;
  const channels = telemetryChannels();
  const knownTopics = new Set<TelemetryTopic>();
  let pending: MessageToWrite[] = [];
  let pendingBytes = 0;
  let pendingCost = 0;
  let timer: NodeJS.Timeout | null = null;
  let dueAt = 0;
  let link: ChainLink = { index: -1, previous: chainStart, hash: chainStart };
  let raw = 0;
  let derived = 0;
  let lastTUs = 0;

  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (pending.length === 0) return;
    layout.chunk(pending, true);
    const hash = linkHash(link.hash, staged);
    link = { index: link.index + 1, previous: link.hash, hash };
    const record = encodeLink(link);
    layout.raw(record);
    const cost = pendingCost;
    queue.append(staged.slice(writtenParts), () => events.done(cost));
    queue.sync();
    staged.splice(0, staged.length, record);
    writtenParts = 1;
    pending = [];
    pendingBytes = 0;
    pendingCost = 0;
  };

  return {
    add(topic, at, text, cost) {
      if (!knownTopics.has(topic)) {
        // Schema and channel stand before the chunk that uses them, and are written with it and its link: what is pending goes first.
        flush();
        knownTopics.add(topic);
        const known = channels.get(topic);
        if (known) layout.channel(known.channel, known.schema);
      }
      const logTimeNs = logTimeNsOf(header, at.tUs);
      const bytes = Buffer.from(text);
      pending.push({
        channelId: telemetryChannelId(topic),
        sequence: at.seq,
        logTimeNs,
        publishTimeNs: publishTimeNsOf(at.deviceTimeMs, logTimeNs),
        data: [bytes],
      });
      pendingBytes += bytes.length;
      pendingCost += cost;
      if (isRawTopic(topic)) {
        raw++;
        lastTUs = at.tUs;
      } else derived++;
      const now = performance.now();
      if (!timer) {
        timer = setTimeout(flush, flushAfterMs);
        dueAt = now + flushAfterMs;
      }
      // A busy thread may be late with its timers: whoever comes first closes the chunk.
      if (pendingBytes >= maxChunkBytes || now >= dueAt) flush();
    },
    flush,
    async end() {
      flush();
      layout.end();
      queue.append(staged.slice(writtenParts));
      queue.sync();
      await Promise.race([queue.idle(), failAfter(closeTimeoutMs, () => queue.state === 'failing')]);
      const file = { bytes: queue.writtenBytes, sha256: queue.sha256() };
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

/** Whole or not at all: written beside, synced, renamed. */
async function writeSmallFile(folder: string, name: string, text: string): Promise<{ bytes: number; sha256: string }> {
  const path = join(folder, name);
  await writeFile(`${path}.part`, text, { mode: 0o600, flush: true });
  await rename(`${path}.part`, path);
  const directory = await open(folder, 'r');
  await directory.sync();
  await directory.close();
  const bytes = Buffer.from(text);
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
