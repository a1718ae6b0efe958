import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExportProgress, exportRecord } from '../../native-bridge/export/exportRecord.ts';
import { csvCell } from '../../native-bridge/export/tables.ts';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { initialInjectorFold, injectorStateOf } from '../../src/injector/injectorFold.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';
import { writeRecord } from '../unit/recordFixture.ts';

const stages = ['access', 'cavity', 'mixing', 'injection', 'closure'] as const;
const patientName = 'Müller^Jörg';

const inflation = { fromMs: 0, toMs: 1, peakAtMs: 0, greatestVolumeMl: 2.5, ruptured: false, wallContactMl: null, yieldMl: null };
/** What is left out here is not in any export. */
const unusedInjector = injectorStateOf(initialInjectorFold('injector', 0), 0, null);
const injectorState = {
  ...unusedInjector,
  balloon: {
    ...unusedInjector.balloon,
    volumeMl: 2.5,
    inflations: 2,
    peakPressureKpa: 1234.5,
    history: [
      { ...inflation, number: 1, peakPressureKpa: 1000 },
      { ...inflation, number: 2, peakPressureKpa: 1234.5 },
    ],
  },
};

/** A short procedure with everything that exports have a place for. */
function procedure(): Sample[] {
  const samples: Sample[] = [];
  let tMs = 0;
  type Unstamped<S> = S extends Sample ? Omit<S, 'tMs' | 'seq'> : never;
  let seq = -1;
  const raw = (sample: Unstamped<Sample>) => {
    seq++;
    samples.push({ ...sample, tMs, seq } as Sample);
  };
  const derived = (sample: Unstamped<Sample>) => samples.push({ ...sample, tMs, seq } as Sample);
  raw({ topic: '/operator', data: { kind: 'patient', name: patientName, id: '47\\11', birthDate: '1950-02-03', sex: 'male' } });
  for (const [index, stage] of stages.entries()) {
    tMs = index * 1000;
    raw({ topic: '/operator', data: { kind: 'stage', stage } });
    // What a stage says is what there was within it: two inflations of the cavity, 3.3 mL of the injection.
    const { balloon, cement, ...state } = index === 0 ? unusedInjector : injectorState;
    derived({ topic: '/injector/state', data: { ...state, balloon, cement: { ...cement, volumeMl: index < 3 ? 1.1 : 4.4 } } });
    raw({ topic: '/operator', data: { kind: 'note', text: index === 0 ? '' : 'Größe "A", B\r\n=1+1' } });
    raw({ topic: '/operator', data: { kind: 'cement-mixed', product: 'PMMA', lot: 'L-1' } });
    raw({ topic: '/operator', data: { kind: 'leak-seen', site: 'epidural' } });
    derived({
      topic: '/alarm',
      data: {
        id: 'cement-leak/b',
        condition: 'cement-leak',
        priority: 'high',
        phase: 'raised',
        message: 'Cement leak',
        advice: 'Stop',
        value: null,
        limit: null,
      },
    });
    for (const plane of ['a', 'b'] as const) {
      tMs += 66.667;
      raw(frame(plane, index));
    }
  }
  return samples;
}

function frame(plane: 'a' | 'b', number: number) {
  const columns = 33;
  const rows = plane === 'a' ? 20 : 21;
  // Plane b has an odd number of 8-bit pixels and is inverted; plane a changes its size halfway.
  const bitsAllocated = plane === 'a' ? 16 : 8;
  const height = plane === 'a' && number > 2 ? rows + 1 : rows;
  const pixels = bitsAllocated === 16 ? new Uint16Array(height * columns) : new Uint8Array(height * columns);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 31 + number) & (bitsAllocated === 16 ? 4095 : 255);
  const attributes = frameAttributes({
    rows: height,
    columns,
    bitsAllocated,
    bitsStored: bitsAllocated === 16 ? 12 : 8,
    photometric: plane === 'a' ? 'MONOCHROME2' : 'MONOCHROME1',
    frameNumber: number,
    windowCenter: 2000,
    windowWidth: 1500.5,
  });
  return { topic: `/plane/${plane}/frame`, data: { attributes, pixels } } as const;
}

