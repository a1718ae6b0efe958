import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import type { OutboxJob } from '../../src/link/hospitalLink.ts';
import type { HospitalSite } from '../../src/procedure/hospitalSite.ts';
import { isAlive } from '../isAlive.ts';
import { type CommitmentReport, commitmentReportSchema } from './commitment.ts';
import { initialJobState, type Job, type JobContent, type JobRequest, type JobState, jobRequestSchema, jobStateSchema } from './job.ts';

/**
 * What is to be sent, on disk: a folder a job, with what is wanted (`request.json`, never changed), how far it is (`state.json`,
 * replaced atomically) and who is at it (`held`, touched while they are). Several processes may share one outbox. Everything is
 * readable by its owner alone: it says who the patients are.
 */
export interface Outbox {
  readonly folder: string;
  add(subject: string, to: string, request: JobContent): Promise<string>;
  /** Oldest first. A job whose request cannot be read is left out, and left where it is. */
  list(): Promise<readonly Job[]>;
  read(id: string): Promise<Job | null>;
  /** Takes a job for this process; null when another one has it. */
  hold(id: string): Promise<HeldJob | null>;
  /** A folder of a job's own for what is made on the way. */
  workFolder(id: string): string;
  /** What waits for its time, or was given up, is due now. False when it is held or finished. */
  retry(id: string): Promise<boolean>;
  /** What is not held may be taken off. False when it is held. */
  discard(id: string): Promise<boolean>;
  /** A report on storage commitment that came on an association of its own, for whichever process waits for it; false when no job asked. */
  keepReport(report: CommitmentReport): Promise<boolean>;
  takeReport(transactionUid: string): Promise<CommitmentReport | null>;
}

export interface HeldJob {
  readonly job: Job;
  update(change: Partial<JobState>): Promise<JobState>;
  release(): Promise<void>;
}

/** A holder that has not been heard of for so long is gone; it touches its mark four times as often. */
const holderGoneAfterMs = 40_000;
/** Jobs that are done are remembered for a week. */
const keepDoneMs = 7 * 24 * 3600 * 1000;

export const outboxFolderOf = (hospital: HospitalSite | undefined): string => hospital?.outboxFolder ?? join(homedir(), 'Pedicle', 'outbox');

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Replaces a file whole, and is on disk when it resolves. */
async function replaceFile(path: string, text: string): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  const file = await open(part, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}

/** Null when it is not there or not what it should be: a process may have died while making it. */
async function readJson<S extends z.ZodType>(path: string, schema: S): Promise<z.infer<S> | null> {
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return null;
    throw error;
  }
}

