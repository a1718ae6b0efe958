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
  return ok({ uri, pace: 'paced', simulated: reader.header.simulated, events: (signal) => playFrames(reader, from, plane, signal) });
}

/** Frames and what happened to their device, in order of time, under the name that they have in this session. */
async function* playFrames(reader: RecordReader, from: PlaneId, plane: PlaneId, signal: AbortSignal): AsyncGenerator<SourceEvent> {
  const topic = frameTopic(plane);
  const device = `plane-${plane}`;
  const { simulated } = reader.header;
  const index = reader.frameIndex(from);
  const firstMs = index[0]?.tMs ?? 0;
  const lastMs = index.at(-1)?.tMs ?? 0;
  try {
    const said: DeviceSourceEvent[] = [];
    for await (const sample of reader.samples({ frames: false, topics: ['/device'] }))
      if (sample.topic === '/device' && sample.data.device === `plane-${from}`)
        said.push({ topic: '/device', data: { ...sample.data, device }, atMs: sample.tMs });
    if (!said.some(({ data }) => data.state === 'connected'))
      said.unshift({
        topic: '/device',
        data: { device, state: 'connected', simulated, message: `Frames of plane ${from} of a recorded procedure.` },
        atMs: firstMs,
      });
    for (const { seq, tMs } of index) {
      for (let next = said[0]; next && next.atMs <= tMs; next = said[0]) {
        said.shift();
        yield next;
      }
      if (signal.aborted) return;
      const frame = await reader.frame(from, seq);
      if (frame.ok) yield { topic, data: frame.value.data, atMs: tMs };
      else yield { topic: '/device', data: { device, state: 'notice', message: frame.fault.message }, atMs: tMs };
    }
    yield* said;
    if (said.at(-1)?.data.state !== 'ended')
      yield {
        topic: '/device',
        data: { device, state: 'ended', simulated, message: 'The recorded frames have ended.' },
        atMs: Math.max(lastMs, said.at(-1)?.atMs ?? 0),
      };
  } finally {
    await reader.close();
  }
}

type DeviceSourceEvent = Extract<SourceEvent, { topic: '/device' }> & { readonly atMs: number };

/** What was said at the console of a record, as a source, and what the record says of itself. */
export async function openRecordedOperator(uri: string): Promise<Result<{ readonly source: Source; readonly procedure: string; readonly folder: string }>> {
  const opened = await openRecordOf(uri);
  if (!opened.ok) return opened;
  const { reader } = opened.value;
  const { procedure, simulated } = reader.header;
  const source: Source = {
    uri,
    pace: 'paced',
    simulated,
    async *events(signal): AsyncGenerator<SourceEvent> {
      try {
        for await (const sample of reader.samples({ frames: false, topics: ['/operator'] })) {
          if (signal.aborted) return;
          if (sample.topic === '/operator') yield { topic: '/operator', data: sample.data, atMs: sample.tMs };
        }
      } finally {
        await reader.close();
      }
    },
  };
  return ok({ source, procedure, folder: reader.folder });
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
        for await (const sample of reader.samples({ frames: false, topics: ['/injector/bytes', '/device'] })) {
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
