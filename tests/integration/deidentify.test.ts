import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { masked, parseMask } from '../../native-bridge/export/deidentify/masks.ts';
import { scrubber } from '../../native-bridge/export/deidentify/scrub.ts';
import { exportRecord } from '../../native-bridge/export/exportRecord.ts';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { openRecordWriter } from '../../native-bridge/record/writer.ts';
import { initialInjectorFold, injectorStateOf } from '../../src/injector/injectorFold.ts';
import type { OperatorEvent } from '../../src/procedure/operatorEvent.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';
import { testSummary } from '../unit/recordFixture.ts';

/** Everything in the record that says who or where; none of it may be anywhere in an export. */
const identifiers = [
  'Mühlhausen',
  'Jörgina',
  'PID-88123',
  '1950-02-03',
  '19500203',
  'ACC-556677',
  '1.2.826.0.1.3680043.8.498.99887766',
  'RP-112233',
  'Rothenburg',
  'Klinikum Sankt Florian',
  '/data/incoming/case-7f3',
  'SN-445566',
  'LOT-998877',
  'Dr. Adalbert',
  'wife called Kunigunde',
  'case-folder-4711',
  'table-secret-name',
] as const;

const startedAtEpochMs = Date.UTC(2026, 8, 21, 14, 13, 20, 123);
/** The moment, as it is written anywhere. */
const moments = ['2026-09-21', '20260921', '141320', '14:13:20', String(startedAtEpochMs)];

const [rows, columns] = [64, 80];
/** A bright bar where a grabber would burn in the name. */
const bar = { xImagePx: 4, yImagePx: 2, widthPx: 40, heightPx: 8 };

function procedure(): Sample[] {
  const samples: Sample[] = [];
  let seq = 0;
  let tMs = 0;
  const say = (data: OperatorEvent) => {
    tMs += 500;
    samples.push({ topic: '/operator', tMs, seq: seq++, data });
  };
  const order = {
    studyInstanceUid: '1.2.826.0.1.3680043.8.498.99887766',
    accessionNumber: 'ACC-556677',
    requestedProcedureId: 'RP-112233',
    requestedProcedureDescription: 'Kyphoplasty of Mühlhausen',
    scheduledStepId: 'SPS-112233',
    scheduledStepDescription: 'for Rothenburg',
    referringPhysician: 'Rothenburg^Dr.',
  };
  say({ kind: 'patient', name: 'Emergency^X', id: 'PID-88123-provisional' });
  say({ kind: 'patient', name: 'Mühlhausen^Jörgina^^Dr.', id: 'PID-88123', birthDate: '1950-02-03', sex: 'F', order });
  say({ kind: 'plan', plan: { version: 1, level: 'L1', procedure: 'kyphoplasty', planes: {} } });
  say({ kind: 'note', text: 'wife called Kunigunde' });
  say({ kind: 'mark', label: 'Mühlhausen again' });
  say({ kind: 'device-used', name: 'Balloon for Jörgina', deviceKind: 'balloon', lot: 'LOT-998877', serial: 'SN-445566' });
  say({ kind: 'cement-mixed', product: 'PMMA of MÜHLHAUSEN', lot: 'LOT-998877' });
  say({ kind: 'leak-seen', site: 'epidural' });
  say({ kind: 'correction', of: 3, text: 'Kunigunde is the sister: wife called Kunigunde' });
  const device = 'injector';
  samples.push({ topic: '/device', tMs, seq: seq++, data: { device, state: 'lost', message: 'port /data/incoming/case-7f3 SN-445566' } });
  const state = injectorStateOf(initialInjectorFold(device, 0), 0, null);
  samples.push({ topic: '/injector/state', tMs, seq: seq - 1, data: { ...state, identity: 'SN-445566', message: 'SN-445566', deviceAlarm: 'SN-445566' } });
  const alarm = { id: 'injector-alarm/injector', condition: 'injector-alarm', priority: 'medium', phase: 'raised', value: null, limit: null } as const;
  samples.push({ topic: '/alarm', tMs, seq: seq - 1, data: { ...alarm, message: 'Injector: SN-445566', advice: 'See SN-445566' } });
  for (let i = 0; i < 4; i++) {
    tMs += 66.667;
    const pixels = new Uint8Array(rows * columns).fill(90 + i);
    for (let y = bar.yImagePx; y < bar.yImagePx + bar.heightPx; y++) pixels.fill(250, y * columns + bar.xImagePx, y * columns + bar.xImagePx + bar.widthPx);
    const attributes = frameAttributes({
      rows,
      columns,
      bitsAllocated: 8,
      bitsStored: 8,
      frameNumber: i,
      deviceTimeMs: startedAtEpochMs + tMs,
      windowCenter: 128,
      windowWidth: 256,
      simulated: false,
    });
    samples.push({ topic: '/plane/a/frame', tMs, seq: seq++, data: { attributes, pixels } });
  }
  say({ kind: 'store-frame', plane: 'a' });
  say({ kind: 'sign-off', by: 'Dr. Adalbert', text: 'wife called Kunigunde' });
  say({ kind: 'performed', outcome: 'discontinued', reason: 'wife called Kunigunde' });
  return samples;
}

