import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { frameTopic, type PlaneId } from '../../src/sample/sample.ts';
import { openRecordReader } from '../record/reader.ts';
import type { RecordReader } from '../record/record.ts';
import type { Source, SourceEvent } from './source.ts';
import { parseSourceUri } from './uri.ts';

async function openRecordOf(uri: string): Promise<Result<{ readonly reader: RecordReader; readonly query: Readonly<Record<string, string>> }>> {
  const parsed = parseSourceUri(uri);
  if (!parsed.ok) return parsed;
  const opened = await openRecordReader(parsed.value.target);
  if (!opened.ok) return opened;
  return ok({ reader: opened.value, query: parsed.value.query });
}

/** The frames of one plane of a record as a source; `record:RECORD?plane=a` (the same plane when not given). */
export async function openRecordedFrames(uri: string, plane: PlaneId): Promise<Result<Source>> {
  const opened = await openRecordOf(uri);
  if (!opened.ok) return opened;
  const { reader, query } = opened.value;
  const from = query.plane ?? plane;
  if ((from !== 'a' && from !== 'b') || !reader.planes.includes(from)) {
    await reader.close();
    return inputFault(
      `${uri} asks for plane ${from}, but the record has ${reader.planes.length === 0 ? 'no frames' : `plane ${reader.planes.join(' and ')}`}; give ?plane= with one that it has.`,
    );
  }
  const topic = frameTopic(plane);
  const device = `plane-${plane}`;
  return ok({
    uri,
    pace: 'paced',
    simulated: reader.header.simulated,
    async *events(signal): AsyncGenerator<SourceEvent> {
      try {
        const index = reader.frameIndex(from);
        yield {
          topic: '/device',
          data: { device, state: 'connected', simulated: reader.header.simulated, message: `Frames of plane ${from} of a recorded procedure.` },
          atMs: index[0]?.tMs ?? 0,
        };
        let atMs = 0;
        for (const { seq, tMs } of index) {
          if (signal.aborted) return;
          atMs = tMs;
          const frame = await reader.frame(from, seq);
          if (frame.ok) yield { topic, data: frame.value.data, atMs };
          else yield { topic: '/device', data: { device, state: 'notice', message: frame.fault.message }, atMs };
        }
        yield { topic: '/device', data: { device, state: 'ended', message: 'The recorded frames have ended.' }, atMs };
      } finally {
        await reader.close();
      }
    },
  });
}

/** The injector of a record as a source: its bytes and its comings and goings, as they were. */
export async function openRecordedInjector(uri: string): Promise<Result<Source>> {
  const opened = await openRecordOf(uri);
  if (!opened.ok) return opened;
  const { reader } = opened.value;
  return ok({
    uri,
    pace: 'paced',
    simulated: reader.header.simulated,
    async *events(signal): AsyncGenerator<SourceEvent> {
      try {
        for await (const sample of reader.samples({ frames: false })) {
          if (signal.aborted) return;
          if (sample.topic === '/injector/bytes') yield { topic: '/injector/bytes', data: sample.data, atMs: sample.tMs };
          else if (sample.topic === '/device' && sample.data.device.startsWith('injector')) yield { topic: '/device', data: sample.data, atMs: sample.tMs };
        }
      } finally {
        await reader.close();
      }
    },
  });
}
