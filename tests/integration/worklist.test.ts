import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dicomDate, queryWorklist } from '../../native-bridge/hospital/worklist.ts';
import type { OutElement } from '../../src/dicom/encodeElements.ts';
import type { HospitalSite } from '../../src/procedure/hospitalSite.ts';
import { operatorEventSchema } from '../../src/procedure/operatorEvent.ts';
import { patientEventOf } from '../../src/procedure/worklistItem.ts';
import { buildPart10, xrayRun } from '../../test-data/dicomBuilder.ts';
import { freePort, has, type RealPeer, startWorklist } from './hospitalPeers.ts';

const today = dicomDate(new Date());

interface Scheduled {
  readonly study: string;
  /** Bytes as characters, in the character set. */
  readonly name: string;
  readonly characterSet?: string;
  readonly date?: string;
  readonly time?: string;
  readonly modality?: string;
}

const entry = ({ study, name, characterSet = 'ISO_IR 100', date = today, time = '0930', modality = 'RF' }: Scheduled): readonly OutElement[] => [
  { tag: 0x00080005, vr: 'CS', value: characterSet },
  { tag: 0x00080050, vr: 'SH', value: `ACC-${study}` },
  { tag: 0x00080090, vr: 'PN', value: 'Ward^Anna' },
  { tag: 0x00081110, vr: 'SQ', value: [] },
  { tag: 0x00081120, vr: 'SQ', value: [] },
  { tag: 0x00100010, vr: 'PN', value: name },
  { tag: 0x00100020, vr: 'LO', value: `ID-${study}` },
  { tag: 0x00100030, vr: 'DA', value: '19480229' },
  { tag: 0x00100040, vr: 'CS', value: 'F' },
  { tag: 0x0020000d, vr: 'UI', value: study },
  { tag: 0x00321060, vr: 'LO', value: 'Kyphoplasty L1' },
  {
    tag: 0x00321064,
    vr: 'SQ',
    value: [
      [
        { tag: 0x00080100, vr: 'SH', value: 'KYPH' },
        { tag: 0x00080102, vr: 'SH', value: '99SITE' },
        { tag: 0x00080104, vr: 'LO', value: 'Kyphoplasty' },
      ],
    ],
  },
  {
    tag: 0x00400100,
    vr: 'SQ',
    value: [
      [
        { tag: 0x00080060, vr: 'CS', value: modality },
        { tag: 0x00400001, vr: 'AE', value: 'PEDICLE' },
        { tag: 0x00400002, vr: 'DA', value: date },
        { tag: 0x00400003, vr: 'TM', value: time },
        { tag: 0x00400006, vr: 'PN', value: 'Hand^Steady' },
        { tag: 0x00400007, vr: 'LO', value: 'L1 under fluoroscopy' },
        { tag: 0x00400009, vr: 'SH', value: `SPS-${study}` },
        { tag: 0x00400010, vr: 'SH', value: 'ROOM1' },
      ],
    ],
  },
  { tag: 0x00401001, vr: 'SH', value: `RP-${study}` },
];

const bytes = (...values: number[]) => String.fromCharCode(...values);
const scheduled: readonly Scheduled[] = [
  { study: '1.2.1', name: bytes(0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72, 0x5e, 0x4a, 0xf6, 0x72, 0x67), time: '0800' },
  { study: '1.2.2', name: bytes(0xbb, 0xee, 0xda, 0xe1, 0xd5, 0xdc, 0xd1, 0xe3, 0xe0, 0xd3), characterSet: 'ISO_IR 144', time: '0900' },
  { study: '1.2.3', name: Buffer.from('Wang^XiaoDong=王^小东', 'utf8').toString('latin1'), characterSet: 'ISO_IR 192', time: '1000' },
  { study: '1.2.4', name: 'Other^Room', modality: 'MR' },
  { study: '1.2.5', name: 'Long^Ago', date: '20010101' },
];

