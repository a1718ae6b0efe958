import { describe, expect, it } from 'vitest';
import { logEntries } from '../../native-bridge/export/dicom/logEntries.ts';
import type { LogEntry } from '../../native-bridge/export/dicom/logEntry.ts';
import type { RecordReader } from '../../native-bridge/record/record.ts';
import { initialInjectorFold, injectorStateOf } from '../../src/injector/injectorFold.ts';
import type { OperatorEvent } from '../../src/procedure/operatorEvent.ts';
import { emergencyPatient } from '../../src/procedure/patient.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { testHeader } from './recordFixture.ts';

/** As much of a record as the log reads. */
function recordOf(samples: readonly Sample[]): RecordReader {
  const all = async function* () {
    yield* samples;
  };
  return { samples: all, header: testHeader, durationMs: samples.at(-1)?.tMs ?? 0 } as unknown as RecordReader;
}

const said = (tMs: number, data: OperatorEvent): Sample => ({ topic: '/operator', tMs, seq: tMs, data });
function measured(tMs: number, cementMl: number, peaksKpa: readonly number[] = [], device = 'injector'): Sample {
  const state = injectorStateOf(initialInjectorFold(device, 0), 0, null);
  const history = peaksKpa.map((peakPressureKpa, i) => ({
    number: i + 1,
    fromMs: 0,
    toMs: 1,
    peakPressureKpa,
    peakAtMs: 0,
    greatestVolumeMl: i + 2,
    ruptured: false,
    wallContactMl: null,
    yieldMl: null,
  }));
  const balloon = { ...state.balloon, inflations: history.length, history, volumeMl: 0, peakPressureKpa: Math.max(0, ...peaksKpa) };
  return { topic: '/injector/state', tMs, seq: tMs, data: { ...state, balloon, cement: { ...state.cement, volumeMl: cementMl } } };
}

/** Names and values of an entry's properties, by the code of the concept. */
const properties = (entry: LogEntry | undefined) =>
  Object.fromEntries(
    (entry?.properties ?? []).map(({ name, value }) => [name.CodeValue, 'number' in value ? value.number : 'text' in value ? value.text : '']),
  );
const ends = (entries: readonly LogEntry[]) => entries.filter(({ concept }) => concept.CodeValue === '121131');

