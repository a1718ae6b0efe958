import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type AlarmEpisode, startEpisodes } from '../../../src/alarm/episodes.ts';
import type { Result } from '../../../src/base/result.ts';
import { ok } from '../../../src/base/result.ts';
import { patientOf } from '../../../src/procedure/operatorEvent.ts';
import type { Sample, Topic } from '../../../src/sample/sample.ts';
import { type OpenRecordReader, openRecordReader } from '../../record/reader.ts';

/** What the index keeps of one record. */
export interface IndexedRecord {
  readonly startedAtEpochMs: number;
  readonly durationMs: number;
  readonly procedure: string;
  readonly level: string | null;
  readonly patient: { readonly name: string; readonly id: string } | null;
  readonly simulated: boolean;
  readonly closed: boolean;
  readonly softwareVersion: string;
  readonly runtime: string;
  readonly frames: { readonly a: number; readonly b: number };
  readonly peakPressureKpa: number | null;
  readonly cementMl: number | null;
  readonly alarms: readonly AlarmEpisode[];
  readonly events: readonly IndexedEvent[];
}

export interface IndexedEvent {
  readonly seq: number;
  readonly tMs: number;
  readonly topic: Topic;
  readonly kind: string;
  /** JSON; without who the patient is, which only the record's own row says. */
  readonly data: string;
}

const indexedTopics: readonly Topic[] = ['/operator', '/device', '/gap', '/alarm', '/procedure', '/injector/state'];

/** Sizes and times of change of a record's files: while these are the same, so is the record. */
export async function recordState(folder: string): Promise<{ readonly state: string; readonly bytes: number }> {
  const names = (await readdir(folder)).sort();
  const found = await Promise.all(names.map(async (name) => ({ name, ...(await stat(join(folder, name))) })));
  return {
    state: found.map(({ name, size, mtimeMs }) => `${name} ${size} ${Math.round(mtimeMs)}`).join('; '),
    bytes: found.reduce((sum, { size }) => sum + size, 0),
  };
}

/** Reads everything but the frames. */
export async function readForIndex(folder: string): Promise<Result<IndexedRecord>> {
  const opened = await openRecordReader(folder);
  if (!opened.ok) return opened;
  try {
    return ok(await collect(opened.value));
  } finally {
    await opened.value.close();
  }
}

function eventOf(sample: Sample): IndexedEvent | null {
  const { seq, tMs, topic } = sample;
  switch (sample.topic) {
    case '/operator': {
      const told = sample.data.kind === 'patient' ? { kind: 'patient' } : sample.data;
      return { seq, tMs, topic, kind: sample.data.kind, data: JSON.stringify(told) };
    }
    case '/device':
      return { seq, tMs, topic, kind: sample.data.state, data: JSON.stringify(sample.data) };
    case '/gap':
      return { seq, tMs, topic, kind: sample.data.kind, data: JSON.stringify(sample.data) };
    case '/alarm':
      return { seq, tMs, topic, kind: sample.data.phase, data: JSON.stringify(sample.data) };
    default:
      return null;
  }
}

async function collect(reader: OpenRecordReader): Promise<IndexedRecord> {
  const { header, durationMs, closed } = reader;
  const alarms = startEpisodes();
  const events: IndexedEvent[] = [];
  const cementMl = new Map<string, number>();
  let level: string | null = null;
  let patient: IndexedRecord['patient'] = null;
  let peakPressureKpa: number | null = null;
  for await (const sample of reader.samples({ frames: false, topics: indexedTopics })) {
    const event = eventOf(sample);
    if (event) events.push(event);
    switch (sample.topic) {
      case '/operator':
        if (sample.data.kind === 'patient') {
          const { name, id } = patientOf(sample.data);
          patient = { name, id };
        }
        break;
      case '/procedure':
        level = sample.data.level ?? level;
        break;
      case '/alarm':
        alarms.add(sample.tMs, sample.data);
        break;
      case '/injector/state':
        peakPressureKpa = Math.max(peakPressureKpa ?? 0, sample.data.balloon.peakPressureKpa);
        cementMl.set(sample.data.device, sample.data.cement.volumeMl);
        break;
      default:
    }
  }
  const { startedAtEpochMs, procedure, simulated, softwareVersion, runtime } = header;
  return {
    ...{ startedAtEpochMs, durationMs, procedure, level, patient, simulated, closed, softwareVersion, runtime, peakPressureKpa },
    frames: { a: reader.frameIndex('a').length, b: reader.frameIndex('b').length },
    cementMl: cementMl.size === 0 ? null : [...cementMl.values()].reduce((sum, ml) => sum + ml, 0),
    alarms: alarms.episodes(),
    events,
  };
}
