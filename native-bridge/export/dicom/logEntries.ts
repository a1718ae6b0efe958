import { type AlarmEvent, type AlarmPriority, isGraver } from '../../../src/alarm/alarm.ts';
import type { OperatorEvent } from '../../../src/procedure/operatorEvent.ts';
import type { Sample } from '../../../src/sample/sample.ts';
import type { RecordReader } from '../../record/record.ts';
import { type Correction, collectCorrections } from '../corrections.ts';
import type { LogEntry, LogProperty } from './logEntry.ts';
import { startStages } from './logStages.ts';
import { type ContentValue, dcm, privateCode } from './srContent.ts';

const note = dcm('121174', 'Procedure Note');
const text = (value: string): ContentValue => ({ text: value });

/** What a person would want to find in the log of a procedure: stages, events, alarms, and what was measured at their ends. In order of time. */
export async function logEntries(reader: RecordReader): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  const stages = startStages();
  const corrections = collectCorrections();
  const alarmEntry = startAlarms();
  const bySeq = new Map<number, number>();
  const timeOf = (tMs: number) => `${new Date(reader.header.startedAtEpochMs + tMs).toISOString().slice(11, 19)} UTC`;
  for await (const sample of reader.samples({ frames: false, topics: ['/operator', '/alarm', '/device', '/injector/state'] })) {
    const before = entries.length;
    if (sample.topic === '/operator') corrections.event(sample.tMs, sample.seq, sample.data);
    if (sample.topic === '/injector/state') stages.injector(sample.data);
    else if (sample.topic === '/operator' && sample.data.kind === 'correction') {
      const correction = corrections.result().at(-1);
      const at = correction && bySeq.get(correction.of);
      const was = at === undefined ? undefined : entries[at];
      if (correction) entries.push(correctionEntry(correction, timeOf));
      if (correction && was && at !== undefined)
        entries[at] = { ...was, properties: [...was.properties, { name: correctedLater, value: text(`${timeOf(correction.tMs)}: ${correction.text}`) }] };
    } else if (sample.topic === '/operator' && sample.data.kind === 'stage') entries.push(...stages.begin(sample.tMs, sample.data));
    else {
      if (sample.topic === '/operator' && sample.data.kind === 'cement-mixed') stages.mixed(sample.data);
      const entry = sample.topic === '/alarm' ? alarmEntry(sample.data) : entryOf(sample);
      if (entry) entries.push({ tMs: sample.tMs, ...entry });
    }
    // A stage may first end the one before it: its own entry is the last.
    if (sample.topic === '/operator' && entries.length > before) bySeq.set(sample.seq, entries.length - 1);
  }
  return [...entries, ...stages.end(reader.durationMs)];
}

const correctedLater = privateCode('CORRECTED', 'Corrected by a later entry');

function correctionEntry({ tMs, of, text: words, what }: Correction, timeOf: (tMs: number) => string): LogEntry {
  const subject = what ? `“${what.words}” at ${timeOf(what.tMs)}` : `entry ${of}`;
  return { tMs, concept: note, value: text(`Correction of ${subject}: ${words}`), properties: [] };
}

function entryOf(sample: Sample): Omit<LogEntry, 'tMs'> | null {
  switch (sample.topic) {
    case '/operator':
      return operatorEntry(sample.data);
    case '/device':
      return sample.data.state === 'notice'
        ? null
        : { concept: note, value: text(`${sample.data.device} ${sample.data.state}: ${sample.data.message}`), properties: [] };
    default:
      return null;
  }
}

function operatorEntry(event: OperatorEvent): Omit<LogEntry, 'tMs'> | null {
  switch (event.kind) {
    case 'note':
      return { concept: note, value: text(event.text), properties: [] };
    case 'mark':
      return { concept: note, value: text(`Mark ${event.label ?? ''}`.trim()), properties: [] };
    case 'patient':
      return { concept: note, value: text(identityWords(event)), properties: [] };
    case 'check':
      return { concept: note, value: text(`${event.done ? 'Ticked' : 'No longer ticked'}: ${event.item}`), properties: [] };
    case 'leak-seen':
      return {
        concept: note,
        value: text('Cement leak seen'),
        properties: [{ name: privateCode('LEAK-SITE', 'Site of cement leak'), value: text(event.site) }],
      };
    case 'cement-mixed':
      return { concept: note, value: text('Cement mixed'), properties: materialOf(event) };
    case 'device-used':
      return { concept: note, value: text(`Device used: ${event.deviceKind}`), properties: deviceProperties(event) };
    case 'sign-off':
      return { concept: note, value: text(`Signed off by ${event.by}${event.text ? `: ${event.text}` : ''}`), properties: [] };
    case 'performed':
      return { concept: note, value: text(`Procedure ${event.outcome}${event.reason ? `: ${event.reason}` : ''}`), properties: [] };
    case 'store-frame':
      return { concept: note, value: text(`Frame of plane ${event.plane.toUpperCase()} stored`), properties: [] };
    default:
      // Stages are entries of their own; the others change what is shown, not what was done to the patient.
      return null;
  }
}

/** An identity that is attached later belongs to the course of the procedure. */
function identityWords({ name, id, emergency, corrects }: Extract<OperatorEvent, { kind: 'patient' }>): string {
  if (emergency) return `Begun without identity, as ${name}, ${id}`;
  return `${corrects === undefined ? 'Patient' : 'Patient identified'}: ${name}, ${id}`;
}

function deviceProperties({ name, lot, serial }: Extract<OperatorEvent, { kind: 'device-used' }>): readonly LogProperty[] {
  return [
    { name: dcm('121150', 'Device Code'), value: { code: privateCode('DEVICE', name.slice(0, 64)) } },
    { name: dcm('121149', 'Lot Identifier'), value: text(lot) },
    ...(serial ? [{ name: dcm('121148', 'Unit Serial Identifier'), value: text(serial) }] : []),
  ];
}

function materialOf({ product, lot }: Extract<OperatorEvent, { kind: 'cement-mixed' }>): readonly LogProperty[] {
  const properties: LogProperty[] = [];
  if (product) properties.push({ name: dcm('121145', 'Description of Material'), value: text(product) });
  if (lot) properties.push({ name: dcm('121149', 'Lot Identifier'), value: text(lot) });
  return properties;
}

/** Alarms as the log tells them: each change in the life of one, but of those while it stands only that it became graver. */
function startAlarms(): (event: AlarmEvent) => Omit<LogEntry, 'tMs'> | null {
  const standing = new Map<string, AlarmPriority>();
  return ({ id, phase, priority, message }) => {
    const before = standing.get(id);
    standing.set(id, priority);
    const graver = before !== undefined && isGraver(priority, before);
    if (phase === 'changed' && !graver) return null;
    return { concept: note, value: text(`Alarm ${phase === 'changed' ? 'now graver' : phase} (${priority} priority): ${message}`), properties: [] };
  };
}
