import type { AlarmEvent } from '../../../src/alarm/alarm.ts';
import type { InjectorState } from '../../../src/injector/state.ts';
import type { OperatorEvent, Stage } from '../../../src/procedure/operatorEvent.ts';
import type { Sample } from '../../../src/sample/sample.ts';
import type { RecordReader } from '../../record/record.ts';
import { type Code, type ContentValue, dcm, privateCode, ucum } from './srContent.ts';

/** One entry of the procedure log, by session time. */
export interface LogEntry {
  readonly tMs: number;
  readonly concept: Code;
  readonly value: ContentValue;
  readonly properties: readonly { readonly name: Code; readonly value: ContentValue }[];
}

type Property = LogEntry['properties'][number];

const note = dcm('121174', 'Procedure Note');
const startAction = dcm('121130', 'Start Procedure Action Item');
const endAction = dcm('121131', 'End Procedure Action Item');
const actionId = dcm('121124', 'Procedure Action Item ID');

const stageCodes: Readonly<Record<Stage, Code>> = {
  access: privateCode('STAGE-ACCESS', 'Access to the vertebral body'),
  cavity: privateCode('STAGE-CAVITY', 'Cavity creation'),
  mixing: privateCode('STAGE-MIXING', 'Cement mixing'),
  injection: privateCode('STAGE-INJECTION', 'Cement injection'),
  closure: privateCode('STAGE-CLOSURE', 'Closure'),
};

const text = (value: string): ContentValue => ({ text: value });
const millilitres = (number: number): ContentValue => ({ number, unit: ucum('mL', 'mL') });
const kilopascals = (number: number): ContentValue => ({ number, unit: ucum('kPa', 'kPa') });

/** What a person would want to find in the log of a procedure: stages, events, alarms, and what was measured at their ends. In order of time. */
export async function logEntries(reader: RecordReader): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  let stage: { readonly stage: Stage; readonly count: number } | null = null;
  let injector: InjectorState | null = null;
  const endStage = (tMs: number) => {
    if (stage)
      entries.push({ tMs, concept: endAction, value: { code: stageCodes[stage.stage] }, properties: [idOf(stage.count), ...measured(stage.stage, injector)] });
  };
  for await (const sample of reader.samples({ frames: false, topics: ['/operator', '/alarm', '/device', '/injector/state'] })) {
    if (sample.topic === '/injector/state') injector = sample.data;
    else if (sample.topic === '/operator' && sample.data.kind === 'stage') {
      endStage(sample.tMs);
      const count: number = (stage?.count ?? 0) + 1;
      stage = { stage: sample.data.stage, count };
      entries.push({ tMs: sample.tMs, concept: startAction, value: { code: stageCodes[stage.stage] }, properties: [idOf(count)] });
    } else {
      const entry = entryOf(sample);
      if (entry) entries.push({ tMs: sample.tMs, ...entry });
    }
  }
  endStage(reader.durationMs);
  return entries;
}

const idOf = (count: number): Property => ({ name: actionId, value: text(String(count)) });

/** What the injector had measured when a stage ended. */
function measured(stage: Stage, injector: InjectorState | null): readonly Property[] {
  if (!injector) return [];
  if (stage === 'cavity') {
    return [
      { name: privateCode('BALLOON-PEAK', 'Peak balloon pressure'), value: kilopascals(injector.balloon.peakPressureKpa) },
      { name: privateCode('BALLOON-VOLUME', 'Balloon volume'), value: millilitres(injector.balloon.volumeMl) },
      { name: privateCode('BALLOON-COUNT', 'Number of balloon inflations'), value: { number: injector.balloon.inflations, unit: ucum('1', 'no units') } },
    ];
  }
  return stage === 'injection' ? [{ name: dcm('122091', 'Volume administered'), value: millilitres(injector.cement.volumeMl) }] : [];
}

function entryOf(sample: Sample): Omit<LogEntry, 'tMs'> | null {
  switch (sample.topic) {
    case '/operator':
      return operatorEntry(sample.data);
    case '/alarm':
      return alarmEntry(sample.data);
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
    case 'correction':
      return { concept: note, value: text(`Correction of entry ${event.of}: ${event.text}`), properties: [] };
    case 'store-frame':
      return { concept: note, value: text(`Frame of plane ${event.plane.toUpperCase()} stored`), properties: [] };
    default:
      // Stages are entries of their own; the others change what is shown, not what was done to the patient.
      return null;
  }
}

function deviceProperties({ name, lot, serial }: Extract<OperatorEvent, { kind: 'device-used' }>): readonly Property[] {
  return [
    { name: dcm('121150', 'Device Code'), value: { code: privateCode('DEVICE', name.slice(0, 64)) } },
    { name: dcm('121149', 'Lot Identifier'), value: text(lot) },
    ...(serial ? [{ name: dcm('121148', 'Unit Serial Identifier'), value: text(serial) }] : []),
  ];
}

function materialOf({ product, lot }: Extract<OperatorEvent, { kind: 'cement-mixed' }>): readonly Property[] {
  const properties: Property[] = [];
  if (product) properties.push({ name: dcm('121145', 'Description of Material'), value: text(product) });
  if (lot) properties.push({ name: dcm('121149', 'Lot Identifier'), value: text(lot) });
  return properties;
}

function alarmEntry({ phase, priority, message }: AlarmEvent): Omit<LogEntry, 'tMs'> | null {
  if (phase === 'changed') return null;
  return { concept: note, value: text(`Alarm ${phase} (${priority} priority): ${message}`), properties: [] };
}
