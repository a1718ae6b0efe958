import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHospitalDesk, type HospitalDesk } from '../../native-bridge/hospital/desk.ts';
import { openOutbox } from '../../native-bridge/hospital/outbox.ts';
import { createSiteStore } from '../../native-bridge/server/siteStore.ts';
import { createWorkplace, type Workplace } from '../../native-bridge/server/workplace.ts';
import type { HospitalClientMessage, OutboxJob } from '../../src/link/hospitalLink.ts';
import type { ServerMessage } from '../../src/link/link.ts';
import type { HospitalSite } from '../../src/procedure/hospitalSite.ts';
import { emergencyPatient } from '../../src/procedure/patient.ts';
import { buildPart10, xrayRun } from '../../test-data/dicomBuilder.ts';
import { freePort, has, type RealPeer, scheduledEntry, startStorescp, startWorklist } from './hospitalPeers.ts';
import { type MppsPeer, startMpps } from './mppsPeer.ts';

/** A small run that goes on for ever: not simulated, so that performed steps are told. */
const frames = [0, 1].map((shift) => Uint16Array.from({ length: 64 * 48 }, (_, index) => (index + shift) & 0xfff));
const run = buildPart10(xrayRun({ rows: 48, columns: 64, bitsStored: 12, frames }));

const entry = (study: string) =>
  scheduledEntry({
    accession: `ACC${study.at(-1)}`,
    name: 'Desk^Test',
    id: 'D-1',
    sex: 'M',
    study,
    description: 'Vertebroplasty',
    stepDescription: 'T12',
    step: 'SPS1',
    requested: 'RP1',
  });