let folder: string;
let out: string;
let table: string;
let remarks: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-anonymous-'));
  out = join(folder, 'out');
  table = join(folder, 'private/table-secret-name.json');
  const record = join(folder, '2026-09-21_14-13-20_case-folder-4711');
  const header = {
    formatVersion: 1,
    softwareVersion: '0.1.0-test',
    runtime: 'node test',
    startedAtEpochMs,
    procedure: 'kyphoplasty',
    simulated: false,
    sources: { framesA: 'video:/data/incoming/case-7f3/Mühlhausen.mkv', framesB: null, injector: 'serial:/dev/ttyUSB0' },
  } as const;
  const writer = await openRecordWriter({ folder: record }, header, () => undefined);
  if (!writer.ok) throw new Error(writer.fault.message);
  const { widthPx, heightPx, xImagePx, yImagePx } = bar;
  const site = { version: 1, name: 'Klinikum Sankt Florian', deidentification: { masks: [{ plane: 'a', xImagePx, yImagePx, widthPx, heightPx }] } };
  writer.value.attachFile('site.json', JSON.stringify(site));
  for (const sample of procedure()) writer.value.write(sample);
  expect(await writer.value.close(testSummary)).toMatchObject({ ok: true });
  const opened = await openRecordReader(record);
  if (!opened.ok) throw new Error(opened.fault.message);
  const exported = await exportRecord(opened.value, ['csv', 'report', 'dicom', 'video'], out, { deidentify: { tablePath: table } });
  if (!exported.ok) throw new Error(exported.fault.message);
  remarks = exported.value.remarks;
  await opened.value.close();
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const filesIn = async (of: string) =>
  (await readdir(of, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

/** A text as it may lie in a file. */
const forms = (text: string): Buffer[] => [
  Buffer.from(text, 'utf8'),
  Buffer.from(text, 'latin1'),
  Buffer.from(text, 'utf16le'),
  Buffer.from(text, 'utf16le').swap16(),
  Buffer.from(Buffer.from(text, 'utf8').toString('base64').slice(0, -4)),
  Buffer.from(text.normalize('NFD'), 'utf8'),
];

/** The deflated streams of a PDF, wherever it lies, opened. */
function streamsOf(bytes: Buffer): Buffer[] {
  const streams: Buffer[] = [];
  for (let at = bytes.indexOf('stream\n'); at >= 0; at = bytes.indexOf('stream\n', at + 1)) {
    try {
      streams.push(inflateSync(bytes.subarray(at + 7), { finishFlush: 2 }));
    } catch {
      // Pictures are not deflated.
    }
  }
  return streams;
}

describe('a de-identified export', () => {
  it('holds no identifier of the record in any byte of any file or file name', async () => {
    const found: string[] = [];
    const files = await filesIn(out);
    expect(files.length).toBeGreaterThan(25);
    for (const file of files) {
      const bytes = await readFile(file);
      const lower = Buffer.from(bytes.toString('utf8').toLowerCase());
      const readings = [bytes, lower, ...streamsOf(bytes)];
      if (file.endsWith('.pdf')) readings.push(Buffer.from(spawnSync('pdftotext', ['-raw', file, '-']).stdout ?? ''));
      for (const identifier of [...identifiers, ...moments]) {
        const wanted = [...forms(identifier), ...forms(identifier.toLowerCase())];
        if (wanted.some((form) => readings.some((reading) => reading.includes(form)))) found.push(`${file}: ${identifier}`);
        if (file.slice(out.length).includes(identifier)) found.push(`${file}: its name`);
      }
    }
    expect(found).toEqual([]);
  });

  it('is not vacuous: the record itself holds every one of them', async () => {
    const opened = await openRecordReader(join(folder, '2026-09-21_14-13-20_case-folder-4711'));
    if (!opened.ok) throw new Error(opened.fault.message);
    const plain = join(folder, 'plain');
    await exportRecord(opened.value, ['csv', 'report', 'dicom'], plain);
    await opened.value.close();
    const texts = await Promise.all((await filesIn(plain)).map(async (file) => (await readFile(file)).toString('utf8')));
    for (const word of ['Mühlhausen', 'PID-88123', 'ACC-556677', 'LOT-998877', 'Dr. Adalbert', 'wife called Kunigunde', 'Klinikum Sankt Florian', '20260921'])
      expect([word, texts.some((text) => text.includes(word))]).toEqual([word, true]);
  });

  it('says in each instance that and how it was done', () => {
    for (const file of ['plane-a-001', 'overlay-001', 'key-objects', 'procedure-log', 'report']) {
      const dump = spawnSync('dcmdump', [join(out, `dicom/${file}.dcm`)], { encoding: 'utf8' });
      if (dump.error) return;
      for (const words of ['(0012,0062) CS [YES]', '[113100]', '[113101]', '[113107]', '(0028,0303) CS [MODIFIED]']) expect(dump.stdout).toContain(words);
    }
  });

  it('still has no error for dciodvfy', () => {
    for (const file of ['plane-a-001', 'overlay-001', 'key-objects', 'procedure-log', 'report']) {
      const { stdout, stderr, error } = spawnSync('dciodvfy', [join(out, `dicom/${file}.dcm`)], { encoding: 'utf8' });
      if (error) return;
      expect([file, ...(stdout + stderr).split('\n').filter((line) => line.startsWith('Error'))]).toEqual([file]);
    }
  });

  it('says of a masked plane that nothing is burned in', () => {
    const dump = spawnSync('dcmdump', ['+P', '0028,0301', join(out, 'dicom/plane-a-001.dcm')], { encoding: 'utf8' });
    if (!dump.error) expect(dump.stdout).toContain('[NO]');
  });

  it('has the burned-in bar blacked out, and nothing else', async () => {
    const pixels = (await readFile(join(out, 'dicom/plane-a-001.dcm'))).subarray(-4 * rows * columns);
    for (let i = 0; i < rows * columns; i++) {
      const [x, y] = [i % columns, Math.floor(i / columns)];
      const inBar = x >= bar.xImagePx && x < bar.xImagePx + bar.widthPx && y >= bar.yImagePx && y < bar.yImagePx + bar.heightPx;
      expect(pixels[i]).toBe(inBar ? 0 : 90);
    }
    expect(remarks).toEqual([]);
  });

  it('keeps the way back in a table of its own, for its owner alone', async () => {
    expect((await stat(table)).mode & 0o777).toBe(0o600);
    const { records } = JSON.parse(await readFile(table, 'utf8')) as { records: { pseudonym: string; patientId: string; record: string; shiftMs: number }[] };
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ patientId: 'PID-88123', record: '2026-09-21_14-13-20_case-folder-4711' });
    const report = await readFile(join(out, 'report/report.html'), 'utf8');
    expect(report).toContain(records[0]?.pseudonym);
    expect(report).toContain(new Date(startedAtEpochMs + (records[0]?.shiftMs ?? 0)).toISOString().slice(0, 10));
  });

  it('refuses a table inside the export, and one that is none', async () => {
    const opened = await openRecordReader(join(folder, '2026-09-21_14-13-20_case-folder-4711'));
    if (!opened.ok) throw new Error(opened.fault.message);
    const other = join(folder, 'other');
    expect(await exportRecord(opened.value, ['csv'], other, { deidentify: { tablePath: join(other, 'table.json') } })).toMatchObject({
      ok: false,
      fault: { kind: 'input', message: expect.stringContaining('would lie in the export') },
    });
    await writeFile(join(folder, 'none.json'), '{}');
    expect(await exportRecord(opened.value, ['csv'], other, { deidentify: { tablePath: join(folder, 'none.json') } })).toMatchObject({
      ok: false,
      fault: { kind: 'input', message: expect.stringContaining('not a pseudonym table') },
    });
    await opened.value.close();
  });
});

