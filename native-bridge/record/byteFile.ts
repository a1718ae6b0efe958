import { type FileHandle, open } from 'node:fs/promises';
import { openEncryptedBytes } from '../security/encryptedBytes.ts';

/** Random access to a file's bytes, with one window of read-ahead for walks through small records. */
export interface ByteFile {
  readonly path: string;
  readonly size: number;
  /** The bytes there; fewer when the file ends, or cannot be read, before. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

const windowBytes = 1 << 20;

/** A file of a record as it was written; an encrypted one is decrypted, or `RecordLockedError` thrown without its secret. */
export async function openByteFile(path: string): Promise<ByteFile> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const readRaw = (offset: number, length: number) => readFully(handle, offset, Math.max(0, Math.min(length, size - offset)));
    const encrypted = await openEncryptedBytes(size, readRaw);
    return encrypted ? withWindow(path, handle, encrypted.size, encrypted.read) : withWindow(path, handle, size, readRaw);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A file's bytes as they lie on the disk, encrypted or not. */
export async function openRawByteFile(path: string): Promise<ByteFile> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  return withWindow(path, handle, size, (offset, length) => readFully(handle, offset, length));
}

/** A text beside the samples: `summary.json`, `plan.json`, `site.json`. */
export async function readRecordText(path: string): Promise<string> {
  const file = await openByteFile(path);
  try {
    return Buffer.from(await file.read(0, file.size)).toString('utf8');
  } finally {
    await file.close();
  }
}

function withWindow(path: string, handle: FileHandle, size: number, readAt: (offset: number, length: number) => Promise<Uint8Array>): ByteFile {
  let windowAt = 0;
  let window: Uint8Array = new Uint8Array(0);
  return {
    path,
    size,
    async read(offset, length) {
      const wanted = Math.max(0, Math.min(length, size - offset));
      if (wanted === 0) return new Uint8Array(0);
      if (wanted > windowBytes / 4) return readAt(offset, wanted);
      if (offset < windowAt || offset + wanted > windowAt + window.length) {
        window = await readAt(offset, Math.min(windowBytes, size - offset));
        windowAt = offset;
      }
      return window.subarray(offset - windowAt, offset - windowAt + wanted);
    },
    close: () => handle.close(),
  };
}

async function readFully(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await readOnce(handle, bytes, done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

async function readOnce(handle: FileHandle, bytes: Uint8Array, at: number, position: number): Promise<{ bytesRead: number }> {
  try {
    return await handle.read(bytes, at, bytes.length - at, position);
  } catch (error) {
    // A bad sector ends what can be read, like the end of the file does; anything else is a mistake of ours.
    if ((error as NodeJS.ErrnoException).code === 'EIO') return { bytesRead: 0 };
    throw error;
  }
}
