import { type Command, InvalidArgumentError } from 'commander';
import type { OutboxJob } from '../../src/link/hospitalLink.ts';
import type { HospitalSite } from '../../src/procedure/hospitalSite.ts';
import type { Outbox } from '../hospital/outbox.ts';
import { printJson, reportFault } from './output.ts';
import { readSite } from './sessionOptions.ts';

interface SendOptions {
  readonly site?: string;
  readonly to?: string;
  readonly wait: number;
  readonly status?: true;
  readonly pending?: true;
  readonly json?: true;
}

function secondsArgument(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0 && seconds <= 86_400)) throw new InvalidArgumentError('It must be a number of seconds from 0 to 86400.');
  return seconds;
}

const words: Readonly<Record<OutboxJob['state'], string>> = {
  waiting: 'waiting',
  working: 'on its way',
  'awaiting-commitment': 'stored, waiting for the archive to answer for it',
  done: 'done',
  failed: 'FAILED',
};

function lineOf({ subject, to, state, done, total, message, nextAttemptAtEpochMs }: OutboxJob): string {
  const again =
    nextAttemptAtEpochMs !== null && nextAttemptAtEpochMs > Date.now() ? `; again at ${new Date(nextAttemptAtEpochMs).toTimeString().slice(0, 8)}` : '';
  return `${subject} → ${to}: ${words[state]}${total > 1 ? `, ${done} of ${total}` : ''}${message === null ? '' : `. ${message.replace(/\.$/, '')}`}${again}`;
}

/** An outbox whose folder cannot be used is said in one sentence, wherever in the work that shows. */
async function send(what: string | undefined, options: SendOptions): Promise<void> {
  if ((what === undefined) === (options.status === undefined && options.pending === undefined))
    return reportFault({ kind: 'input', message: 'Say what to send (a record, a DICOM file or a folder of them), or --pending, or --status.' });
  const site = await readSite(options.site);
  if (!site.ok) return reportFault(site.fault);
  const { openOutbox, outboxFolderOf } = await import('../hospital/outbox.ts');
  const hospital = site.value.hospital ?? {};
  const folder = outboxFolderOf(hospital);
  try {
    await sendOver(await openOutbox(folder), hospital, what, options);
  } catch (error) {
    const { diskErrorText, isDiskError, isDiskTrouble } = await import('../record/diskError.ts');
    if (!isDiskError(error)) throw error;
    const message = `The outbox in ${folder} cannot be used: ${diskErrorText(error, folder)}; ${isDiskTrouble(error) ? 'make room there' : 'correct its permissions'} or name another "outboxFolder" in the site configuration.`;
    reportFault({ kind: isDiskTrouble(error) ? 'failed' : 'input', message });
  }
}

async function sendOver(outbox: Outbox, hospital: HospitalSite, what: string | undefined, options: SendOptions): Promise<void> {
  const { summaryOf } = await import('../hospital/outbox.ts');
  if (options.status) {
    const jobs = (await outbox.list()).map(summaryOf);
    if (options.json) return printJson({ jobs });
    process.stdout.write(jobs.length === 0 ? 'Nothing is on the outbox.\n' : jobs.map((job) => `${lineOf(job)}\n`).join(''));
    return;
  }
  const { findArchive } = await import('../hospital/attempt.ts');
  const ids: string[] = [];
  if (what === undefined) ids.push(...(await outbox.list()).filter(({ state }) => state.state !== 'done').map(({ id }) => id));
  else {
    const archive = findArchive(hospital, options.to);
    if (!archive.ok) return reportFault(archive.fault);
    const { enqueueStore } = await import('../hospital/enqueue.ts');
    const added = await enqueueStore(outbox, what, archive.value.name);
    if (!added.ok) return reportFault(added.fault);
    ids.push(added.value);
  }
  const jobs = await drive(outbox, ids, hospital, options);
  if (options.json) printJson({ jobs });
  else process.stdout.write(jobs.length === 0 ? 'Nothing is waiting.\n' : jobs.map((job) => `${lineOf(job)}\n`).join(''));
  if (jobs.some(({ state }) => state !== 'done')) {
    if (jobs.some(({ state }) => state !== 'done' && state !== 'failed'))
      process.stderr.write('pedicle: What has not arrived stays on the outbox; the console goes on with it, and so does "pedicle send --pending".\n');
    process.exitCode = 1;
  }
}

async function drive(outbox: Outbox, ids: readonly string[], hospital: HospitalSite, options: SendOptions) {
  const { defaultSending } = await import('../hospital/attempt.ts');
  const { defaultPatience } = await import('../hospital/association.ts');
  const { openCallbacks } = await import('../hospital/callbacks.ts');
  const { finish } = await import('../hospital/worker.ts');
  const { summaryOf } = await import('../hospital/outbox.ts');
  const stop = new AbortController();
  const abort = () => stop.abort();
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  const say = (line: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
  };
  // Archives that speak DICOMweb never call back.
  const needsPort = (hospital.archives ?? []).some((archive) => 'host' in archive);
  const onNotice = (message: string) => process.stderr.write(`pedicle: ${message}\n`);
  const callbacks = needsPort ? await openCallbacks(hospital, outbox, { onNotice, onReceived: () => undefined }) : null;
  if (callbacks && !callbacks.ok) process.stderr.write(`pedicle: ${callbacks.fault.message}\n`);
  const sending = {
    ...defaultSending,
    outbox,
    hospital,
    patience: defaultPatience,
    onExport: (fraction: number) => say(`${Math.floor(fraction * 100)} % exported`),
  };
  const until = Date.now() + options.wait * 1000;
  try {
    for (const id of ids) {
      await outbox.retry(id);
      await finish(id, sending, until, stop.signal, (job) => say(lineOf(job)));
    }
  } finally {
    say('');
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
    if (callbacks?.ok) await callbacks.value.close();
  }
  const jobs = await Promise.all(ids.map((id) => outbox.read(id)));
  return jobs.filter((job) => job !== null).map(summaryOf);
}

export function register(program: Command): void {
  program
    .command('send')
    .description('stores DICOM on an archive and waits until the archive answers for it; what cannot go now stays on the outbox')
    .argument('[record|dir]', 'a record (exported first), a DICOM file, or a folder of them')
    .option('--site <file>', 'site configuration, which names the archives')
    .option('--to <name>', "archive; the first of the site's when not given")
    .option('--wait <seconds>', 'how long to try before leaving it on the outbox', secondsArgument, 300)
    .option('--pending', 'go on with everything that waits on the outbox, and what was given up, now')
    .option('--status', 'what is on the outbox, and stop')
    .option('--json', 'one JSON object on standard output')
    .action(send);
}
