import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HospitalClientMessage, HospitalServerMessage } from '../../src/link/hospitalLink.ts';
import type { ServerMessage, SessionInfo } from '../../src/link/link.ts';
import type { HospitalSite } from '../../src/procedure/hospitalSite.ts';
import type { Patient } from '../../src/procedure/patient.ts';
import { patientEventOf, type WorklistItem } from '../../src/procedure/worklistItem.ts';
import type { LiveView } from '../server/liveView.ts';
import type { Workplace } from '../server/workplace.ts';
import { defaultPatience } from './association.ts';
import { defaultSending, findArchive } from './attempt.ts';
import { type Callbacks, openCallbacks } from './callbacks.ts';
import { checkHospital } from './checks.ts';
import { enqueueStore } from './enqueue.ts';
import { type Outbox, openOutbox, outboxFolderOf } from './outbox.ts';
import { createPriorFetches, listPriors, type PriorFetches } from './priors.ts';
import { createStepTeller, discontinueOrphans, type StepTeller } from './steps.ts';
import { type OutboxWorker, startOutboxWorker } from './worker.ts';
import { dicomDate, queryWorklist } from './worklist.ts';

/** The hospital's systems as consoles reach them. */
export interface HospitalDesk {
  /** Answers one console; expected failures are answers too. */
  handle(message: HospitalClientMessage, reply: (message: ServerMessage) => void): Promise<void>;
  /** Tells of changes that nobody asked for: the outbox. */
  onNews(listener: (message: HospitalServerMessage) => void): () => void;
  /** After the workplace has closed: the end of the last procedure still gets a few seconds to be told. */
  close(): Promise<void>;
}

/** What one site configuration needs running. */
interface Rig {
  readonly hospital: HospitalSite;
  readonly outbox: Outbox;
  readonly worker: OutboxWorker;
  readonly callbacks: Callbacks | null;
  readonly priors: PriorFetches;
}

const farewellMs = 3_000;
const notConfigured = 'The site configuration names no hospital system; see "hospital" in site.json.';