let folder: string;
let out: string;
const samples = procedure();
const openRecord = async () => {
  const opened = await openRecordReader(join(folder, 'record'));
  if (!opened.ok) throw new Error(opened.fault.message);
  return opened.value;
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-export-'));
  out = join(folder, 'export');
  await writeRecord(join(folder, 'record'), samples);
  const reader = await openRecord();
  const progress: ExportProgress[] = [];
  expect(await exportRecord(reader, ['csv', 'dicom'], out, { onProgress: (step) => progress.push(step) })).toMatchObject({
    ok: true,
    value: { complete: true },
  });
  expect(progress.at(-1)).toMatchObject({ kind: 'dicom', done: 10, total: 10, fraction: 1 });
  for (const [i, { fraction }] of progress.entries()) expect(fraction).toBeGreaterThanOrEqual(progress[i - 1]?.fraction ?? 0);
  await reader.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const files = ['plane-a-001.dcm', 'plane-a-002.dcm', 'plane-b-001.dcm', 'procedure-log.dcm'];
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const output = (program: string, ...args: string[]) => {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return stdout + stderr;
};

describe('DICOM instances', () => {
  it.skipIf(!has('dciodvfy')).for(files)('%s has no error for dciodvfy (skipped without dicom3tools)', (file) => {
    expect(
      output('dciodvfy', join(out, 'dicom', file))
        .split('\n')
        .filter((line) => line.startsWith('Error')),
    ).toEqual([]);
  });

  it.skipIf(!has('dcmdump'))('say what they are to DCMTK (skipped without it)', () => {
    const dump = output('dcmdump', join(out, 'dicom/plane-a-001.dcm'));
    expect(dump).toContain('MultiframeGrayscaleWordSecondaryCaptureImageStorage');
    expect(dump).toContain('[Müller^Jörg]');
    expect(dump).toMatch(/NumberOfFrames/);
    expect(dump).toMatch(/\[3\] .*NumberOfFrames/);
    expect(dump).toContain('(0018,1065)');
    expect(output('dcmdump', join(out, 'dicom/plane-b-001.dcm'))).toContain('MultiframeGrayscaleByteSecondaryCaptureImageStorage');
    const studies = files.map((file) => output('dcmdump', '+P', 'StudyInstanceUID', join(out, 'dicom', file)));
    expect(new Set(studies).size).toBe(1);
  });

  it('hold the very pixels, MONOCHROME1 inverted', async () => {
    const bytes = await readFile(join(out, 'dicom/plane-b-001.dcm'));
    const frames = samples.filter(({ topic }) => topic === '/plane/b/frame');
    const expected = Buffer.concat(
      frames.map(({ data }) => ('pixels' in data && data.pixels instanceof Uint8Array ? data.pixels.map((value) => 255 - value) : new Uint8Array())),
    );
    expect(expected.length % 2).toBe(1);
    expect(bytes.subarray(bytes.length - 1 - expected.length, bytes.length - 1).equals(expected)).toBe(true);
  });

  it('are the same on every export', async () => {
    const reader = await openRecord();
    const again = join(folder, 'again');
    await exportRecord(reader, ['dicom'], again);
    await reader.close();
    for (const file of files) expect((await readFile(join(again, 'dicom', file))).equals(await readFile(join(out, 'dicom', file)))).toBe(true);
  });

  it.skipIf(!has('dsrdump'))('make a procedure log that dsrdump reads (skipped without DCMTK)', () => {
    const dump = output('dsrdump', '+Pc', join(out, 'dicom/procedure-log.dcm'));
    expect(dump).toContain('Procedure Log Document');
    expect(dump.match(/Start Procedure Action Item/g)).toHaveLength(5);
    expect(dump.match(/End Procedure Action Item/g)).toHaveLength(5);
    expect(dump).toContain('"1234.5"');
    expect(dump).toContain('"3.3"');
    expect(dump).toContain('Lot Identifier');
    expect(dump).not.toContain('violates');
  });
});

describe('tables', () => {
  const rows = async (name: string) => (await readFile(join(out, 'tables', name), 'utf8')).split(/\r\n(?=\d|$)/);

  it('have one row a sample, led by sequence and time', async () => {
    const [header, first] = await rows('alarms.csv');
    expect(header).toBe('seq,tMs,id,condition,priority,phase,message,advice,value,limit');
    expect(first).toBe('4,0,cement-leak/b,cement-leak,high,raised,Cement leak,Stop,,');
  });

  it('do not say who the patient is', async () => {
    for (const name of ['events', 'alarms', 'readings', 'needle', 'cement', 'pose']) {
      const text = await readFile(join(out, `tables/${name}.csv`), 'utf8');
      expect(text).not.toContain('Müller');
      expect(text).not.toContain('1950');
    }
  });

  it('quote what must be quoted and defuse what a spreadsheet would run', () => {
    expect([null, 0.1, true, 'a', 'a,b', 'a"b', 'a\nb', '=1+1', '-5 mm'].map(csvCell)).toEqual([
      '',
      '0.1',
      'true',
      'a',
      '"a,b"',
      '"a""b"',
      '"a\nb"',
      "'=1+1",
      "'-5 mm",
    ]);
  });
});

describe('an export', () => {
  it('is refused into a folder that is not empty', async () => {
    const reader = await openRecord();
    expect(await exportRecord(reader, ['csv'], out)).toMatchObject({ ok: false, fault: { kind: 'input', message: expect.stringContaining('not empty') } });
    await reader.close();
  });

  it('says of a folder in which one was killed what to remove, and leaves it alone', async () => {
    const reader = await openRecord();
    const killed = join(folder, 'killed');
    await mkdir(join(killed, 'incomplete-export'), { recursive: true });
    expect(await exportRecord(reader, ['csv'], killed)).toMatchObject({
      ok: false,
      fault: { kind: 'input', message: expect.stringContaining('holds what is left of an export that was killed: remove incomplete-export in it') },
    });
    expect(await readdir(killed)).toEqual(['incomplete-export']);
    await reader.close();
  });

  it('lists its files, last of all', async () => {
    const { files: listed } = JSON.parse(await readFile(join(out, 'export.json'), 'utf8')) as { files: string[] };
    expect(listed.sort()).toEqual((await readdir(out, { recursive: true })).filter((name) => /\/.*\./.test(name)).sort());
  });

  it('that is cancelled leaves nothing behind', async () => {
    const reader = await openRecord();
    const cancelled = join(folder, 'cancelled');
    const cancel = new AbortController();
    const onProgress = ({ done }: ExportProgress) => done === 3 && cancel.abort();
    expect(await exportRecord(reader, ['dicom'], cancelled, { signal: cancel.signal, onProgress })).toMatchObject({
      ok: false,
      fault: { kind: 'failed', message: expect.stringContaining('cancelled; nothing was kept') },
    });
    expect(await readdir(cancelled)).toEqual([]);
    await reader.close();
  });
});
