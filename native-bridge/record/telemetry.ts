import type { PlaneId } from '../../src/sample/sample.ts';
import type { ByteFile } from './byteFile.ts';
import { isRawTopic, planeOfAttributes, telemetryTopicOf } from './channels.ts';
import { type McapMessage, mcapMagic, opcodes } from './mcapFormat.ts';
import { type Cut, isCut, loadChunk, recordAt } from './mcapWalk.ts';
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

/** A message of a known channel; newer minor versions may have channels that this one skips. */
export function telemetryMessage(message: McapMessage): TelemetryMessage | null {
  const topic = telemetryTopicOf(message.channelId);
  if (!topic) return null;
  return { topic, raw: isRawTopic(topic), plane: planeOfAttributes(topic), seq: message.sequence, logTimeNs: message.logTimeNs, data: message.data };
}

/** Every message in the order of the file, up to its end or to the first place that cannot be read, which is then returned. */
export async function* walkTelemetry(file: ByteFile): AsyncGenerator<TelemetryMessage, Cut | null> {
  let offset = mcapMagic.length;
  for (;;) {
    const record = await recordAt(file, offset);
    if (isCut(record)) return record;
    if (record.opcode === opcodes.dataEnd) return null;
    if (record.opcode === opcodes.chunk) {
      const chunk = await loadChunk(file, record);
      if (typeof chunk === 'string') return { offset, why: chunk };
      for (const message of chunk.messages) {
        const known = telemetryMessage(message);
        if (known) yield known;
      }
    }
    offset = record.end;
  }
}
