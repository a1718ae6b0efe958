import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultPatience } from '../../native-bridge/hospital/association.ts';
import { attempt, defaultSending } from '../../native-bridge/hospital/attempt.ts';
import type { JobState, PerformedStep } from '../../native-bridge/hospital/job.ts';
import { type Outbox, openOutbox } from '../../native-bridge/hospital/outbox.ts';
import type { HospitalSite } from '../../src/procedure/hospitalSite.ts';
import { type MppsPeer, startMpps } from './mppsPeer.ts';

const step: PerformedStep = {
  patient: {
    name: 'Step^Test',
    id: 'S-1',
    order: {
      studyInstanceUid: '1.2.81',
      accessionNumber: 'A1',
      requestedProcedureId: 'RP1',
      requestedProcedureDescription: 'Kyphoplasty',
      scheduledStepId: 'SPS1',
      scheduledStepDescription: 'L1',
    },
  },
  stepId: 'P1-1',
  startedAtEpochMs: 1_790_000_000_000,
  endedAtEpochMs: 1_790_000_900_000,
  outcome: 'completed',
  discontinued: null,
  description: 'Kyphoplasty',
  station: { ae: 'PEDICLE', name: 'ROOM1' },
  series: [],
};

let folder = '';
let outbox: Outbox;
let mpps: MppsPeer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-step-'));
  outbox = await openOutbox(join(folder, 'outbox'));
  mpps = await startMpps();
});
afterEach(async () => {
  await mpps.stop();
  await rm(folder, { recursive: true, force: true });
});

const tell = (action: 'create' | 'set', after: string | null): Promise<string> =>
  outbox.add('session', 'mpps', { kind: 'performed-step', action, uid: '2.25.81', step, after, pid: process.pid });

async function attempted(id: string, signal = new AbortController().signal, responseMs = defaultPatience.responseMs): Promise<JobState> {
  const held = await outbox.hold(id);
  if (!held) throw new Error('somebody else has it');
  const hospital: HospitalSite = {
    mpps: { host: '127.0.0.1', port: mpps.port, ae: 'RIS' },
    archives: [{ name: 'main', host: '127.0.0.1', port: 1, ae: 'NONE', commitment: 'none' }],
  };
  const state = await attempt(held, { ...defaultSending, outbox, hospital, patience: { ...defaultPatience, responseMs } }, signal);
  await held.release();
  return state;
}

async function begun(): Promise<string> {
  const created = await tell('create', null);
  expect(await attempted(created)).toMatchObject({ state: 'done' });
  return tell('set', created);
}

describe('the end of a performed step', () => {
  it('counts as told when its answer was lost and the service says that the step may no longer be changed', async () => {
    const end = await begun();
    mpps.loseAnswers(true);
    expect(await attempted(end, undefined, 1_500)).toMatchObject({ state: 'waiting', message: expect.stringContaining('RIS') });
    mpps.loseAnswers(false);
    expect(await attempted(end)).toMatchObject({ state: 'done' });
    expect(mpps.told.map(({ what }) => what)).toEqual(['create', 'set']);
  });

  it('does not count as told when the service answers that it could not process it, however often', async () => {
    const end = await begun();
    mpps.answerWith(0x0110);
    for (let i = 0; i < 3; i++) expect(await attempted(end)).toMatchObject({ state: 'waiting', message: expect.stringContaining('0110h') });
    mpps.answerWith(null);
    expect(await attempted(end)).toMatchObject({ state: 'done' });
    expect(mpps.told.map(({ what }) => what)).toEqual(['create', 'set']);
  });
});

it('what is done when sending is stopped counts as done', async () => {
  const id = await outbox.add('nothing', 'main', { kind: 'store', record: null, instances: [] });
  expect(await attempted(id, AbortSignal.abort())).toMatchObject({ state: 'done' });
});
