import { statfs } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { diskErrorText } from './diskError.ts';
import { openRecordFiles, type RecordFiles } from './recordFiles.ts';
import type { FromWriter, ToWriter, WriterWorkerData } from './writerProtocol.ts';

/** The thread that owns a record's files. One for each record being written. */
const data = workerData as WriterWorkerData;
const port = parentPort;
if (!port) throw new Error('writerWorker.ts is a worker thread: it is started by writer.ts');
const counters = new BigInt64Array(data.progress);
const send = (message: FromWriter) => port.postMessage(message);
const spaceCheckMs = 2000;

function watchSpace(files: RecordFiles): void {
  let low = false;
  const timer = setInterval(async () => {
    try {
      const { bavail, bsize } = await statfs(data.folder);
      const free = bavail * bsize;
      if (free < data.lowSpaceBytes && !low) {
        low = true;
        send({
          kind: 'trouble',
          trouble: {
            kind: 'disk-low',
            message: `Little space is left for the record (${Math.floor(free / 1e6)} MB): free some, or record elsewhere next time.`,
          },
        });
      }
      if (free < data.reserveBytes) {
        clearInterval(timer);
        files.stopFrames(`only ${Math.floor(free / 1e6)} MB are left on the disk, kept for telemetry`);
      }
    } catch {
      // A file system that cannot say how full it is will say so when a write fails.
      clearInterval(timer);
    }
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

try {
  const files = await openRecordFiles(data, {
    trouble: (trouble) => send({ kind: 'trouble', trouble }),
    done: (bytes) => {
      Atomics.add(counters, 1, BigInt(bytes));
      send({ kind: 'progress' });
    },
    queuedBytes: () => Number(Atomics.load(counters, 0) - Atomics.load(counters, 1)),
  });
  port.on('message', (message: ToWriter) => handle(files, message));
  watchSpace(files);
  send({ kind: 'opened' });
} catch (error) {
  send({ kind: 'open-failed', message: diskErrorText(error as NodeJS.ErrnoException, data.folder) });
}
