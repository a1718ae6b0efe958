import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { OperatorEvent } from '../../src/procedure/operatorEvent.ts';
import { openRecordReader } from '../record/reader.ts';
import type { RecordReader } from '../record/record.ts';

const clock = (epochMs: number): string => new Date(epochMs).toTimeString().slice(0, 8);

/**
 * What a session says at its start that goes on with the procedure of an interrupted record: patient, plan, stage and the devices used,
 * as they stood, and a note that says where the beginning is. The cement clock is not restored, since the time of mixing lies before
 * this record; the note gives it.
 */
export async function resumingEvents(reader: RecordReader): Promise<readonly OperatorEvent[]> {
  const last = new Map<OperatorEvent['kind'], OperatorEvent>();
  const devices: OperatorEvent[] = [];
  const mixedAtMs = new Map<number, number>();
  for await (const sample of reader.samples({ frames: false, topics: ['/operator'] })) {
    if (sample.topic !== '/operator') continue;
    const event = sample.data;
    if (event.kind === 'patient' || event.kind === 'plan' || event.kind === 'stage') last.set(event.kind, event);
    else if (event.kind === 'device-used') devices.push(event);
    else if (event.kind === 'cement-mixed') mixedAtMs.set(sample.seq, sample.tMs);
    else if (event.kind === 'correction') mixedAtMs.delete(event.of);
  }
  const lastMixMs = [...mixedAtMs.values()].at(-1);
  const mixed =
    lastMixMs === undefined ? '' : ` Cement was mixed at ${clock(reader.header.startedAtEpochMs + lastMixMs)}: the cement clock has to be set again.`;
  const note: OperatorEvent = { kind: 'note', text: `Goes on with the procedure of record ${basename(reader.folder)}, which was interrupted.${mixed}` };
  return [note, ...[last.get('patient'), last.get('plan'), last.get('stage')].filter((event) => event !== undefined), ...devices];
}

/** Opens a session with the words of an interrupted procedure before its own, or with `null` where there are none. */
export type Resuming = <T>(open: (scriptFile: string | null) => Promise<T>) => Promise<T>;

/** What an interrupted record leaves to go on with; of a simulated one nothing, since it begins anew as its script does. */
export function resuming(interrupted: string): Resuming {
  return async (open) => {
    const reader = await openRecordReader(interrupted);
    if (!reader.ok) return open(null);
    const events = reader.value.header.simulated ? null : await resumingEvents(reader.value);
    await reader.value.close();
    return events === null ? open(null) : withScript(events, open);
  };
}

/** A script of these events that is there while `use` runs; in a folder that only this user can read. */
export async function withScript<T>(events: readonly OperatorEvent[], use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pedicle-resume-'));
  try {
    const file = join(folder, 'script.json');
    await writeFile(file, JSON.stringify(events.map((event) => ({ atMs: 0, event }))), { mode: 0o600 });
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