describe('stages in the procedure log', () => {
  it('of two injectors tell what went in through both, and the inflations of both', async () => {
    const entries = await logEntries(
      recordOf([
        said(0, { kind: 'stage', stage: 'cavity' }),
        measured(10, 0, [900], 'injector-left'),
        measured(20, 0, [1200, 800], 'injector-right'),
        said(1000, { kind: 'stage', stage: 'injection' }),
        measured(30_000, 2, [900], 'injector-left'),
        measured(30_010, 1.5, [1200, 800], 'injector-right'),
        said(31_000, { kind: 'stage', stage: 'closure' }),
      ]),
    );
    const [cavity, injection] = ends(entries);
    expect(properties(cavity)).toMatchObject({ 'BALLOON-COUNT': 3, 'BALLOON-PEAK': 1200 });
    expect(properties(injection)).toMatchObject({ 122091: 3.5 });
  });

  it('tell of cement what went in within each, how fast, how long and which', async () => {
    const entries = await logEntries(
      recordOf([
        said(0, { kind: 'cement-mixed', product: 'PMMA', lot: 'C-1' }),
        said(1000, { kind: 'stage', stage: 'injection', level: 'L1', side: 'left' }),
        measured(30_000, 2),
        said(31_000, { kind: 'cement-mixed', product: 'PMMA', lot: 'C-2' }),
        said(31_000, { kind: 'stage', stage: 'injection', level: 'L2', side: 'right' }),
        measured(45_000, 2.5),
        said(46_000, { kind: 'stage', stage: 'closure' }),
      ]),
    );
    const [first, second] = ends(entries);
    // Volume, mL; rate, mL/min; duration, s; material, quantity, lot.
    const known = (volume: number, rate: number, seconds: number) => ({ 122091: volume, 122094: rate, 122095: seconds, 121128: seconds, 121146: volume });
    expect(properties(first)).toMatchObject({ ...known(2, 4, 30), 121145: 'PMMA' });
    expect(properties(second)).toMatchObject({ ...known(0.5, 2, 15), 121149: 'C-2' });
    const begun = entries.filter(({ concept }) => concept.CodeValue === '121130').map((entry) => properties(entry).COURSE);
    expect(begun).toEqual(['L1, left', 'L2, right', undefined]);
  });

  it('tell of balloons the inflations within each', async () => {
    const entries = await logEntries(
      recordOf([
        said(0, { kind: 'stage', stage: 'cavity', level: 'L1' }),
        measured(1000, 0, [900, 1200]),
        said(2000, { kind: 'stage', stage: 'cavity', level: 'L2' }),
        measured(3000, 0, [900, 1200, 700]),
      ]),
    );
    const [first, second] = ends(entries).map(properties);
    expect(first).toMatchObject({ 'BALLOON-COUNT': 2, 'BALLOON-PEAK': 1200, 'BALLOON-VOLUME': 3 });
    expect(second).toMatchObject({ 'BALLOON-COUNT': 1, 'BALLOON-PEAK': 700, 'BALLOON-VOLUME': 4 });
  });

  it('in which no balloon was inflated tell of none, and nothing of those before', async () => {
    const entries = await logEntries(
      recordOf([
        said(0, { kind: 'stage', stage: 'cavity', level: 'L1' }),
        measured(1000, 0, [900, 1200]),
        said(2000, { kind: 'stage', stage: 'cavity', level: 'L2' }),
        measured(3000, 0, [900, 1200]),
      ]),
    );
    const second = properties(ends(entries)[1]);
    expect(second).toMatchObject({ 'BALLOON-COUNT': 0 });
    expect(Object.keys(second).filter((code) => code.startsWith('BALLOON'))).toEqual(['BALLOON-COUNT']);
  });
});

it('what was corrected later says so, and a correction names what it is of', async () => {
  const entries = await logEntries(
    recordOf([
      said(1000, { kind: 'leak-seen', site: 'disc-superior' }),
      said(2000, { kind: 'stage', stage: 'cavity', level: 'L1' }),
      said(3000, { kind: 'correction', of: 1000, text: 'foraminal' }),
      said(4000, { kind: 'correction', of: 2000, text: 'Undone: stage' }),
      said(5000, { kind: 'correction', of: 77, text: 'nothing that is there' }),
    ]),
  );
  const texts = entries.map(({ value }) => ('text' in value ? value.text : ''));
  const at = (seconds: number) => `${new Date(testHeader.startedAtEpochMs + seconds * 1000).toISOString().slice(11, 19)} UTC`;
  expect(texts).toContain(`Correction of “cement leak, disc above” at ${at(1)}: foraminal`);
  expect(texts).toContain(`Correction of “stage cavity, L1” at ${at(2)}: Undone: stage`);
  expect(texts).toContain('Correction of entry 77: nothing that is there');
  const corrected = entries.filter((entry) => properties(entry).CORRECTED !== undefined);
  expect(corrected.map((entry) => [entry.tMs, properties(entry).CORRECTED])).toEqual([
    [1000, `${at(3)}: foraminal`],
    [2000, `${at(4)}: Undone: stage`],
  ]);
});

it('the log says when an identity came, and what was ticked', async () => {
  const entries = await logEntries(
    recordOf([
      said(0, { kind: 'patient', ...emergencyPatient(0) }),
      said(10, { kind: 'check', stage: 'access', item: 'Time-out', done: true }),
      said(20, { kind: 'patient', name: 'Known^Later', id: '4711', corrects: 0 }),
    ]),
  );
  expect(entries.map(({ value }) => ('text' in value ? value.text : ''))).toEqual([
    'Begun without identity, as Emergency^19700101T000000, EMERGENCY-19700101T000000',
    'Ticked: Time-out',
    'Patient identified: Known^Later, 4711',
  ]);
});
