import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { planeOfFrameTopic, type Sample } from '../../src/sample/sample.ts';
import { newRecordEncryption } from '../security/encryption.ts';
import { diskErrorText } from './diskError.ts';
import { exactJson } from './jsonText.ts';
import type { RecordHeader, RecordSummary, RecordWriter } from './record.ts';
import { microsecondsOf } from './time.ts';
import {
  backlogCost,
  type FrameCompression,
  type FromWriter,
  progressBytes,
  progressSlot,
  type RecordTrouble,
  type SeqRange,
  type ToWriter,
  telemetryChunkBytes,
  type WriterSettings,
} from './writerProtocol.ts';

export type { FrameCompression, RecordTrouble } from './writerProtocol.ts';

export interface RecordWriterOptions {
  /** `auto` (default): zstd, until it does not keep up with a live procedure. */
  readonly compression?: FrameCompression;
  readonly lowSpaceBytes?: number;
  readonly reserveBytes?: number;
  /** For the rest of a damaged record: the sequence numbers that it lacks. */
  readonly missing?: readonly SeqRange[];
  /** See `startWriterThread`; one is started when none is given. */
  readonly thread?: Worker;
}

/** The thread of a record that will soon be opened: its code is loaded meanwhile. Whoever then opens none ends it. */
export function startWriterThread(): Worker {
  return new Worker(new URL('./writerWorker.ts', import.meta.url));
}

/** Called on the thread that opened the writer, once for each change of state. */
export type OnRecordTrouble = (message: string, trouble: RecordTrouble) => void;

const gib = 1024 ** 3;

/**
 * Makes the folder of a new record and opens its files. `place` is the folder that holds records (a new one is made in it,
 * named by start and procedure) or, as `{ folder }`, the record's own folder, which must not exist or be empty.
 */
export async function openRecordWriter(
  place: string | { readonly folder: string },
  header: RecordHeader,
  onTrouble: OnRecordTrouble = () => undefined,
  options: RecordWriterOptions = {},
): Promise<Result<RecordWriter>> {
  const made = typeof place === 'string' ? await makeNamedFolder(place, header) : await makeGivenFolder(place.folder);
  if (!made.ok) return made;
  const progress = new SharedArrayBuffer(progressBytes);
  const settings: WriterSettings = {
    folder: made.value,
    header,
    compression: options.compression ?? 'auto',
    lowSpaceBytes: options.lowSpaceBytes ?? 4 * gib,
    reserveBytes: options.reserveBytes ?? gib / 4,
    progress,
    missing: options.missing ?? null,
    encryption: await newRecordEncryption(),
  };
  const worker = options.thread ?? startWriterThread();
  worker.postMessage(settings);
  const opened = await new Promise<Result<void>>((resolve) => {
    worker.once('message', (message: FromWriter) => {
      if (message.kind === 'opened') resolve(ok(undefined));
      else if (message.kind === 'open-failed') resolve(inputFault(`The record in ${made.value} cannot be written: ${message.message}.`));
      else resolve(failedFault(`The record in ${made.value} cannot be begun: its disk is full or failing; make room there, or give another folder.`));
    });
    worker.once('error', (error) =>
      resolve(failedFault(`The record in ${made.value} cannot be written: ${error instanceof Error ? error.message : String(error)}.`)),
    );
  });
  if (!opened.ok) {
    await worker.terminate();
    return opened;
  }
  return ok(createWriter(made.value, worker, new BigInt64Array(progress), (trouble) => onTrouble(trouble.message, trouble)));
}