describe.skipIf(!has('wlmscpfs'))("the worklist of DCMTK's wlmscpfs (skipped without it)", () => {
  let server: RealPeer;
  let hospital: HospitalSite;
  beforeAll(async () => {
    server = await startWorklist('RIS', scheduled.map(entry), ['-csk']);
    hospital = { worklist: { host: '127.0.0.1', port: server.port, ae: 'RIS', modality: 'RF' } };
  });
  afterAll(() => server.stop());

  it("brings today's procedures of this room, by time, with every name in its own script", async () => {
    const answered = await queryWorklist(hospital, today);
    if (!answered.ok) throw new Error(answered.fault.message);
    expect(answered.value.items.map((item) => [item.scheduledAt?.slice(11), item.patient.order.studyInstanceUid])).toEqual([
      ['08:00', '1.2.1'],
      ['09:00', '1.2.2'],
      ['10:00', '1.2.3'],
    ]);
    expect(answered.value.items.map((item) => item.patient.name)).toEqual(['Müller^Jörg', 'Люксембург', 'Wang^XiaoDong=王^小东']);
  });

  it('gives everything that the session, the exports and the performed step need', async () => {
    const answered = await queryWorklist(hospital, today);
    if (!answered.ok) throw new Error(answered.fault.message);
    expect(answered.value.items[0]).toEqual({
      key: '1.2.1/SPS-1.2.1',
      patient: {
        name: 'Müller^Jörg',
        id: 'ID-1.2.1',
        birthDate: '1948-02-29',
        sex: 'F',
        order: {
          studyInstanceUid: '1.2.1',
          accessionNumber: 'ACC-1.2.1',
          requestedProcedureId: 'RP-1.2.1',
          requestedProcedureDescription: 'Kyphoplasty L1',
          requestedProcedureCodes: [{ value: 'KYPH', scheme: '99SITE', meaning: 'Kyphoplasty' }],
          scheduledStepId: 'SPS-1.2.1',
          scheduledStepDescription: 'L1 under fluoroscopy',
          referringPhysician: 'Ward^Anna',
        },
      },
      scheduledAt: expect.stringMatching(/T08:00$/),
      modality: 'RF',
      station: 'ROOM1',
      performingPhysician: 'Hand^Steady',
    });
  });

  it('makes an event that the session takes', async () => {
    const answered = await queryWorklist(hospital, today);
    const item = answered.ok ? answered.value.items[0] : undefined;
    if (!item) throw new Error('no item');
    expect(operatorEventSchema.parse(patientEventOf(item, 7))).toMatchObject({ kind: 'patient', corrects: 7, order: { accessionNumber: 'ACC-1.2.1' } });
  });

  it('is a command with one JSON object on standard output', async () => {
    const site = join(server.folder, 'site.json');
    await writeFile(site, JSON.stringify({ version: 1, hospital }));
    const cli = fileURLToPath(new URL('../../native-bridge/cli/pedicle.mjs', import.meta.url));
    const { stdout, status } = spawnSync(process.execPath, [cli, 'worklist', '--site', site, '--date', '2001-01-01', '--json'], { encoding: 'utf8' });
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { items: [{ patient: { name: 'Long^Ago' } }], notice: null }]);
  });

  it('gives a session without a window its patient', async () => {
    const site = join(server.folder, 'run.json');
    await writeFile(site, JSON.stringify({ version: 1, hospital }));
    const out = join(server.folder, 'record');
    const images = join(server.folder, 'run.dcm');
    const frames = [0, 1].map((shift) => Uint16Array.from({ length: 64 * 48 }, (_, index) => (index + shift) & 0xfff));
    await writeFile(images, buildPart10(xrayRun({ rows: 48, columns: 64, bitsStored: 12, frames })));
    const cli = fileURLToPath(new URL('../../native-bridge/cli/pedicle.mjs', import.meta.url));
    const run = (accession: string) =>
      spawnSync(process.execPath, [cli, 'run', '--frames-a', `dicom:${images}`, '--speed', 'max', '--site', site, '--worklist-item', accession, '--out', out], {
        encoding: 'utf8',
      });
    const none = run('NONE');
    expect([none.status, none.stderr]).toEqual([2, expect.stringMatching(/has no entry with accession number NONE; "pedicle worklist" shows/)]);
    expect(run('ACC-1.2.1').status).toBe(0);
    const replayed = spawnSync(process.execPath, [cli, 'replay', out, '--json'], { encoding: 'utf8' });
    expect(JSON.parse(replayed.stdout)).toMatchObject({ identical: true });
  });

  it('refuses another title than its own, in one sentence that says so', async () => {
    const answered = await queryWorklist({ worklist: { host: '127.0.0.1', port: server.port, ae: 'OTHER' } }, today);
    expect(answered).toMatchObject({
      ok: false,
      fault: {
        kind: 'failed',
        message: expect.stringMatching(/^The worklist \(OTHER at 127\.0\.0\.1:\d+\) refused the association from PEDICLE: it does not answer to the AE title/),
      },
    });
  });
});

describe('a worklist', () => {
  it('that is not configured is wrong usage', async () => {
    expect(await queryWorklist(undefined, today)).toMatchObject({ ok: false, fault: { kind: 'input', message: expect.stringContaining('names no worklist') } });
  });

  it('that is away is a failure that names it', async () => {
    const port = await freePort();
    expect(await queryWorklist({ worklist: { host: '127.0.0.1', port, ae: 'RIS' } }, today)).toMatchObject({
      ok: false,
      fault: { kind: 'failed', message: expect.stringMatching(/^The worklist \(RIS at .*\) cannot be reached: nothing listens there/) },
    });
  });
});