export function createHospitalDesk(workplace: Workplace): HospitalDesk {
  const listeners = new Set<(message: HospitalServerMessage) => void>();
  const say = (sentence: string): void => void process.stderr.write(`pedicle: ${sentence}\n`);
  let rig: Rig | null = null;
  let configured = '';
  let isFirst = true;
  let changing: Promise<void> = Promise.resolve();
  let listed: readonly WorklistItem[] = [];
  let patient: { readonly patient: Patient; readonly seq: number } | null = null;
  let teller: { readonly steps: StepTeller; readonly stop: () => void } | null = null;
  let telling: Promise<void> = Promise.resolve();

  const hospitalNow = () => workplace.site.state().site.hospital;

  const raise = async (hospital: HospitalSite): Promise<Rig> => {
    const outbox = await openOutbox(outboxFolderOf(hospital));
    if (isFirst) await discontinueOrphans(outbox, Date.now());
    isFirst = false;
    const priors = createPriorFetches(workplace.site.state().site.priorImagesFolder ?? join(homedir(), 'Pedicle', 'priors'));
    const needsPort = (hospital.archives ?? []).some((archive) => 'host' in archive);
    const callbacks = needsPort ? await openCallbacks(hospital, outbox, { onNotice: say, onReceived: priors.receive }) : null;
    if (callbacks && !callbacks.ok) say(callbacks.fault.message);
    const worker = startOutboxWorker({ ...defaultSending, outbox, hospital, patience: defaultPatience }, (jobs) => {
      for (const listener of listeners) listener({ kind: 'outbox', jobs });
    });
    return { hospital, outbox, worker, callbacks: callbacks?.ok ? callbacks.value : null, priors };
  };
  const lower = async () => {
    const before = rig;
    rig = null;
    await before?.worker.close();
    await before?.callbacks?.close();
  };
  /** Follows the site configuration; one change after the other. */
  const follow = () => {
    changing = changing
      .then(async () => {
        const hospital = hospitalNow();
        const text = JSON.stringify(hospital ?? null);
        if (text === configured) return;
        configured = text;
        await lower();
        if (hospital) rig = await raise(hospital);
      })
      .catch((error: unknown) =>
        say(`the outbox cannot be opened (${error instanceof Error ? error.message : String(error)}); correct "outboxFolder" in the site configuration.`),
      );
  };

  const watch = (live: LiveView | null) => {
    teller?.stop();
    teller = null;
    patient = null;
    if (!live) return;
    const steps = createStepTeller({
      startedAtEpochMs: live.info.startedAtEpochMs,
      subject: live.info.record ?? 'session',
      // What is only practised, or shown again from a record, was not performed now: nobody is told.
      hospital: () => (live.info.simulated || playsRecord(live.info) ? undefined : hospitalNow()),
      outbox: () => rig?.outbox ?? null,
      onQueued: () => rig?.worker.wake(),
    });
    const see = (samples: Parameters<StepTeller['see']>[0]) => {
      for (const { topic, seq, data } of samples) if (topic === '/operator' && data.kind === 'patient') patient = { patient: data, seq };
      steps.see(samples);
    };
    see(live.catchUp().samples);
    teller = { steps, stop: live.onSamples(see) };
  };
  const sessionEnded = () => {
    const folder = workplace.recordFolder();
    const steps = teller?.steps;
    if (steps) telling = telling.then(() => steps.ended(folder !== null && existsSync(join(folder, 'manifest.json')) ? folder : null));
  };

  follow();
  watch(workplace.live());
  const stops = [
    workplace.site.onChange(follow),
    workplace.onLive(watch),
    workplace.onState(({ state }) => {
      if (state === 'ended') sessionEnded();
    }),
  ];

  const handle: HospitalDesk['handle'] = async (message, reply) => {
    await changing;
    const refuse = (why: string) => reply({ kind: 'refused', message: why });
    const hospital = hospitalNow();
    if (message.kind === 'list-worklist') {
      const answered = await queryWorklist(hospital, dicomDate(new Date()));
      listed = answered.ok ? answered.value.items : [];
      reply({
        kind: 'worklist',
        worklist: { items: listed, askedAtEpochMs: Date.now(), message: answered.ok ? answered.value.notice : answered.fault.message },
      });
      return;
    }
    if (message.kind === 'test-hospital') {
      reply({ kind: 'hospital-test', results: await checkHospital(message.hospital) });
      return;
    }
    if (message.kind === 'assign-patient') {
      const item = listed.find(({ key }) => key === message.item);
      if (!item) return refuse('This entry is not on the worklist any more; ask for it again.');
      if (!workplace.operator(patientEventOf(item, message.corrects ?? null))) refuse('No procedure is running: this is not recorded.');
      return;
    }
    if (!rig || !hospital) return refuse(notConfigured);
    const { outbox, worker, priors } = rig;
    switch (message.kind) {
      case 'list-outbox':
        reply({ kind: 'outbox', jobs: await worker.jobs() });
        return;
      case 'send-record': {
        if (basename(message.record) !== message.record || message.record.startsWith('.')) return refuse(`There is no record called ${message.record}.`);
        const archive = findArchive(hospital, message.to);
        if (!archive.ok) return refuse(archive.fault.message);
        const added = await enqueueStore(outbox, join(workplace.recordsFolder(), message.record), archive.value.name);
        if (!added.ok) return refuse(added.fault.message);
        worker.wake();
        reply({ kind: 'outbox', jobs: await worker.jobs() });
        return;
      }
      case 'retry-job': {
        if (!(await outbox.retry(message.job))) return refuse('This is on its way already, or not on the outbox any more.');
        worker.wake();
        return;
      }
      case 'discard-job': {
        if (!(await outbox.discard(message.job))) return refuse('This is on its way; it can be taken off when the attempt is over.');
        reply({ kind: 'outbox', jobs: await worker.jobs() });
        return;
      }
      case 'list-priors': {
        const archive = findArchive(hospital, message.from);
        const found = archive.ok ? await listPriors(archive.value, patient?.patient.id ?? '', hospital, defaultPatience) : archive;
        reply({ kind: 'priors', studies: found.ok ? found.value : [], message: found.ok ? null : found.fault.message });
        return;
      }
      case 'fetch-prior': {
        const archive = findArchive(hospital, message.from);
        const fetched = archive.ok ? await priors.fetch(archive.value, message.study, hospital, defaultPatience) : archive;
        const { folder, files } = fetched.ok ? fetched.value : { folder: null, files: 0 };
        reply({ kind: 'prior-fetched', study: message.study, folder, files, message: fetched.ok ? null : fetched.fault.message });
      }
    }
  };

  return {
    handle,
    onNews(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      for (const stop of stops) stop();
      teller?.stop();
      await changing;
      await telling;
      const until = Date.now() + farewellMs;
      while (rig && Date.now() < until && (await rig.worker.jobs()).some(isBeingTold)) await sleep(50);
      await lower();
    },
  };
}

/** Whether a session plays a recorded procedure again: whoever ordered that one was told of it when it was performed. */
const playsRecord = ({ sources }: SessionInfo): boolean => Object.values(sources).some((uri) => uri?.startsWith('record:'));

/** An end of a step that has not failed yet: a service that is there is told before we go. */
const isBeingTold = ({ kind, state, attempts }: { readonly kind: string; readonly state: string; readonly attempts: number }): boolean =>
  kind === 'performed-step' && attempts === 0 && (state === 'waiting' || state === 'working');
