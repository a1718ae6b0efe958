import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import { playFile } from './dicom.ts';
import { createDicomDecoder, type DicomDecoder } from './dicomDecoder.ts';
import { openDicomFile } from './dicomFile.ts';
import { defaultReceiverOptions, type ReceivedInstance, type ReceiverOptions } from './dicomReceiver.ts';
import { type ChildMessage, startReceiverChild } from './dicomReceiverChild.ts';
import type { Source, SourceEvent } from './source.ts';
import { parseSourceUri } from './uri.ts';

/** Instances that wait to be shown; what comes beyond is dropped from the picture (it stays in `folder`) and said to be. */
const mostWaiting = 1000;
/** Before a port that cannot be had, or a process that died, is tried again. */
const retryMs = 2000;
/** Each plane has a port of its own. */
const defaultPort: Readonly<Record<PlaneId, number>> = { a: defaultReceiverOptions.port, b: defaultReceiverOptions.port + 1 };

const querySchema = z.strictObject({
  port: z.coerce.number().int().min(0).max(65_535).optional(),
  bind: z.string().optional(),
  ae: z
    .string()
    .regex(/^[\x21-\x5b\x5d-\x7e]{1,16}$/, 'an application title has 1 to 16 characters')
    .optional(),
  allow: z.string().optional(),
  folder: z.string().optional(),
  tlsKey: z.string().optional(),
  tlsCert: z.string().optional(),
  tlsCa: z.string().optional(),
});

/**
 * Opens `dicom-receive:`: listens for instances and yields their frames as they come, a run at its own frame times.
 * `?port=11112&bind=127.0.0.1&ae=PEDICLE&allow=AE1,AE2&folder=DIR&tlsKey=PEM&tlsCert=PEM&tlsCa=PEM`; with `ae` only
 * associations that call it are taken, without `folder` instances are deleted once they have been shown.
 */
export async function openDicomReceive(uri: string, plane: PlaneId): Promise<Result<Source>> {
  const options = await receiverOptionsOf(uri, plane);
  if (!options.ok) return options;
  const free = await portIsFree(options.value);
  if (!free.ok) return free;
  return ok({ uri, pace: 'live', simulated: false, events: (signal) => receive(options.value, options.value.folder === '', plane, signal) });
}

/** What a storage port is to be opened with; `folder` is empty where the address names none. */
export async function receiverOptionsOf(uri: string, plane: PlaneId): Promise<Result<ReceiverOptions>> {
  const parsed = parseSourceUri(uri);
  if (!parsed.ok) return parsed;
  if (parsed.value.scheme !== 'dicom-receive' || parsed.value.target !== '')
    return inputFault(`${uri} opens no storage port: write dicom-receive: with its settings as ?port=…&folder=…, and nothing else.`);
  const query = querySchema.safeParse(parsed.value.query);
  if (!query.success) {
    const [issue] = query.error.issues;
    return inputFault(`${uri}: ${issue?.path.join('.') || 'its settings'}: ${issue?.message ?? 'cannot be used'}.`);
  }
  return optionsOf(query.data, plane);
}

async function optionsOf(query: z.infer<typeof querySchema>, plane: PlaneId): Promise<Result<ReceiverOptions>> {
  let tls: ReceiverOptions['tls'] = null;
  if (query.tlsKey !== undefined || query.tlsCert !== undefined) {
    if (query.tlsKey === undefined || query.tlsCert === undefined) return inputFault('For TLS give both tlsKey and tlsCert, each the path of a PEM file.');
    try {
      const [key, cert, ca] = await Promise.all([query.tlsKey, query.tlsCert, query.tlsCa].map((path) => (path === undefined ? null : readFile(path, 'utf8'))));
      tls = { key: key ?? '', cert: cert ?? '', ca: ca ?? null };
    } catch (error) {
      return inputFault(`A TLS file cannot be read (${error instanceof Error ? error.message : String(error)}).`);
    }
  }
  return ok({
    ...defaultReceiverOptions,
    port: query.port ?? defaultPort[plane],
    bind: query.bind ?? defaultReceiverOptions.bind,
    ae: query.ae ?? defaultReceiverOptions.ae,
    anyCalledAe: query.ae === undefined,
    allow: query.allow?.split(',').filter((title) => title !== '') ?? [],
    // Without one, a temporary folder is made when listening begins.
    folder: query.folder ?? '',
    tls,
  });
}

/** Told at once, not when the session has begun. */
function portIsFree({ port, bind }: ReceiverOptions): Promise<Result<void>> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(inputFault(`The DICOM port ${bind}:${port} cannot be opened: ${portFault(error.code)}.`)));
    probe.listen(port, bind, () => probe.close(() => resolve(ok(undefined))));
  });
}

