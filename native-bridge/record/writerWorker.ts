import { statfs } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import { heldFrames } from '../sources/frameMemory.ts';
import { diskErrorText } from './diskError.ts';
import { openRecordFiles, type RecordFiles } from './recordFiles.ts';
import { type FromWriter, progressSlot, type ToWriter, type WriterSettings } from './writerProtocol.ts';

/** The thread that owns a record's files. One for each record being written; its first message says which. */
const port = parentPort;
if (!port) throw new Error('writerWorker.ts is a worker thread: it is started by writer.ts');
const send = (message: FromWriter) => port.postMessage(message);
/** Two planes of 1024² 16 bit at 15 fps write 120 MB in that time, half of what is reserved. */
const spaceCheckMs = 2000;

/** So much more than what counts as little must be free again, so that the alarm does not come and go. */
const enoughAgain = 1.1;

async function watchSpace(files: RecordFiles, data: WriterSettings): Promise<void> {
  let low = false;
  const check = async (): Promise<boolean> => {
    try {
      const { bavail, bsize } = await statfs(data.folder);
      const freeMb = Math.floor((bavail * bsize) / 1e6);
      if (bavail * bsize < data.lowSpaceBytes && !low) {
        low = true;
        send({
          kind: 'trouble',
          trouble: { kind: 'disk-low', message: `Little space is left for the record (${freeMb} MB): free some, or record elsewhere next time.` },
        });
      }
      if (low && bavail * bsize >= data.lowSpaceBytes * enoughAgain) {
        low = false;
        send({ kind: 'trouble', trouble: { kind: 'disk-recovered', message: `There is space for the record again (${freeMb} MB).` } });
      }
      if (bavail * bsize >= data.reserveBytes) return true;
      files.stopFrames(`only ${freeMb} MB are left on the disk, kept for telemetry`);
      return false;
    } catch {
      // A file system that cannot say how full it is will say so when a write fails.
      return false;
    }
  };
  if (!(await check())) return;
  const timer = setInterval(async () => {
    if (!(await check())) clearInterval(timer);
  }, spaceCheckMs);
  timer.unref();
}

function handle(files: RecordFiles, message: ToWriter): void {
  switch (message.kind) {
    case 'json':
      files.json(message);
      return;
    case 'frame':
      files.frame(message);
      return;
    case 'file':
      files.file(message.name, message.text);
      return;
    case 'flush':
      files.flush();
      return;
    case 'unhurried':
      files.unhurried();
      return;
    case 'close':
      void files.close(message.summaryText, message.derivedLag).then((failure) => send({ kind: 'closed', failure }));
  }
}

async function open(data: WriterSettings): Promise<void> {
  const counters = new BigInt64Array(data.progress);
  const queued = () => Atomics.load(counters, progressSlot.handedOver) - Atomics.load(counters, progressSlot.written);
  const queuedBytes = () => Number(queued());
  heldFrames(queuedBytes);
  const files = await openRecordFiles(data, {
    trouble: (trouble) => send({ kind: 'trouble', trouble }),
    done: (bytes) => {
      Atomics.add(counters, progressSlot.written, BigInt(bytes));
      if (queued() <= Atomics.load(counters, progressSlot.tellBelow)) send({ kind: 'progress' });
    },
    queuedBytes,
  });
  port?.on('message', (message: ToWriter) => handle(files, message));
  send({ kind: 'opened' });
  void watchSpace(files, data);
}

port.once('message', (data: WriterSettings) => {
  open(data).catch((error: unknown) => send({ kind: 'open-failed', message: diskErrorText(error as NodeJS.ErrnoException, data.folder) }));
});
