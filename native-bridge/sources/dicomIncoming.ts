import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeFileHead, type FileMeta } from '../../src/dicom/part10.ts';
import type { ReceiverOptions } from './dicomReceiver.ts';

/** Gathered before it is written: fewer, larger writes. */
const bufferBytes = 2 ** 20;

/** An instance on its way to disk: `NAME.part` until it is whole, then `NAME.dcm`. */
export interface IncomingFile {
  /** Bytes of the dataset so far. */
  readonly bytes: number;
  /** Why it cannot be kept; null while it can. What still comes is read and dropped. */
  readonly failure: string | null;
  append(data: Uint8Array): Promise<void>;
  /** Where the whole instance is; null when it could not be kept. */
  finish(): Promise<string | null>;
  discard(): Promise<void>;
}

let counter = 0;

/** Opens with the first write. Never throws: a full or unwritable disk becomes `failure`. */
export function openIncomingFile(options: Pick<ReceiverOptions, 'folder' | 'maxObjectBytes'>, meta: FileMeta): IncomingFile {
  // The peer's text names a file only when it is a UID and nothing else.
  const uid = /^[0-9.]{1,64}$/.test(meta.sopInstance) ? meta.sopInstance : 'instance';
  const name = join(options.folder, `${uid}-${process.pid}-${counter++}`);
  const buffer = new Uint8Array(bufferBytes);
  const head = encodeFileHead(meta);
  buffer.set(head);
  let filled = head.length;
  let bytes = 0;
  let handle: FileHandle | null = null;
  let failure: string | null = null;

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    if (failure !== null) return;
    try {
      await work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      failure =
        code === 'ENOSPC'
          ? `the disk of ${options.folder} is full`
          : `${options.folder} cannot be written (${error instanceof Error ? error.message : String(error)})`;
      await discard();
    }
  };
  const flush = async (): Promise<void> => {
    handle ??= await open(`${name}.part`, 'wx', 0o600);
    let at = 0;
    while (at < filled) at += (await handle.write(buffer, at, filled - at)).bytesWritten;
    filled = 0;
  };
  const discard = async (): Promise<void> => {
    const opened = handle;
    handle = null;
    if (opened === null) return;
    await opened.close();
    await rm(`${name}.part`, { force: true });
  };

  return {
    get bytes() {
      return bytes;
    },
    get failure() {
      return failure;
    },
    async append(data) {
      bytes += data.length;
      await attempt(async () => {
        if (bytes > options.maxObjectBytes) throw new Error(`it is larger than ${options.maxObjectBytes} bytes`);
        for (let at = 0; at < data.length; ) {
          const take = Math.min(data.length - at, buffer.length - filled);
          buffer.set(data.subarray(at, at + take), filled);
          filled += take;
          at += take;
          if (filled === buffer.length) await flush();
        }
      });
    },
    async finish() {
      await attempt(async () => {
        await flush();
        await handle?.close();
        handle = null;
        await rename(`${name}.part`, `${name}.dcm`);
      });
      return failure === null ? `${name}.dcm` : null;
    },
    async discard() {
      failure ??= 'it was discarded';
      await discard();
    },
  };
}
