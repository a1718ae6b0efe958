import { randomUUID } from 'node:crypto';
import { access, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { type Archive, type DimseArchive, type HospitalSite, isWebArchive } from '../../src/procedure/hospitalSite.ts';
import { stackOf } from '../stackOf.ts';
import type { PeerPatience } from './association.ts';
import { type CommitmentReport, requestCommitmentOf } from './commitment.ts';
import { exportForSending } from './exportForSending.ts';
import type { InstanceFile } from './instanceFile.ts';
import type { JobState } from './job.ts';
import { sendPerformedStep } from './mpps.ts';
import type { HeldJob, Outbox } from './outbox.ts';
import { accessTo } from './station.ts';
import { storeInstances } from './store.ts';
import { confirmInstances, stowInstances, webAccessTo } from './stow.ts';

/** What an attempt at a job needs to know. */
export interface Sending {
  readonly outbox: Outbox;
  readonly hospital: HospitalSite;
  readonly patience: PeerPatience;
  /** How long an attempt waits for a report on storage commitment before it leaves the job to a later one. */
  readonly reportMs: number;
  /** After so long without a report, commitment is asked for anew. */
  readonly askAgainMs: number;
  readonly now: () => number;
  /** Frames of a record's export done so far, and all. */
  readonly onExport?: (fraction: number) => void;
}

export const defaultSending = { reportMs: 10_000, askAgainMs: 15 * 60_000, now: () => Date.now() } as const;

const firstRetryMs = 5_000;
const longestRetryMs = 15 * 60_000;
/** 5, 10, 20, … seconds, at most a quarter of an hour: an archive that is back is noticed soon, one that is away not bothered. */
export const backoffMs = (attempts: number): number => Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(20, Math.max(0, attempts - 1)));

/** How a job came out of an attempt. `retry`: the same again later may work. */
type Outcome = { readonly done: true } | { readonly done: false; readonly retry: boolean; readonly message: string; readonly againInMs?: number };

const later = (fault: Fault): Outcome => ({ done: false, retry: true, message: fault.message });
const never = (message: string): Outcome => ({ done: false, retry: false, message });

export function findArchive(hospital: HospitalSite | undefined, name: string | undefined): Result<Archive> {
  const archives = hospital?.archives ?? [];
  const found = name === undefined ? archives[0] : archives.find((archive) => archive.name === name);
  if (found) return ok(found);
  const known = archives.map((archive) => archive.name).join(', ');
  return inputFault(
    archives.length === 0
      ? 'The site configuration names no archive; give "hospital": { "archives": [ … ] } in it.'
      : `The site configuration has no archive called ${name}; it has ${known}.`,
  );
}

/** One attempt at a held job, its state written as it goes on. Never rejects for what a peer, a file or the site does wrong. */
export async function attempt(held: HeldJob, sending: Sending, signal: AbortSignal): Promise<JobState> {
  const { job } = held;
  let outcome: Outcome;
  try {
    outcome = await (job.request.kind === 'store' ? store(held, sending, signal) : performedStep(held, sending, signal));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    // A disk that fails is expected; anything else is a fault of ours, which must not stop the other jobs.
    if (code === null) process.stderr.write(`pedicle: outbox: ${stackOf(error)}\n`);
    outcome = later({
      kind: 'failed',
      message: `The outbox in ${sending.outbox.folder} could not go on with this (${code ?? 'an error of the program; its log says more'}).`,
    });
  }
  // What is done is done, whoever wanted to stop it: else it would be told again.
  if (signal.aborted && !outcome.done) return held.update({ nextAttemptAtEpochMs: 0 });
  const now = sending.now();
  if (outcome.done) {
    await rm(sending.outbox.workFolder(job.id), { recursive: true, force: true });
    return held.update({ state: 'done', message: null, nextAttemptAtEpochMs: null, finishedAtEpochMs: now });
  }
  if (!outcome.retry)
    return held.update({ state: 'failed', message: outcome.message, nextAttemptAtEpochMs: null, finishedAtEpochMs: now, attempts: job.state.attempts + 1 });
  if (outcome.againInMs !== undefined) return held.update({ message: outcome.message, nextAttemptAtEpochMs: now + outcome.againInMs });
  const attempts = job.state.attempts + 1;
  return held.update({ message: outcome.message, attempts, nextAttemptAtEpochMs: now + backoffMs(attempts) });
}

