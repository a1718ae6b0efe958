import { mkdir } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../../src/base/result.ts';
import { frameAttributesOf } from '../../src/dicom/frameAttributes.ts';
import { overlayReader } from '../../src/dicom/overlay.ts';
import type { ReceivedRuns } from '../../src/link/received.ts';
import { createDicomDecoder, type DicomDecoder } from '../sources/dicomDecoder.ts';
import { openDicomFile, readFrame } from '../sources/dicomFile.ts';
import { receiverOptionsOf } from '../sources/dicomReceive.ts';
import type { ReceivedInstance } from '../sources/dicomReceiver.ts';
import { type ChildMessage, type ReceiverChild, startReceiverChild } from '../sources/dicomReceiverChild.ts';
import { encodeHead } from './frameStream.ts';
import { describeReceived, listReceived, type ReceivedFile } from './receivedFolder.ts';

/** Runs that a console is told of; older ones stay in their folder. */
const mostListed = 50;
const retryMs = 2000;
/** Where runs go when the site names no folder. */
export const defaultReceivedFolder = join(homedir(), 'Pedicle', 'received');

/** The storage port that stands open beside the live sources, whatever procedure runs. */
export interface Received {
  state(): ReceivedRuns;
  onChange(listener: (state: ReceivedRuns) => void): () => void;
  /** Opens the port of this address, `dicom-receive:?…`; another one's is closed first, undefined closes it. */
  listen(uri: string | undefined): Promise<void>;
  /** The file of a run; null when there is none of that name. */
  pathOf(run: string): string | null;
  /** Answers with one frame of a run in the framing of `FrameHeader`. */
  serve(run: string, frame: number, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

export function createReceived(): Received {
  const listeners = new Set<(state: ReceivedRuns) => void>();
  let port: ReceivedRuns['port'] = 'off';
  let message: string | null = null;
  let kept: readonly ReceivedFile[] = [];
  /** The folder whose earlier runs are in the list. */
  let listedFolder: string | null = null;
  let child: ReceiverChild | null = null;
  let retry: NodeJS.Timeout | undefined;
  let decoder: DicomDecoder | null = null;
  let address: string | undefined;
  /** Counts ports: what one says after it was closed is not heard. */
  let generation = 0;

  const state = (): ReceivedRuns => ({ port, message, runs: kept.map(({ run }) => run) });
  const enter = (next: ReceivedRuns['port'], why: string | null) => {
    port = next;
    message = why;
    for (const listener of listeners) listener(state());
  };
  const take = async (instance: ReceivedInstance): Promise<void> => {
    const file = await openDicomFile(instance.path, 'what was received');
    if (!file.ok) return enter(port, `An instance of ${instance.callingAe} came that cannot be shown: ${file.fault.message}`);
    kept = [{ run: describeReceived(file.value, instance.callingAe, Date.now()), path: instance.path }, ...kept].slice(0, mostListed);
    enter(port, message);
  };
  /** Those that came before this start stand below what comes. */
  const listEarlier = async (folder: string): Promise<void> => {
    if (folder === listedFolder) return;
    listedFolder = folder;
    kept = [];
    try {
      const earlier = await listReceived(folder, mostListed, Date.now());
      if (folder !== listedFolder) return;
      const known = new Set(kept.map(({ path }) => path));
      kept = [...kept, ...earlier.filter(({ path }) => !known.has(path))].slice(0, mostListed);
      enter(port, message);
    } catch (error) {
      enter(port, `The folder ${folder} cannot be listed (${(error as NodeJS.ErrnoException).code ?? String(error)}): runs of earlier are not shown.`);
    }
  };
  const stop = async (): Promise<void> => {
    generation++;
    clearTimeout(retry);
    const ending = child;
    child = null;
    await ending?.stop();
  };
  const open = async (uri: string): Promise<void> => {
    const mine = ++generation;
    const options = await receiverOptionsOf(uri, 'a');
    if (mine !== generation) return;
    if (!options.ok) return enter('closed', options.fault.message);
    const folder = options.value.folder === '' ? defaultReceivedFolder : options.value.folder;
    enter('opening', null);
    const hear = (said: ChildMessage) => {
      if (mine !== generation) return;
      if (said.kind === 'listening') enter('open', `${options.value.bind}:${said.port}`);
      else if (said.kind === 'received') void take(said.instance);
      else if (said.kind === 'notice') enter(port, said.message);
      else {
        const why = said.kind === 'died' ? 'its process ended' : said.message;
        enter('closed', `The DICOM port ${options.value.bind}:${options.value.port} is closed: ${why}. It is tried again.`);
        void stop().then(() => {
          if (address === uri) retry = setTimeout(() => void open(uri), retryMs);
        });
      }
    };
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      return enter('closed', `The folder ${folder} cannot be made (${(error as NodeJS.ErrnoException).code ?? String(error)}); name another with ?folder=.`);
    }
    if (mine !== generation) return;
    child = startReceiverChild({ ...options.value, folder }, hear);
    void listEarlier(folder);
  };

  return {
    state,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async listen(uri) {
      if (uri === address) return;
      address = uri;
      await stop();
      if (uri === undefined) enter('off', null);
      else await open(uri);
    },
    pathOf: (id) => kept.find(({ run }) => run.id === id)?.path ?? null,
    async serve(id, frame, response) {
      const found = kept.find(({ run }) => run.id === id);
      decoder ??= createDicomDecoder();
      const made = found ? await frameBytes(found, frame, decoder) : null;
      const secure = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
      if (made?.ok) {
        response.writeHead(200, { ...secure, 'content-type': 'application/octet-stream' });
        response.write(made.value.head);
        response.end(made.value.pixels);
        return;
      }
      const why = made ? `Frame ${frame + 1} of this run ${made.fault.message}.` : 'This run is not there any more.';
      response.writeHead(made ? 422 : 404, { ...secure, 'content-type': 'text/plain; charset=utf-8' }).end(why);
    },
    async close() {
      address = undefined;
      await stop();
      await decoder?.close();
      listeners.clear();
    },
  };
}

async function frameBytes(
  { path, run }: ReceivedFile,
  index: number,
  decoder: DicomDecoder,
): Promise<Result<{ readonly head: Buffer; readonly pixels: Buffer }>> {
  const file = await openDicomFile(path, 'what was received');
  if (!file.ok) return file;
  const coded = await readFrame(file.value, index);
  if (coded === null) return { ok: false, fault: { kind: 'input', message: `is beyond its last, ${run.frames}` } };
  const decoded = coded.ok ? await decoder.decode({ frame: coded.value, palette: file.value.palette, want: 'unsigned' }) : coded;
  if (!decoded.ok) return decoded;
  const { pixels } = decoded.value;
  const overlays = overlayReader(file.value.dataset)(index);
  const attributes = frameAttributesOf(file.value.dataset, file.value.image, index, { frameNumber: index, frameTimeMs: null, deviceTimeMs: null, overlays });
  const narrow = pixels instanceof Uint8Array;
  const asDecoded = {
    ...attributes,
    bitsAllocated: narrow ? (8 as const) : (16 as const),
    bitsStored: narrow ? Math.min(8, attributes.bitsStored) : attributes.bitsStored,
  };
  const header = { plane: 'a' as const, seq: 0, tMs: 0, attributes: asDecoded, observation: null, stampedEpochMs: run.receivedAtEpochMs, dropped: 0 };
  return { ok: true, value: { head: encodeHead(header, pixels.byteLength), pixels: Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength) } };
}