function createWriter(folder: string, worker: Worker, counters: BigInt64Array, onTrouble: (trouble: RecordTrouble) => void): RecordWriter {
  let waiters: { readonly below: number; readonly wake: () => void }[] = [];
  let lastRawSeq = -1;
  let derivedLag = 0;
  let unhurried = false;
  let dead: string | null = null;
  let closed: ((result: Result<void>) => void) | null = null;
  const notNumbers = new Set<string>();

  const backlog = () => (dead === null ? Number(Atomics.load(counters, progressSlot.handedOver) - Atomics.load(counters, progressSlot.written)) : 0);
  const wakeWaiters = () => {
    // What is asked for stands there before the backlog is looked at: what is written from then on is told.
    Atomics.store(counters, progressSlot.tellBelow, BigInt(Math.max(-1, ...waiters.map(({ below }) => below))));
    const bytes = backlog();
    const woken = waiters.filter((waiter) => bytes <= waiter.below);
    waiters = waiters.filter((waiter) => bytes > waiter.below);
    for (const waiter of woken) waiter.wake();
  };
  const post = (message: ToWriter, bytes: number) => {
    if (dead !== null) return;
    Atomics.add(counters, progressSlot.handedOver, BigInt(bytes));
    worker.postMessage(message);
  };
  const die = (why: string) => {
    if (dead !== null) return;
    dead = why;
    if (!closed) onTrouble({ kind: 'disk-failing', message: `The record in ${folder} is no longer written: ${why}.`, lacks: `its end (${why})` });
    wakeWaiters();
    closed?.(failedFault(`The record in ${folder} could not be closed: ${why}. "pedicle recover" makes a closed record of what was written.`));
  };

  worker.on('message', (message: FromWriter) => {
    if (message.kind === 'progress') wakeWaiters();
    else if (message.kind === 'trouble') onTrouble(message.trouble);
    else if (message.kind === 'closed') closed?.(message.failure === null ? ok(undefined) : failedFault(message.failure));
  });
  worker.on('error', (error) => die(error instanceof Error ? error.message : String(error)));
  worker.on('exit', () => die('its thread ended'));

  const textOf = (topic: string, value: unknown): string =>
    exactJson(value, (path) => {
      if (notNumbers.has(topic + path)) return;
      notNumbers.add(topic + path);
      onTrouble({ kind: 'not-a-number', message: `A value that is not a number was recorded as missing: ${topic} ${path}. Please report this.` });
    });

  return {
    folder,
    write(sample) {
      const tUs = microsecondsOf(sample.tMs);
      if (isDerived(sample)) derivedLag = Math.max(derivedLag, lastRawSeq - sample.seq);
      else lastRawSeq = sample.seq;
      if (sample.topic === '/plane/a/frame' || sample.topic === '/plane/b/frame') {
        const { attributes, pixels } = sample.data;
        const text = textOf(sample.topic, attributes);
        const { rows, columns, deviceTimeMs, bitsAllocated } = attributes;
        const bytesPerPixel = bitsAllocated === 8 ? 1 : 2;
        const plane = planeOfFrameTopic(sample.topic);
        post(
          { kind: 'frame', plane, seq: sample.seq, tUs, rows, columns, bytesPerPixel, deviceTimeMs, text, pixels },
          backlogCost(text.length, pixels.byteLength),
        );
        return;
      }
      const text = textOf(sample.topic, sample.data);
      const deviceTimeMs = sample.topic === '/injector/reading' ? sample.data.deviceTimeMs : null;
      post({ kind: 'json', topic: sample.topic, seq: sample.seq, tUs, deviceTimeMs, text }, backlogCost(text.length, 0));
    },
    attachFile: (name, text) => post({ kind: 'file', name, text }, 0),
    drained(bytes) {
      if (!unhurried) post({ kind: 'unhurried' }, 0);
      unhurried = true;
      if (backlog() <= bytes) return Promise.resolve();
      // What waits for more telemetry to come is little: it stands in the way of those only who wait for nearly everything.
      if (bytes <= 4 * telemetryChunkBytes) post({ kind: 'flush' }, 0);
      return new Promise((wake) => {
        waiters.push({ below: bytes, wake });
        wakeWaiters();
      });
    },
    async close(summary: RecordSummary) {
      const result = await new Promise<Result<void>>((resolve) => {
        closed = resolve;
        if (dead === null) post({ kind: 'close', summaryText: `${JSON.stringify(summary, null, 2)}\n`, derivedLag }, 0);
        else resolve(failedFault(`The record in ${folder} could not be closed: ${dead}. "pedicle recover" makes a closed record of what was written.`));
      });
      await worker.terminate();
      return result;
    },
  };
}

const derivedTopics = new Set<string>(['/injector/reading', '/injector/state', '/guidance/pose', '/alarm', '/procedure']);
function isDerived(sample: Sample): boolean {
  return derivedTopics.has(sample.topic) || sample.topic.endsWith('/needle') || sample.topic.endsWith('/cement') || sample.topic.endsWith('/vertebra');
}

async function makeNamedFolder(recordsDir: string, header: RecordHeader): Promise<Result<string>> {
  const [day = '', time = ''] = new Date(header.startedAtEpochMs).toISOString().slice(0, 19).split('T');
  const procedure = header.procedure.replaceAll(/[^A-Za-z0-9-]+/g, '-') || 'procedure';
  const name = `${day}_${time.replaceAll(':', '-')}_${procedure}`;
  const parent = await makeFolder(recordsDir);
  if (!parent.ok) return parent;
  for (let attempt = 1; attempt < 1000; attempt++) {
    const folder = join(recordsDir, attempt === 1 ? name : `${name}-${attempt}`);
    try {
      await mkdir(folder, { mode: 0o700 });
      return ok(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return cannotMake(folder, error);
    }
  }
  return inputFault(`There are already a thousand records named ${name} in ${recordsDir}: choose another folder.`);
}

async function makeGivenFolder(folder: string): Promise<Result<string>> {
  const made = await makeFolder(folder);
  if (!made.ok) return made;
  try {
    if ((await readdir(folder)).length > 0) return inputFault(`${folder} is not empty: give a new or an empty folder for the record.`);
  } catch (error) {
    return cannotMake(folder, error);
  }
  return ok(folder);
}

/** Makes a folder and those above it. (`mkdir` with `recursive` reports a read-only disk as ENOENT and does not return in /proc.) */
async function makeFolder(folder: string): Promise<Result<void>> {
  const first = await tryMakeFolder(folder);
  if (first === null) return ok(undefined);
  const above = dirname(resolve(folder));
  if (first.code !== 'ENOENT' || above === resolve(folder)) return cannotMake(folder, first);
  const made = await makeFolder(above);
  if (!made.ok) return made;
  const second = await tryMakeFolder(folder);
  return second === null ? ok(undefined) : cannotMake(folder, second);
}

/** `null` when the folder is there now. */
async function tryMakeFolder(folder: string): Promise<NodeJS.ErrnoException | null> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return null;
  } catch (error) {
    const there = await stat(folder).catch(() => null);
    return there?.isDirectory() ? null : (error as NodeJS.ErrnoException);
  }
}

function cannotMake(folder: string, error: unknown) {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST' || code === 'ENOTDIR')
    return inputFault(`${folder} cannot be used for a record: a file of that name is in the way. Give another folder.`);
  return inputFault(`The folder ${folder} cannot be made: ${diskErrorText(error as NodeJS.ErrnoException, folder)}. Give a folder that you may write to.`);
}