export async function openOutbox(folder: string): Promise<Outbox> {
  const reports = join(folder, 'reports');
  await mkdir(reports, { recursive: true, mode: 0o700 });
  const pathOf = (id: string, name: string) => join(folder, 'jobs', id, name);
  await mkdir(join(folder, 'jobs'), { recursive: true, mode: 0o700 });

  const read = async (id: string): Promise<Job | null> => {
    const request = await readJson(pathOf(id, 'request.json'), jobRequestSchema);
    if (request === null) return null;
    const state = (await readJson(pathOf(id, 'state.json'), jobStateSchema)) ?? initialJobState;
    return { ...request, state, held: await isHeld(pathOf(id, 'held')) };
  };
  const hold = async (id: string): Promise<HeldJob | null> => {
    const mark = pathOf(id, 'held');
    if (!(await take(mark))) return null;
    const touching = setInterval(() => void utimes(mark, new Date(), new Date()).catch(() => undefined), holderGoneAfterMs / 4);
    touching.unref();
    const release = async () => {
      clearInterval(touching);
      await rm(mark, { force: true });
    };
    const job = await read(id);
    if (job === null) {
      await release();
      return null;
    }
    let { state } = job;
    return {
      job,
      async update(change) {
        state = { ...state, ...change };
        await replaceFile(pathOf(id, 'state.json'), JSON.stringify(state));
        return state;
      },
      release,
    };
  };
  return {
    folder,
    async add(subject, to, request) {
      const id = randomUUID();
      await mkdir(join(folder, 'jobs', id), { mode: 0o700 });
      const whole: JobRequest = { version: 1, id, createdAtEpochMs: Date.now(), subject, to, request };
      try {
        await replaceFile(pathOf(id, 'request.json'), JSON.stringify(whole));
      } catch (error) {
        // A folder that is no job would never be taken away.
        await rm(join(folder, 'jobs', id), { recursive: true, force: true }).catch(() => undefined);
        throw error;
      }
      return id;
    },
    async list() {
      const jobs: Job[] = [];
      for (const id of await readdir(join(folder, 'jobs'))) {
        const job = await read(id);
        if (job === null) continue;
        const { finishedAtEpochMs, state } = job.state;
        if (state === 'done' && finishedAtEpochMs !== null && Date.now() - finishedAtEpochMs > keepDoneMs)
          await rm(join(folder, 'jobs', id), { recursive: true, force: true });
        else jobs.push(job);
      }
      return jobs.sort((a, b) => a.createdAtEpochMs - b.createdAtEpochMs || a.id.localeCompare(b.id));
    },
    read,
    workFolder: (id) => pathOf(id, 'work'),
    hold,
    async retry(id) {
      const held = /^[0-9a-f-]+$/.test(id) ? await hold(id) : null;
      if (held === null) return false;
      const { state } = held.job.state;
      if (state !== 'done')
        await held.update({ nextAttemptAtEpochMs: 0, ...(state === 'failed' && { state: 'waiting', attempts: 0, losses: 0, finishedAtEpochMs: null }) });
      await held.release();
      return state !== 'done';
    },
    async discard(id) {
      const mark = pathOf(id, 'held');
      if (!/^[0-9a-f-]+$/.test(id) || !(await take(mark))) return false;
      await rm(join(folder, 'jobs', id), { recursive: true, force: true });
      return true;
    },
    async keepReport(report) {
      for (const id of await readdir(join(folder, 'jobs'))) {
        const job = await read(id);
        if (!job?.state.transactions.some(({ uid }) => uid === report.transactionUid)) continue;
        await replaceFile(join(reports, `${report.transactionUid}.json`), JSON.stringify(report));
        return true;
      }
      return false;
    },
    async takeReport(transactionUid) {
      const path = join(reports, `${transactionUid}.json`);
      const report = await readJson(path, commitmentReportSchema);
      if (report !== null) await rm(path, { force: true });
      return report;
    },
  };
}

/** Whether the process that made a mark is still at it. */
async function isHeld(mark: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = [await readFile(mark, 'utf8'), await stat(mark)];
    if (Date.now() - mtimeMs > holderGoneAfterMs) return false;
    return isAlive(Number(text));
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function take(mark: string): Promise<boolean> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(mark, String(process.pid), { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      if (await isHeld(mark)) return false;
      await rm(mark, { force: true });
    }
  }
  return false;
}

/** A job as consoles and `--json` see it. */
export function summaryOf(job: Job): OutboxJob {
  const { state, attempts, nextAttemptAtEpochMs, message, stored, committed, exported } = job.state;
  const instances = job.request.kind === 'store' ? (exported ?? job.request.instances) : [];
  const finished = state === 'done' || state === 'failed';
  return {
    id: job.id,
    kind: job.request.kind,
    subject: job.subject,
    to: job.to,
    state: job.held && !finished ? (state === 'waiting' ? 'working' : state) : state,
    done:
      job.request.kind === 'store'
        ? state === 'done'
          ? instances.length
          : Math.max(stored.length === instances.length ? committed.length : stored.length, 0)
        : state === 'done'
          ? 1
          : 0,
    total: job.request.kind === 'store' ? instances.length : 1,
    attempts,
    nextAttemptAtEpochMs: finished ? null : nextAttemptAtEpochMs,
    message,
  };
}
