import { parentPort } from 'node:worker_threads';
import { heldFrames } from '../sources/frameMemory.ts';
import { diskErrorText } from './diskError.ts';
import { openRecordFiles, type RecordFiles } from './recordFiles.ts';
import { freeBytesOf, watchSpace } from './spaceWatch.ts';
import { type FromWriter, progressSlot, type RecordTrouble, type ToWriter, type WriterSettings } from './writerProtocol.ts';

/** The thread that owns a record's files. One for each record being written; its first message says which. */
const port = parentPort;
if (!port) throw new Error('writerWorker.ts is a worker thread: it is started by writer.ts');
const send = (message: FromWriter) => port.postMessage(message);

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
  const trouble = (told: RecordTrouble) => send({ kind: 'trouble', trouble: told });
  const files = await openRecordFiles(data, {
    trouble,
    done: (bytes) => {
      Atomics.add(counters, progressSlot.written, BigInt(bytes));
      if (queued() <= Atomics.load(counters, progressSlot.tellBelow)) send({ kind: 'progress' });
    },
    queuedBytes,
  });
  port?.on('message', (message: ToWriter) => handle(files, message));
  send({ kind: 'opened' });
  const { folder, lowSpaceBytes, reserveBytes } = data;
  void watchSpace({ lowSpaceBytes, reserveBytes, trouble, stopFrames: files.stopFrames, freeBytes: () => freeBytesOf(folder) });
}

port.once('message', (data: WriterSettings) => {
  open(data).catch((error: unknown) => send({ kind: 'open-failed', message: diskErrorText(error as NodeJS.ErrnoException, data.folder) }));
});
