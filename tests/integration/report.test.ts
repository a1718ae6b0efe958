import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportRecord } from '../../native-bridge/export/exportRecord.ts';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { initialInjectorFold, injectorStateOf } from '../../src/injector/injectorFold.ts';
import type { OperatorEvent } from '../../src/procedure/operatorEvent.ts';
import { emergencyPatient } from '../../src/procedure/patient.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { randomSession, writeRecord } from '../unit/recordFixture.ts';

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const output = (program: string, ...args: string[]) => spawnSync(program, args, { encoding: 'utf8' }).stdout;

/** A procedure with something in every part of the report, over a few real frames. */
function procedure(): Sample[] {
  const samples: Sample[] = randomSession(7, 40);
  let seq = 40;
  let tMs = 10_000;
  const say = (data: OperatorEvent) => {
    tMs += 1000;
    samples.push({ topic: '/operator', tMs, seq: seq++, data });
  };
  const inject = (volumeMl: number) => {
    tMs += 1000;
    samples.push({ topic: '/tick', tMs, seq, data: { count: seq } });
    const state = injectorStateOf(initialInjectorFold('injector', 0), 0, null);
    const inflation = { number: 1, fromMs: 12_000, toMs: 20_000, peakPressureKpa: 1378.9514, peakAtMs: 15_000, greatestVolumeMl: 3.5, ruptured: false };
    const history = [{ ...inflation, wallContactMl: null, yieldMl: null }];
    samples.push({
      topic: '/injector/state',
      tMs,
      seq,
      data: { ...state, balloon: { ...state.balloon, history }, cement: { ...state.cement, volumeMl, sinceZeroMl: volumeMl } },
    });
    for (const pressureKpa of [100, 1378.9514])
      samples.push({
        topic: '/injector/reading',
        tMs,
        seq,
        data: { device: 'injector', pressureKpa, volumeMl, rateMlPerMin: null, mode: 'cement', deviceTimeMs: null, status: 'ok' },
      });
    seq++;
  };
  samples.push({ topic: '/operator', tMs, seq: seq++, data: { kind: 'patient', ...emergencyPatient(1_790_000_000_000) } });
  say({ kind: 'patient', corrects: seq - 1, name: 'Müller^Jörg^^Dr.', id: '4711', birthDate: '1950-02-03', sex: 'M' });
  say({
    kind: 'plan',
    plan: {
      version: 1,
      level: 'L2',
      procedure: 'kyphoplasty',
      needle: { gauge: 11 },
      planes: { a: { trajectories: [{ side: 'left', entry: [1, 1], target: [9, 9] }] } },
    },
  });
  say({ kind: 'device-used', name: 'Balloon 15/3', deviceKind: 'balloon', lot: 'B-77' });
  say({ kind: 'stage', stage: 'cavity' });
  say({ kind: 'cement-mixed', product: 'PMMA <M&V>', lot: 'C-12' });
  inject(1.25);
  inject(2.5);
  say({ kind: 'zero', device: 'injector' });
  say({ kind: 'stage', stage: 'injection' });
  inject(0.75);
  say({ kind: 'store-frame', plane: 'a' });
  say({ kind: 'leak-seen', site: 'disc-superior' });
  const leakSeq = seq - 1;
  say({ kind: 'note', text: '椎体 and "quotes"' });
  const alarm = { id: 'cement-leak/b', condition: 'cement-leak', priority: 'high', message: 'Cement leak', advice: 'Stop', value: null, limit: null } as const;
  for (const phase of ['raised', 'acknowledged', 'ended'] as const) {
    say({ kind: 'acknowledge', alarm: alarm.id });
    samples.push({ topic: '/alarm', tMs, seq: seq - 1, data: { ...alarm, phase } });
  }
  const heights = { heightsPx: { anterior: 60, middle: 55, posterior: 80 }, heightsMm: { anterior: 18.25, middle: 16.5, posterior: 24 }, wedgeAngleDeg: 9.75 };
  const phases = [{ phase: 'before', ...heights } as const];
  samples.push({ topic: '/tick', tMs, seq, data: { count: seq } });
  samples.push({ topic: '/plane/a/vertebra', tMs, seq: seq++, data: { treated: null, reference: null, ofReference: null, phase: 'before', phases } });
  say({ kind: 'check', stage: 'access', item: 'Consent and time-out', done: true });
  say({ kind: 'check', stage: 'access', item: 'Ticked by mistake', done: true });
  say({ kind: 'check', stage: 'access', item: 'Ticked by mistake', done: false });
  say({ kind: 'stage', stage: 'access', level: 'L3', side: 'right' });
  say({ kind: 'stage', stage: 'access', level: 'L3', side: 'left' });
  say({ kind: 'correction', of: leakSeq, text: 'it was foraminal' });
  say({ kind: 'sign-off', by: 'Dr. Roth', text: 'No neurological deficit' });
  return samples;
}

let folder: string;
let out: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-report-'));
  out = join(folder, 'export');
  await writeRecord(join(folder, 'record'), procedure());
  const opened = await openRecordReader(join(folder, 'record'));
  if (!opened.ok) throw new Error(opened.fault.message);
  expect(await exportRecord(opened.value, ['report'], out)).toMatchObject({ ok: true });
  await opened.value.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Each with the words that a reader of the pages would look for. */