describe('the parts', () => {
  it('blot names as words and identifiers anywhere, in word fields alone', () => {
    const scrub = scrubber(['PID-7', 'Ann', 'Note']);
    expect(scrub({ kind: 'note', text: 'ann planned xPID-7y', level: 'L1' })).toEqual({ kind: 'note', text: '*** planned x***y', level: 'L1' });
  });

  it('read masks, and refuse what is none', () => {
    expect(parseMask('b:1,2,3,4')).toEqual({ ok: true, value: { plane: 'b', xImagePx: 1, yImagePx: 2, widthPx: 3, heightPx: 4 } });
    for (const text of ['', 'c:1,2,3,4', 'a:1,2,3', 'a:1,2,3,-4']) expect(parseMask(text)).toMatchObject({ ok: false, fault: { kind: 'input' } });
  });

  it('mask beyond the edge without harm, black being what is shown black', () => {
    const attributes = { rows: 2, columns: 3, bitsStored: 8, photometric: 'MONOCHROME1' } as Parameters<typeof masked>[0]['attributes'];
    const frame = { attributes, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    expect([...masked(frame, [{ plane: 'a', xImagePx: 2, yImagePx: 1, widthPx: 9, heightPx: 9 }]).pixels]).toEqual([1, 2, 3, 4, 5, 255]);
    expect([...frame.pixels]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