async function performedStep(held: HeldJob, sending: Sending, signal: AbortSignal): Promise<Outcome> {
  const { job } = held;
  if (job.request.kind !== 'performed-step') return { done: true };
  const { mpps } = sending.hospital;
  if (!mpps) return never('The site configuration names no "mpps" any more.');
  const before = job.request.after === null ? null : await sending.outbox.read(job.request.after);
  if (before?.state.state === 'failed') return never('The beginning of this step could not be told, so its end cannot be either.');
  if (before && before.state.state !== 'done')
    return { done: false, retry: true, message: 'Waits until the beginning of this step has been told.', againInMs: 1_000 };
  const to = await accessTo(mpps, 'the performed-step service', sending.hospital, sending.patience);
  if (!to.ok) return later(to.fault);
  const { mayBeTold } = job.state;
  const remember = async (told: boolean) => void (await held.update({ mayBeTold: told }));
  const sent = await sendPerformedStep(to.value, job.request, { mayBeTold, remember }, signal);
  if (!sent.ok) return later(sent.fault);
  return sent.value === null ? { done: true } : never(sent.value);
}

async function store(held: HeldJob, sending: Sending, signal: AbortSignal): Promise<Outcome> {
  const { job } = held;
  const archive = findArchive(sending.hospital, job.to);
  if (!archive.ok) return never(archive.fault.message);
  const instances = await instancesOf(held, sending, signal);
  if (!instances.ok) return instances.fault.kind === 'input' ? never(instances.fault.message) : later(instances.fault);
  let { state } = job;
  const missing = instances.value.filter(({ sopInstance }) => !state.stored.includes(sopInstance));
  const refused: string[] = [];
  for (const { path } of missing) if (!(await exists(path))) return never(`${path} is not there any more; send it again from where it is now.`);
  const onOutcome = async ({ sopInstance }: InstanceFile, failure: string | null) => {
    if (failure === null) state = await held.update({ stored: [...state.stored, sopInstance] });
    else refused.push(failure);
  };
  if (missing.length > 0) {
    const sent = await deliver(archive.value, missing, onOutcome, sending, signal);
    if (!sent.ok) return sent.fault.kind === 'input' ? never(sent.fault.message) : later(sent.fault);
  }
  if (refused.length > 0) {
    const text = `${refused.length} of ${instances.value.length} instances were not taken: ${refused[0]}.`;
    return refused.every((reason) => reason.includes('out of resources')) ? later({ kind: 'failed', message: text }) : never(text);
  }
  return isWebArchive(archive.value)
    ? confirm(archive.value, held, instances.value, sending, signal)
    : commit(archive.value, held, state, instances.value, sending, signal);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The instances that were given, or those that the record is exported into: once, into a folder of the job's own. */
async function instancesOf(held: HeldJob, { outbox, onExport }: Sending, signal: AbortSignal): Promise<Result<readonly InstanceFile[]>> {
  const { request, state, id } = held.job;
  if (request.kind !== 'store') return ok([]);
  if (request.record === null) return ok(request.instances);
  if (state.exported !== null) return ok(state.exported);
  const exported = await exportForSending(request.record, outbox.workFolder(id), signal, onExport ?? (() => undefined));
  if (exported.ok) await held.update({ exported: [...exported.value] });
  return exported;
}

async function deliver(
  archive: Archive,
  instances: readonly InstanceFile[],
  onOutcome: (instance: InstanceFile, failure: string | null) => Promise<void>,
  { hospital, patience }: Sending,
  signal: AbortSignal,
): Promise<Result<void>> {
  if (isWebArchive(archive)) {
    const to = await webAccessTo(archive, hospital, patience);
    return to.ok ? stowInstances(to.value, instances, onOutcome, signal) : to;
  }
  const to = await accessTo(archive, `archive ${archive.name}`, hospital, patience);
  return to.ok ? storeInstances(to.value, instances, onOutcome, signal) : to;
}

async function confirm(
  archive: Extract<Archive, { stow: string }>,
  held: HeldJob,
  instances: readonly InstanceFile[],
  { hospital, patience }: Sending,
  signal: AbortSignal,
): Promise<Outcome> {
  const to = await webAccessTo(archive, hospital, patience);
  if (!to.ok) return never(to.fault.message);
  const confirmed = await confirmInstances(to.value, instances, signal);
  if (!confirmed.ok) return later(confirmed.fault);
  return answeredFor(
    held,
    instances,
    confirmed.value,
    (lost) => `Archive ${archive.name} took ${lost} of ${instances.length} instances and does not list them.`,
  );
}

/** So often instances that an archive took are found not to be answered for; they are sent again until then. */
const mostLosses = 5;

/** What to do when an archive has said which instances it has. What it does not answer for counts as not stored. */
async function answeredFor(held: HeldJob, instances: readonly InstanceFile[], committed: readonly string[], tell: (lost: number) => string): Promise<Outcome> {
  const lost = instances.length - committed.length;
  const losses = held.job.state.losses + (lost === 0 ? 0 : 1);
  await held.update({ committed: [...committed], stored: [...committed], transactions: [], losses });
  if (lost === 0) return { done: true };
  if (losses >= mostLosses) return never(tell(lost));
  await held.update({ state: 'waiting' });
  return later(failedFault(tell(lost)).fault);
}

async function commit(
  archive: DimseArchive,
  held: HeldJob,
  before: JobState,
  instances: readonly InstanceFile[],
  sending: Sending,
  signal: AbortSignal,
): Promise<Outcome> {
  if (archive.commitment === 'none') return { done: true };
  const { outbox, hospital, patience, now } = sending;
  const open = before.transactions.findLast((transaction) => now() - transaction.askedAtEpochMs < sending.askAgainMs);
  let report = await earlierReport(outbox, before);
  if (report === null && open === undefined) {
    const peer = archive.commitment ?? { host: archive.host, port: archive.port, ae: archive.ae, ...(archive.tls !== undefined && { tls: archive.tls }) };
    const to = await accessTo(peer, `the commitment service of archive ${archive.name}`, hospital, patience);
    if (!to.ok) return later(to.fault);
    const uid = `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`;
    // On disk before it is asked for: a report that comes after a crash is still ours.
    const transactions = [...before.transactions.slice(-7), { uid, askedAtEpochMs: now() }];
    await held.update({ state: 'awaiting-commitment', transactions, message: null });
    const asked = await requestCommitmentOf(to.value, uid, instances, 500, signal);
    if (!asked.ok) {
      await held.update({ transactions: before.transactions });
      return later(asked.fault);
    }
    report = asked.value ?? (await reportWithin(outbox, uid, sending.reportMs, signal));
  } else if (report === null && open !== undefined) report = await reportWithin(outbox, open.uid, sending.reportMs, signal);
  if (report === null) {
    const message = `Archive ${archive.name} has taken everything and has not answered for it yet.`;
    return { done: false, retry: true, message, againInMs: Math.min(30_000, sending.reportMs) };
  }
  return settle(archive, held, report, instances);
}

async function settle(archive: DimseArchive, held: HeldJob, report: CommitmentReport, instances: readonly InstanceFile[]): Promise<Outcome> {
  const committed = instances.map(({ sopInstance }) => sopInstance).filter((uid) => report.committed.includes(uid));
  const why = report.failed[0]?.reason ?? 'it says nothing of them';
  return answeredFor(held, instances, committed, (lost) => `Archive ${archive.name} does not answer for ${lost} of ${instances.length} instances: ${why}.`);
}

async function earlierReport(outbox: Outbox, { transactions }: JobState): Promise<CommitmentReport | null> {
  for (const { uid } of transactions.toReversed()) {
    const report = await outbox.takeReport(uid);
    if (report !== null) return report;
  }
  return null;
}

async function reportWithin(outbox: Outbox, uid: string, withinMs: number, signal: AbortSignal): Promise<CommitmentReport | null> {
  const until = performance.now() + withinMs;
  for (;;) {
    const report = await outbox.takeReport(uid);
    if (report !== null || signal.aborted || performance.now() >= until) return report;
    await sleep(100);
  }
}