const told = [
  ['the patient', /Müller, Dr\. Jörg/],
  ['levels and approach', /L2, L3[\s\S]*L2: unipedicular, left; L3: bipedicular/],
  ['that the identity came later', /Emergency\s+Emergency, [\dT]+, EMERGENCY-[\s\S]*Patient identified\s+Müller, Dr\. Jörg, 4711/],
  ['what was ticked, and when', /Access\s+Consent and time-out/],
  ['the stages of each level and side', /Access\s+L3\s+right[\s\S]*Access\s+L3\s+left/],
  ['devices and lots', /Balloon 15\/3[\s\S]*B-77/],
  ['cement product and lot', /PMMA <M&V>[\s\S]*C-12/],
  ['inflations: 200 psi for 8 s', /8\.0 s[\s\S]*200[\s\S]*3\.5/],
  ['volumes of each needle', /2\.50[\s\S]*0\.75/],
  ['alarms and their acknowledgement', /\*\*\* high[\s\S]*Cement leak/],
  ['heights of the vertebral body', /before\s+18\.3\s+16\.5\s+24\.0[\s\S]*9\.8/],
  ['leaks', /Cement leak, disc above/],
  ['what was corrected, where it stands', /Cement leak, disc above \(corrected at \d:\d\d: it was foraminal\)/],
  ['what a correction is of', /of “cement leak, disc above” at \d:\d\d: it was foraminal/],
  ['who signed', /Dr\. Roth[\s\S]*No neurological deficit/],
] as const;

describe.skipIf(!has('pdftotext'))('the PDF report (skipped without pdftotext)', () => {
  const text = () => output('pdftotext', '-layout', join(out, 'report/report.pdf'), '-');

  it.for(told)('tells %s', ([, words]) => {
    expect(text()).toMatch(words);
  });

  it('says on every page that it is simulated', () => {
    const pages = text().split('\f').slice(0, -1);
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) expect(page).toContain('SIMULATED DATA');
  });

  it('leaves no title alone at the foot of a page', async () => {
    const report = await readFile(join(out, 'report/report.json'), 'utf8');
    const titles = [...report.matchAll(/"title": "([^"]+)"/g)].map(([, title]) => title);
    const lastLines = text()
      .split('\f')
      .slice(0, -1)
      .map((page) => (page.split(/\n *Record /)[0] ?? '').trimEnd().split('\n').at(-1)?.trim());
    expect(titles.length).toBeGreaterThan(10);
    expect(lastLines.filter((line) => titles.includes(line))).toEqual([]);
  });

  it('says on every page whom it is of', () => {
    for (const page of text().split('\f').slice(0, -1)) expect(page).toMatch(/Müller, Dr\. Jörg · ID 4711 · born 1950-02-03 · M/);
  });

  it('carries its fonts and the key images', () => {
    const file = join(out, 'report/report.pdf');
    const fonts = output('pdffonts', file).trim().split('\n').slice(2);
    expect(fonts.length).toBeGreaterThan(0);
    for (const font of fonts) expect(font).toMatch(/yes yes yes/);
    expect(output('pdfimages', '-list', file).match(/jpeg/g)?.length).toBe(2);
  });
});

describe('the HTML report', () => {
  const html = () => readFile(join(out, 'report/report.html'), 'utf8');

  it('tells the same', async () => {
    const text = (await html())
      .replace(/<style>[\s\S]*<\/style>/, '')
      .replace(/<[^>]+>/g, ' ')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
    for (const [, words] of told) expect(text).toMatch(words);
    expect(text).toContain('Müller, Dr. Jörg · ID 4711 · born 1950-02-03 · M');
    expect(text).not.toContain('Ticked by mistake');
  });

  it('needs nothing from elsewhere', async () => {
    expect(await html()).not.toMatch(/(src|href)="(?!data:image\/jpeg;base64,|#)/);
  });

  it('has a text for each picture and a header for each column', async () => {
    const page = await html();
    expect(page.match(/<img /g)?.length).toBe(page.match(/<img alt="[^"]{20,}"/g)?.length);
    expect(page.match(/<svg /g)?.length).toBe(page.match(/<svg role="img" aria-labelledby/g)?.length);
    expect(page.match(/<table>/g)?.length).toBe(page.match(/<table><caption>/g)?.length);
    expect(page).toContain('<html lang="en">');
  });

  it('has all that it says in landmarks, which a screen reader goes from one to the next', async () => {
    const body = (await html()).match(/<body>(.*)<\/body>/s)?.[1] ?? '';
    const outside = body.replace(/<(aside|header|nav|main|footer)[ >].*?<\/\1>/gs, '').trim();
    expect({ length: body.length > 1000, outside }).toEqual({ length: true, outside: '' });
  });
});

describe('the tables of the report', () => {
  it('are in JSON and CSV with the same values', async () => {
    const { tables, simulated } = JSON.parse(await readFile(join(out, 'report/report.json'), 'utf8')) as {
      simulated: boolean;
      tables: Record<string, { rows: Record<string, unknown>[] }>;
    };
    expect(simulated).toBe(true);
    expect(tables['cement-volumes']?.rows).toEqual([
      { device: 'injector', level: 'L2', needle: 1, fromMs: 16_000, toMs: 17_000, volumeMl: 2.5 },
      { device: 'injector', level: 'L2', needle: 2, fromMs: 20_000, toMs: 20_000, volumeMl: 0.75 },
    ]);
    expect(await readFile(join(out, 'report/tables/cement-volumes.csv'), 'utf8')).toBe(
      'device,level,needle,fromMs,toMs,volumeMl\r\ninjector,L2,1,16000,17000,2.5\r\ninjector,L2,2,20000,20000,0.75\r\n',
    );
    expect(tables.inflations?.rows[0]).toMatchObject({ peakPressureKpa: 1378.9514, durationMs: 8000 });
    expect(tables.alarms?.rows[0]).toMatchObject({ raisedMs: 24_000, acknowledgedMs: 25_000, endedMs: 26_000 });
  });
});