function portFault(code: string | undefined): string {
  if (code === 'EADDRINUSE') return 'another program listens there; stop it or choose another with ?port=';
  if (code === 'EACCES') return 'ports below 1024 need more rights; choose another with ?port=';
  return code === 'EADDRNOTAVAIL' ? 'this machine has no such address; choose another with ?bind=' : (code ?? 'unknown reason');
}

/** Messages of the process, waited for one at a time. */
function messageQueue(signal: AbortSignal) {
  const waiting: ChildMessage[] = [];
  let instances = 0;
  let dropped = 0;
  let wake: () => void = () => {};
  signal.addEventListener('abort', () => wake(), { once: true });
  return {
    put(message: ChildMessage) {
      if (message.kind === 'received' && instances >= mostWaiting) dropped++;
      else {
        if (message.kind === 'received') instances++;
        waiting.push(message);
      }
      wake();
    },
    /** How many instances found no place since the last call. */
    takeDropped(): number {
      const count = dropped;
      dropped = 0;
      return count;
    },
    async next(): Promise<ChildMessage | null> {
      while (waiting.length === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (signal.aborted) return null;
      const message = waiting.shift() ?? null;
      if (message?.kind === 'received') instances--;
      return message;
    },
  };
}

async function* receive(options: ReceiverOptions, temporary: boolean, plane: PlaneId, signal: AbortSignal): AsyncGenerator<SourceEvent> {
  const folder = temporary ? await mkdtemp(join(tmpdir(), 'pedicle-received-')) : options.folder;
  const queue = messageQueue(signal);
  const device = `plane-${plane}`;
  const start = () => startReceiverChild({ ...options, folder }, queue.put);
  const said = (state: 'connected' | 'lost' | 'notice', message: string): SourceEvent => ({ topic: '/device', data: { device, state, message }, atMs: null });
  const decoder = createDicomDecoder();
  let child = start();
  let frameNumber = 0;
  try {
    for (let message = await queue.next(); message !== null; message = await queue.next()) {
      const dropped = queue.takeDropped();
      if (dropped > 0) {
        yield { topic: '/gap', data: { kind: 'frames-missing', plane, fromFrame: frameNumber, toFrame: frameNumber + dropped - 1 }, atMs: null };
        yield said('notice', `${dropped} received DICOM ${dropped === 1 ? 'instance was' : 'instances were'} not shown: too many were waiting.`);
        frameNumber += dropped;
      }
      if (message.kind === 'listening') yield said('connected', `DICOM port ${options.bind}:${message.port} is open; waiting for images.`);
      else if (message.kind === 'notice') yield said('notice', message.message);
      else if (message.kind === 'received') {
        frameNumber = yield* showInstance(message.instance, decoder, frameNumber, plane, signal);
        if (temporary) await rm(message.instance.path, { force: true });
      } else {
        const why = message.kind === 'died' ? 'its process ended' : portFault(message.code);
        yield said('lost', `The DICOM port ${options.bind}:${options.port} is closed: ${why}. It is tried again.`);
        await child.stop();
        await sleep(retryMs, undefined, { signal }).catch(() => {});
        if (!signal.aborted) child = start();
      }
    }
  } finally {
    await child.stop();
    await decoder.close();
    if (temporary) await rm(folder, { recursive: true, force: true });
  }
}

/** Plays one instance at its own frame times, beginning now; returns the next frame number. */
async function* showInstance(
  instance: ReceivedInstance,
  decoder: DicomDecoder,
  frameNumber: number,
  plane: PlaneId,
  signal: AbortSignal,
): AsyncGenerator<SourceEvent, number> {
  const file = await openDicomFile(instance.path, 'what was received');
  if (!file.ok || file.value.image.bitsAllocated === 32) {
    const why = file.ok ? 'its pixels have 32 bits' : file.fault.message;
    yield { topic: '/device', data: { device: `plane-${plane}`, state: 'notice', message: `A DICOM instance came that cannot be shown: ${why}` }, atMs: null };
    return frameNumber;
  }
  const begunMs = performance.now();
  const frames = playFile(file.value, decoder, { startMs: 0, frameNumber }, { plane, signal, spaced: false });
  for (let next = await frames.next(); ; next = await frames.next()) {
    if (next.done) return next.value.frameNumber;
    const waitMs = begunMs + (next.value.atMs ?? 0) - performance.now();
    // Called off: the loop ends with the next frame that is not given.
    if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted) yield { ...next.value, atMs: null };
  }
}
