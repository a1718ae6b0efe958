import { failedFault, ok, type Result } from '../../src/base/result.ts';
import type { Topic } from '../../src/sample/sample.ts';
import { type SessionTrack, startSessionTrack } from '../../src/session/sessionTrack.ts';
import { type Alignment, compareSessions, offsetMs, type SideBySide } from '../../src/session/sideBySide.ts';
import { type OpenRecordReader, openRecordReader } from '../record/reader.ts';
import { replayRecord } from './replay.ts';

const trackedTopics: readonly Topic[] = [
  '/procedure',
  '/injector/reading',
  '/plane/a/needle',
  '/plane/a/cement',
  '/plane/b/needle',
  '/plane/b/cement',
  '/alarm',
  '/tick',
];

/** The course of a session as it was recorded. */
export async function recordedTrack(reader: OpenRecordReader): Promise<SessionTrack> {
  const { add, track } = startSessionTrack();
  for await (const sample of reader.samples({ frames: false, topics: trackedTopics })) add(sample);
  return track();
}

/** The course of the same session as this version derives it from the raw samples. */
export async function derivedTrack(reader: OpenRecordReader, onProgress: (fraction: number) => void): Promise<Result<SessionTrack>> {
  const { add, track } = startSessionTrack();
  const replayed = await replayRecord(reader, { onProgress, onDerived: (samples) => samples.forEach(add) });
  return replayed.ok ? ok({ ...track(), durationMs: reader.durationMs }) : replayed;
}

async function withRecord<T>(folder: string, work: (reader: OpenRecordReader) => Promise<Result<T>>): Promise<Result<T>> {
  const opened = await openRecordReader(folder);
  if (!opened.ok) return opened;
  try {
    return await work(opened.value);
  } finally {
    await opened.value.close();
  }
}

/** Two records locked in time; `right` null: the left one as it was recorded beside what this version derives of it. */
export function compareRecords(
  left: string,
  right: string | null,
  by: Alignment,
  onProgress: (fraction: number) => void = () => undefined,
): Promise<Result<SideBySide>> {
  return withRecord(left, async (first) => {
    const was = await recordedTrack(first);
    const is = right === null ? await derivedTrack(first, onProgress) : await withRecord(right, async (second) => ok(await recordedTrack(second)));
    if (!is.ok) return is;
    if (was.durationMs === 0 && is.value.durationMs === 0) return failedFault(`${left} holds nothing that could be compared; run "pedicle verify" on it.`);
    const ahead = offsetMs(was, is.value, by);
    return ahead.ok ? ok(compareSessions(was, is.value, ahead.value)) : ahead;
  });
}
