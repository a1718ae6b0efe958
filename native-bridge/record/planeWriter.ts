import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PlaneId } from '../../src/sample/sample.ts';
import { frameAttributesChannelId, frameChannelId, frameChannels } from './channels.ts';
import { diskErrorText, doubtedFile } from './diskError.ts';
import type { HashThread } from './fileHash.ts';
import { type FileQueue, openFileQueue } from './fileQueue.ts';
import { createFrameIndex, frameIndexName, frameIndexType } from './frameIndex.ts';
import { headerMetadata, headerMetadataName, planeHeader } from './headerText.ts';
import { createMcapLayout, type MessageToWrite } from './mcapFile.ts';
import { planeFileName } from './planeFile.ts';
import { encodeRawImageFields, pixelBytes } from './rawImage.ts';
import type { RecordFilesEvents } from './recordFiles.ts';
import { logTimeNsOf, publishTimeNsOf } from './time.ts';
import type { SeqRange, ToWriter, WriterSettings } from './writerProtocol.ts';

type FrameMessage = Extract<ToWriter, { kind: 'frame' }>;

/** A frame on its way to disk. */
export interface FrameToStore {
  readonly message: FrameMessage;
  /** JSON of the attributes with the pixels' hash, as telemetry has it. */
  readonly attributes: string;
  readonly pixels: Uint8Array;
  /** What it counts in the backlog. */
  readonly cost: number;
}

/** One plane's file being written, made at its first frame; every call returns at once. */
export interface PlaneWriter {
  store(frame: FrameToStore): void;
  /** No frames from now on, and why: told when one comes. */
  stop(why: string): void;
  /** `null` when no file was made. */
  end(): Promise<{ readonly bytes: number; readonly sha256: string } | null>;
  /** First and last sequence number of frames that are not in the file. */
  notRecorded(): SeqRange | null;
}

/** `compressNow` decides frame by frame, knowing what this one weighs. */
export function createPlaneWriter(
  plane: PlaneId,
  data: WriterSettings,
  events: RecordFilesEvents,
  compressNow: (frameBytes: number) => boolean,
  hashing: HashThread,
): PlaneWriter {
  const staged: Uint8Array[] = [];
  const layout = createMcapLayout((parts) => staged.push(...parts));
  layout.metadata(headerMetadataName, headerMetadata(planeHeader(data)));
  for (const { channel, schema } of frameChannels(plane)) layout.channel(channel, schema);
  const index = createFrameIndex();
  let opening: Promise<FileQueue | null> | null = null;
  let work: Promise<void> = Promise.resolve();
  let lost: SeqRange | null = null;
  let stopped: string | null = null;
  const told = new Set<string>();

  const tell = (message: string, lacks: string) => {
    if (told.has(message)) return;
    told.add(message);
    events.trouble({ kind: 'frames-not-recorded', plane, message, lacks });
  };
  const name = `plane ${plane.toUpperCase()}`;
  const tellStopped = (why: string) =>
    tell(`Frames of ${name} are no longer recorded: ${why}. Telemetry is still recorded; the live picture goes on.`, `frames of ${name} (${why})`);
  const tellUnfit = (why: string) =>
    tell(
      `Frames of ${name} are not recorded where they do not fit their description: ${why}. Please report this.`,
      `frames of ${name} that do not fit their description (${why})`,
    );
  const onError = (error: NodeJS.ErrnoException) => tellStopped(diskErrorText(error, planeFileName(plane)));
  const onDoubt = (error: NodeJS.ErrnoException) => events.trouble(doubtedFile(planeFileName(plane), error));
  const lose = (seq: number) => {
    lost = [lost?.[0] ?? seq, seq];
  };

  const open = async (): Promise<FileQueue | null> => {
    try {
      const path = join(data.folder, planeFileName(plane));
      const queue = await openFileQueue(path, { onFull: 'stop', onError, onDoubt, encryption: data.encryption, hash: hashing.hashOf(path) });
      queue.append(staged.splice(0));
      return queue;
    } catch (error) {
      onError(error as NodeJS.ErrnoException);
      return null;
    }
  };

  const store = async ({ message, attributes, pixels, cost }: FrameToStore): Promise<void> => {
    opening ??= open();
    const queue = await opening;
    const messages = messagesOf(plane, message, attributes, pixels, data);
    if (stopped !== null) tellStopped(stopped);
    else if (typeof messages === 'string') tellUnfit(messages);
    if (stopped !== null || !queue || queue.state === 'stopped' || typeof messages === 'string') {
      lose(message.seq);
      events.done(cost);
      return;
    }
    const { offset, length } = layout.chunk(messages, compressNow(cost));
    const parts = staged.splice(0);
    queue.append(parts, (written) => {
      if (written) index.add({ seq: message.seq, tUs: message.tUs, offset, length });
      else lose(message.seq);
      events.done(cost);
    });
  };

  return {
    store(frame) {
      // One after the other, as the first one waits for the file to be opened; and each behind the samples that have come meanwhile:
      // compressing takes long where processors are few, and telemetry must not wait for it.
      work = work.then(() => nextTurn()).then(() => store(frame));
    },
    stop(why) {
      stopped = why;
    },
    async end() {
      await work;
      const queue = await opening;
      if (!queue) return null;
      await queue.idle();
      if (queue.state !== 'stopped') {
        layout.attachment(frameIndexName, frameIndexType, index.encoded(), logTimeNsOf(data.header, 0));
        layout.end();
        queue.append(staged.splice(0));
        queue.finish();
        queue.sync();
        await queue.idle();
      }
      const file = { bytes: queue.writtenBytes, sha256: await queue.sha256() };
      await queue.close();
      return file;
    },
    notRecorded: () => lost,
  };
}

/** The two messages of a frame's chunk; a sentence when the pixels are not as many as the attributes say. */
function messagesOf(plane: PlaneId, message: FrameMessage, attributes: string, pixels: Uint8Array, data: WriterSettings): readonly MessageToWrite[] | string {
  const logTimeNs = logTimeNsOf(data.header, message.tUs);
  const image = { logTimeNs, frameId: `plane-${plane}`, width: message.columns, height: message.rows, bytesPerPixel: message.bytesPerPixel };
  if (pixelBytes(image) !== pixels.length) return `${pixels.length} bytes of pixels instead of ${pixelBytes(image)}`;
  const stamp = { sequence: message.seq, logTimeNs, publishTimeNs: publishTimeNsOf(message.deviceTimeMs, logTimeNs) };
  return [
    { ...stamp, channelId: frameAttributesChannelId, data: [Buffer.from(attributes)] },
    { ...stamp, channelId: frameChannelId, data: [encodeRawImageFields(image), pixels] },
  ];
}