describe.skipIf(!has('wlmscpfs'))("the console's side of the hospital's systems (skipped without DCMTK)", () => {
  let worklist: RealPeer;
  let store: RealPeer;
  let mpps: MppsPeer;
  let folder: string;
  let workplace: Workplace;
  let desk: HospitalDesk;
  let outbox: readonly OutboxJob[] = [];
  beforeAll(async () => {
    worklist = await startWorklist('RIS', ['1.2.71', '1.2.72'].map(entry));
  });
  afterAll(() => worklist.stop());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pedicle-desk-'));
    mpps = await startMpps();
    store = await startStorescp();
    await begin({});
  });
  afterEach(async () => {
    await workplace.close();
    await desk.close();
    await mpps.stop();
    await store.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function begin(differs: Partial<HospitalSite>, injector: string | null = null, framesA = `dicom:${join(folder, 'run.dcm')}?loop=1`): Promise<void> {
    await writeFile(join(folder, 'run.dcm'), run);
    const hospital: HospitalSite = {
      station: { port: await freePort(), name: 'ROOM1' },
      outboxFolder: join(folder, 'outbox'),
      worklist: { host: '127.0.0.1', port: worklist.port, ae: 'RIS' },
      mpps: { host: '127.0.0.1', port: mpps.port, ae: 'RIS' },
      archives: [{ name: 'main', host: '127.0.0.1', port: store.port, ae: 'STORE', commitment: 'none' }],
      ...differs,
    };
    const site = createSiteStore({ site: { version: 1, hospital }, file: join(folder, 'site.json'), isSaved: false });
    const input = { framesA, framesB: null, injector, planFile: null, scriptFile: null, speed: 1 } as const;
    workplace = createWorkplace({ site, inputFor: () => input, recordsFolder: join(folder, 'records') });
    desk = createHospitalDesk(workplace);
    desk.onNews((message) => {
      if (message.kind === 'outbox') outbox = message.jobs;
    });
    const begun = await workplace.begin(false);
    if (!begun.ok) throw new Error(begun.fault.message);
  }

  async function ask(message: HospitalClientMessage): Promise<readonly ServerMessage[]> {
    const replies: ServerMessage[] = [];
    await desk.handle(message, (reply) => replies.push(reply));
    return replies;
  }
  async function until(holds: () => boolean): Promise<void> {
    for (let i = 0; i < 1000 && !holds(); i++) await sleep(20);
    expect(holds()).toBe(true);
  }
  const keyOf = async (study: string): Promise<string> => {
    const [answer] = await ask({ kind: 'list-worklist' });
    const item = answer?.kind === 'worklist' ? answer.worklist.items.find(({ patient }) => patient.order.studyInstanceUid === study) : undefined;
    if (!item) throw new Error(`no such item: ${JSON.stringify(answer)}`);
    return item.key;
  };
  const record = () => workplace.recordFolder() ?? '';
  const summary = async () =>
    JSON.parse(await readFile(join(record(), 'summary.json'), 'utf8')) as { patient?: { id: string; order?: { accessionNumber: string } } };

  it('a patient of the worklist comes into the session; whoever ordered it is told of beginning and end; the record goes to the archive', async () => {
    expect(await ask({ kind: 'assign-patient', item: await keyOf('1.2.71') })).toEqual([]);
    await until(() => mpps.told.length === 1);
    expect(await workplace.end()).toMatchObject({ ok: true });
    await until(() => mpps.told.length === 2);
    const [began, ended] = mpps.told;
    expect(began).toMatchObject({
      what: 'create',
      elements: {
        PatientName: expect.anything(),
        PatientID: 'D-1',
        PatientBirthDate: '19500203',
        PatientSex: 'M',
        PerformedProcedureStepID: expect.stringMatching(/^P.{1,15}$/),
        PerformedStationAETitle: 'PEDICLE',
        PerformedStationName: 'ROOM1',
        PerformedProcedureStepStartDate: expect.stringMatching(/^\d{8}$/),
        PerformedProcedureStepStartTime: expect.stringMatching(/^\d{6}$/),
        PerformedProcedureStepStatus: 'IN PROGRESS',
        // That of the series which it ends with.
        Modality: 'XA',
        ScheduledStepAttributesSequence: [
          expect.objectContaining({
            StudyInstanceUID: '1.2.71',
            AccessionNumber: 'ACC1',
            RequestedProcedureID: 'RP1',
            ScheduledProcedureStepID: 'SPS1',
            ScheduledProcedureStepDescription: 'T12',
          }),
        ],
      },
    });
    expect(ended).toMatchObject({
      what: 'set',
      uid: began?.uid,
      elements: { PerformedProcedureStepStatus: 'COMPLETED', PerformedProcedureStepEndTime: expect.stringMatching(/^\d{6}$/) },
    });
    expect(await summary()).toMatchObject({ patient: { id: 'D-1', order: { accessionNumber: 'ACC1' } } });

    await ask({ kind: 'send-record', record: record().split('/').at(-1) ?? '' });
    await until(() => outbox.some(({ kind, state }) => kind === 'store' && state === 'done'));
    expect(outbox.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['performed-step done', 'performed-step done', 'store done']);
    // Nothing of the outbox that consoles are told says who the patient is.
    expect(JSON.stringify(outbox)).not.toMatch(/Desk|D-1/);
  });

  it('an emergency begins without identity; it is attached later, and the step is the right one from its beginning', async () => {
    workplace.operator({ kind: 'patient', ...emergencyPatient(Date.now()) });
    await sleep(300);
    expect(mpps.told).toEqual([]);
    await ask({ kind: 'assign-patient', item: await keyOf('1.2.72'), corrects: 3 });
    await until(() => mpps.told.length === 1);
    workplace.operator({ kind: 'performed', outcome: 'discontinued', reason: 'no access' });
    await sleep(200);
    await workplace.end();
    await until(() => mpps.told.length === 2);
    expect(mpps.told[1]?.elements).toMatchObject({
      PerformedProcedureStepStatus: 'DISCONTINUED',
      PerformedProcedureStepDiscontinuationReasonCodeSequence: [expect.objectContaining({ CodeValue: '110513' })],
    });
    expect(await summary()).toMatchObject({ patient: { id: 'D-1', order: { accessionNumber: 'ACC2' } } });
  });

  it('the wrong entry is discontinued as such, and another step begins', async () => {
    await ask({ kind: 'assign-patient', item: await keyOf('1.2.71') });
    await ask({ kind: 'assign-patient', item: await keyOf('1.2.72') });
    await until(() => mpps.told.length === 3);
    expect(mpps.told.map(({ what, elements }) => [what, elements.PerformedProcedureStepStatus])).toEqual([
      ['create', 'IN PROGRESS'],
      ['set', 'DISCONTINUED'],
      ['create', 'IN PROGRESS'],
    ]);
    expect(mpps.told[1]?.elements.PerformedProcedureStepDiscontinuationReasonCodeSequence).toMatchObject([{ CodeValue: '110514' }]);
  });

  it('a performed step waits while its service is away, and is told in order when it is back', async () => {
    mpps.answerWith(0xa700);
    await ask({ kind: 'assign-patient', item: await keyOf('1.2.71') });
    await until(() => outbox[0]?.attempts === 1);
    expect(outbox[0]).toMatchObject({
      state: 'waiting',
      message: expect.stringMatching(/^The performed-step service \(RIS at .*\) could not process the performed step \(A700h\)/),
    });
    await workplace.end();
    await until(() => outbox.length === 2);
    mpps.answerWith(null);
    for (const { id } of outbox) await ask({ kind: 'retry-job', job: id });
    await until(() => mpps.told.length === 2);
    expect(mpps.told.map(({ what }) => what)).toEqual(['create', 'set']);
  });

  it('the step of a session that crashed is discontinued when the console is back', async () => {
    await ask({ kind: 'assign-patient', item: await keyOf('1.2.71') });
    await until(() => mpps.told.length === 1);
    mpps.answerWith(0xa700);
    await workplace.close();
    // As if this process were a new one: what the session before it would have told at its end is not there.
    const outboxNow = await openOutbox(join(folder, 'outbox'));
    await desk.close();
    for (const { id, request } of await outboxNow.list()) if (request.kind === 'performed-step' && request.action === 'set') await outboxNow.discard(id);
    mpps.answerWith(null);
    await begin({});
    await until(() => mpps.told.length === 2);
    expect(mpps.told[1]?.elements).toMatchObject({
      PerformedProcedureStepStatus: 'DISCONTINUED',
      PerformedProcedureStepDiscontinuationReasonCodeSequence: [expect.objectContaining({ CodeValue: '110501' })],
    });
  });

  it('nobody is told of what was only practised', async () => {
    await workplace.close();
    await desk.close();
    await begin({}, 'sim:quiet');
    await ask({ kind: 'assign-patient', item: await keyOf('1.2.71') });
    await sleep(500);
    await workplace.end();
    await desk.close();
    expect(mpps.told).toEqual([]);
  });

  it('nobody is told again of a procedure that is only played again from its record', async () => {
    await ask({ kind: 'assign-patient', item: await keyOf('1.2.71') });
    await until(() => mpps.told.length === 1);
    await until(() => (workplace.live()?.catchUp().status.planes.a?.received ?? 0) > 1);
    await workplace.end();
    await until(() => mpps.told.length === 2);
    const recorded = record();
    await workplace.close();
    await desk.close();
    await begin({}, null, `record:${recorded}`);
    await until(
      () =>
        workplace
          .live()
          ?.catchUp()
          .samples.some(({ topic, data }) => topic === '/operator' && data.kind === 'patient') ?? false,
    );
    await workplace.end();
    await desk.close();
    expect(mpps.told.map(({ what }) => what)).toEqual(['create', 'set']);
  });

  it('refuses in words what cannot be: an entry that is gone, a record that is not there, a study without a patient', async () => {
    expect(await ask({ kind: 'assign-patient', item: 'gone' })).toMatchObject([
      { kind: 'refused', message: expect.stringContaining('not on the worklist any more') },
    ]);
    expect(await ask({ kind: 'send-record', record: '../etc' })).toMatchObject([{ kind: 'refused' }]);
    expect(await ask({ kind: 'send-record', record: 'none' })).toMatchObject([{ kind: 'refused', message: expect.stringMatching(/does not exist/) }]);
    expect(await ask({ kind: 'list-priors' })).toMatchObject([{ kind: 'priors', studies: [], message: expect.stringContaining('no identifier') }]);
    expect(await ask({ kind: 'retry-job', job: '../..' })).toMatchObject([{ kind: 'refused' }]);
    const running = record().split('/').at(-1) ?? '';
    expect(await ask({ kind: 'send-record', record: running })).toMatchObject([{ kind: 'refused', message: expect.stringContaining('is not closed') }]);
  });
});
