import { createHash } from 'node:crypto';
import type { ZodError } from 'zod';
import { frameTopic, type PlaneId, type Sample } from '../../src/sample/sample.ts';
import { frameMemory } from '../sources/frameMemory.ts';
import { frameAttributesChannelId, frameChannelId } from './channels.ts';
import type { LoadedChunk } from './mcapWalk.ts';
import { rawImagePixels } from './rawImage.ts';
import type { RecordHeader } from './record.ts';
import { frameAttributesSchema, type RecordedFrameAttributes, telemetrySchemas } from './schemas.ts';
import type { TelemetryMessage } from './telemetry.ts';
import { sessionMsOf } from './time.ts';

export type FrameSample = Extract<Sample, { topic: '/plane/a/frame' | '/plane/b/frame' }>;

/** The frame that a chunk of a plane's file holds; else half a sentence. */
export function frameOfChunk(plane: PlaneId, { messages }: LoadedChunk, header: RecordHeader, seq: number): FrameSample | string {
  const [attributes, image] = messages;
  if (attributes?.channelId !== frameAttributesChannelId || image?.channelId !== frameChannelId) return 'its chunk does not hold a frame';
  if (attributes.sequence !== seq || image.sequence !== seq) return 'its chunk holds another frame';
  const sample = frameWithoutPixels(plane, header, { seq, logTimeNs: attributes.logTimeNs, data: attributes.data });
  if (typeof sample === 'string') return sample;
  const { rows, columns, bitsAllocated } = sample.data.attributes;
  const bytesPerPixel = bitsAllocated === 8 ? 1 : 2;
  const stored = rawImagePixels(image.data, { logTimeNs: image.logTimeNs, frameId: `plane-${plane}`, width: columns, height: rows, bytesPerPixel });
  if (!stored) return 'its picture does not fit its attributes';
  const shared = frameMemory(stored.length);
  new Uint8Array(shared).set(stored);
  const pixels = bytesPerPixel === 1 ? new Uint8Array(shared) : new Uint16Array(shared);
  return { ...sample, data: { ...sample.data, pixels } };
}

/** A frame as telemetry has it: everything but its pixels; else half a sentence. */
export function frameWithoutPixels(plane: PlaneId, header: RecordHeader, message: Pick<TelemetryMessage, 'seq' | 'logTimeNs' | 'data'>): FrameSample | string {
  const json = parseJson(message.data);
  const parsed = frameAttributesSchema.safeParse(json);
  if (!parsed.success) return `attributes of frame ${message.seq} are not as they must be (${issueOf(parsed.error)})`;
  const { pixels: _, ...attributes } = json as RecordedFrameAttributes;
  const pixels = attributes.bitsAllocated === 8 ? new Uint8Array(0) : new Uint16Array(0);
  return { topic: frameTopic(plane), tMs: sessionMsOf(header, message.logTimeNs), seq: message.seq, data: { attributes, pixels } };
}

/** A small sample, its shape checked; else half a sentence. */
export function toSample(message: TelemetryMessage, header: RecordHeader): Sample | string {
  const data = parseJson(message.data);
  const parsed = telemetrySchemas[message.topic].safeParse(data);
  if (!parsed.success) return `${message.topic} ${message.seq} is not as it must be (${issueOf(parsed.error)})`;
  // The schema of the topic has just said so; the parsed text itself is kept, as fields added since must survive.
  return { topic: message.topic, tMs: sessionMsOf(header, message.logTimeNs), seq: message.seq, data } as Sample;
}

/** A message that `toSample` has made a sample of before: it is not held against its schema again. */
export function toSampleAgain(message: TelemetryMessage, header: RecordHeader): Sample {
  return { topic: message.topic, tMs: sessionMsOf(header, message.logTimeNs), seq: message.seq, data: parseJson(message.data) } as Sample;
}

/** Whether the pixels in a chunk are those of the hash in its attributes. The chunk has been found to hold a frame. */
export function pixelsMatchHash({ messages }: LoadedChunk): boolean {
  const [attributes, image] = messages;
  const parsed = frameAttributesSchema.safeParse(attributes && parseJson(attributes.data));
  if (!image || !parsed.success) return false;
  const { sha256, bytes } = parsed.data.pixels;
  return (
    createHash('sha256')
      .update(image.data.subarray(image.data.length - bytes))
      .digest('hex') === sha256
  );
}

function issueOf(error: ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown';
}

function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}
