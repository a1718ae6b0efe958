import { createHash } from 'node:crypto';
import { open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PlaneId, planeIds } from '../../src/sample/sample.ts';
import { encryptWhole, type RecordEncryption } from '../security/encryption.ts';
import { countFrame } from '../sources/frameMemory.ts';
import { attributesTopic } from './channels.ts';
import { diskErrorText } from './diskError.ts';
import { createHashThread } from './fileHash.ts';
import { manifestText } from './manifest.ts';
import { planeFileName } from './planeFile.ts';
import { createPlaneWriter, type PlaneWriter } from './planeWriter.ts';
import { openTelemetryWriter } from './telemetryWriter.ts';
import { backlogCost, type RecordTrouble, type ToWriter, type WriterSettings } from './writerProtocol.ts';

/** So many frames, this one included, may wait in a live procedure for this one to be compressed; two planes make two at a time. */
const compressWhileWaiting = 3;
/** Less than this is never much, however small the frames are. */
const compressBelowBytes = 2 << 20;

export interface RecordFilesEvents {
  readonly trouble: (trouble: RecordTrouble) => void;
  /** So many bytes that were counted in the backlog are written (or given up). */
  readonly done: (bytes: number) => void;
  readonly queuedBytes: () => number;
}

type FrameMessage = Extract<ToWriter, { kind: 'frame' }>;
type JsonMessage = Extract<ToWriter, { kind: 'json' }>;
type WrittenFile = { readonly bytes: number; readonly sha256: string };

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
  /** Ends and closes all files and writes the manifest; a sentence when that failed. */
  close(summaryText: string, derivedLag: number): Promise<string | null>;
}

export async function openRecordFiles(data: WriterSettings, events: RecordFilesEvents): Promise<RecordFiles> {
  const { folder, header } = data;
  const compression = startCompressionChoice(data, events);
  const telemetry = await openTelemetryWriter(data, events);
  let isLive = true;
  const hashing = createHashThread(() => isLive);
  const planes: Readonly<Record<PlaneId, PlaneWriter>> = {
    a: createPlaneWriter('a', data, events, compression.now, hashing),
    b: createPlaneWriter('b', data, events, compression.now, hashing),
  };
  const smallFiles = new Map<string, Promise<WrittenFile>>();

  const endAll = async (summaryText: string, derivedLag: number): Promise<void> => {
    const files: Record<string, WrittenFile> = {};
    for (const plane of planeIds) {
      const file = await planes[plane].end();
      if (file) files[planeFileName(plane)] = file;
    }
    await hashing.close();
    const { file, durationMs, raw, derived, links, head } = await telemetry.end();
    files['telemetry.mcap'] = file;
    for (const [name, written] of smallFiles) files[name] = await written;
    files['summary.json'] = await writeSmallFile(folder, 'summary.json', summaryText, data.encryption);
    const manifest = manifestText({
      version: 1,
      softwareVersion: header.softwareVersion,
      durationMs,
      samples: { raw, derived, derivedLag },
      chain: { links, head },
      framesNotRecorded: { a: planes.a.notRecorded(), b: planes.b.notRecorded() },
      files,
    });
    await writeSmallFile(folder, 'manifest.json', manifest, null);
  };

  return {
    json: (message) => telemetry.add(message.topic, message, message.text, backlogCost(message.text.length, 0)),
    frame(message) {
      countFrame(message.pixels.byteLength);
      const pixels = new Uint8Array(message.pixels.buffer, message.pixels.byteOffset, message.pixels.byteLength);
      const sha256 = createHash('sha256').update(pixels).digest('hex');
      const attributes = `${message.text.slice(0, -1)},"pixels":{"sha256":"${sha256}","bytes":${pixels.length}}}`;
      telemetry.add(attributesTopic(message.plane), message, attributes, 0);
      planes[message.plane].store({ message, attributes, pixels, cost: backlogCost(message.text.length, pixels.length) });
    },
    file(name, text) {
      const written = writeSmallFile(folder, name, text, data.encryption);
      smallFiles.set(name, written);
      written.catch((error: NodeJS.ErrnoException) => {
        const why = diskErrorText(error, name);
        events.trouble({ kind: 'disk-failing', message: `The record lacks ${name}: ${why}.`, lacks: `${name} (${why})` });
      });
    },
    flush: () => telemetry.flush(),
    unhurried() {
      isLive = false;
      compression.unhurried();
    },
    stopFrames(why) {
      for (const plane of planeIds) planes[plane].stop(why);
    },
    async close(summaryText, derivedLag) {
      try {
        await endAll(summaryText, derivedLag);
        return null;
      } catch (error) {
        return `The record in ${folder} could not be closed: ${diskErrorText(error as NodeJS.ErrnoException, 'its last files')}. What was written before is kept; "pedicle recover" makes a closed record of it.`;
      }
    },
  };
}

/** In a live procedure a frame is compressed only while few are waiting: better a larger record than one that lags. */
function startCompressionChoice(data: WriterSettings, events: RecordFilesEvents) {
  let live = data.compression === 'auto';
  let told = false;
  return {
    now(frameBytes: number): boolean {
      if (data.compression === 'none') return false;
      if (!live || events.queuedBytes() <= Math.max(compressWhileWaiting * frameBytes, compressBelowBytes)) return true;
      const message = 'Some frames are recorded uncompressed to keep up.';
      if (!told) events.trouble({ kind: 'uncompressed', message });
      told = true;
      return false;
    },
    unhurried(): void {
      live = false;
    },
  };
}

/** Whole or not at all: written beside, synced, renamed. The manifest alone is never encrypted: it names nobody. */
async function writeSmallFile(folder: string, name: string, text: string, encryption: RecordEncryption | null): Promise<{ bytes: number; sha256: string }> {
  const path = join(folder, name);
  const bytes = encryption ? encryptWhole(encryption, Buffer.from(text)) : Buffer.from(text);
  await writeFile(`${path}.part`, bytes, { mode: 0o600, flush: true });
  await rename(`${path}.part`, path);
  await syncFolder(folder);
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** So that the new name survives a loss of power. Windows has no such call, and keeps names in its journal. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(folder, 'r');
  await directory.sync();
  await directory.close();
}
