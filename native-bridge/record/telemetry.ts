import type { PlaneId } from '../../src/sample/sample.ts';
import type { ByteFile } from './byteFile.ts';
import { isRawTopic, knownTelemetryTopic, planeOfAttributes, telemetryTopicOf } from './channels.ts';
import { type McapMessage, mcapMagic, messageHeadBytes, opcodes, parseChannel, parseMessage } from './mcapFormat.ts';
import { type Cut, contentOf, type FileRecord, isCut, loadChunk, recordAt } from './mcapWalk.ts';
import type { TelemetryTopic } from './schemas.ts';

/** One message of `telemetry.mcap`, its data not yet parsed. */
export interface TelemetryMessage {
  readonly topic: TelemetryTopic;
  readonly raw: boolean;
  readonly plane: PlaneId | null;
  readonly seq: number;
  readonly logTimeNs: bigint;
  readonly data: Uint8Array;
}

/**
 * A message of a known topic; newer minor versions may have topics that this one skips. `topics` are the channels that the file
 * declares; where it does not, the fixed ids of the format hold.
 */
export function telemetryMessage(message: McapMessage, topics: ReadonlyMap<number, string> = new Map()): TelemetryMessage | null {
  const declared = topics.get(message.channelId);
  const topic = declared === undefined ? telemetryTopicOf(message.channelId) : knownTelemetryTopic(declared);
  if (!topic) return null;
  return { topic, raw: isRawTopic(topic), plane: planeOfAttributes(topic), seq: message.sequence, logTimeNs: message.logTimeNs, data: message.data };
}

/**
 * Every message in the order of the file, up to its end or to the first place that cannot be read, which is then returned. Reads
 * what other MCAP writers make of a record, too: channels by any id, inside of chunks, messages outside of them.
 */
export async function* walkTelemetry(file: ByteFile): AsyncGenerator<TelemetryMessage, Cut | null> {
  const topics = new Map<number, string>();
  let offset = mcapMagic.length;
  for (;;) {
    const record = await recordAt(file, offset);
    if (isCut(record)) return record;
    if (record.opcode === opcodes.dataEnd) return null;
    const messages = await messagesOf(file, record, topics);
    if (typeof messages === 'string') return { offset, why: messages };
    for (const message of messages) {
      const known = telemetryMessage(message, topics);
      if (known) yield known;
    }
    offset = record.end;
  }
}

/** The messages in one record of the file, which may also add to `topics`. */
async function messagesOf(file: ByteFile, record: FileRecord, topics: Map<number, string>): Promise<readonly McapMessage[] | string> {
  if (record.opcode === opcodes.chunk) {
    const chunk = await loadChunk(file, record);
    if (typeof chunk === 'string') return chunk;
    for (const [id, topic] of chunk.topics) topics.set(id, topic);
    return chunk.messages;
  }
  if (record.opcode === opcodes.channel) {
    const channel = parseChannel(await contentOf(file, record));
    if (channel) topics.set(channel.id, channel.topic);
  }
  return record.opcode === opcodes.message && record.contentBytes >= messageHeadBytes ? [parseMessage(await contentOf(file, record))] : [];
}
