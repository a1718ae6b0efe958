import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { type Derivation, derivationSchema, deriveKey, newDerivation, recordSecret } from './recordSecret.ts';

/**
 * An encrypted file of a record: `"PDCLENC1" | uint32 LE bytes of head | head (JSON) | segments …`. The head wraps the record's random
 * key (AES-256-GCM under a key from the passphrase or the key store) and gives the salt of this file's own key. A segment is
 * `"PDCLSEG1" | uint64 offset of its plaintext | uint64 number | uint32 bytes | uint32 CRC-32 of these 28 bytes | ciphertext | 16 bytes tag`,
 * AES-256-GCM with the number as nonce and the 32 bytes as additional data. Each write of the record is one segment, so what was on
 * the disk before a crash stays readable; a damaged one is found, and the next one by its mark.
 */
export const fileMagic = Buffer.from('PDCLENC1');
export const segmentMagic = Buffer.from('PDCLSEG1');
export const indexMagic = Buffer.from('PDCLIDX1');
export const endMagic = Buffer.from('PDCLEND1');
export const segmentHeadBytes = 32;
export const tagBytes = 16;
/** Where the index is, and that the file ends here. */
export const trailerBytes = 16;
const cipherName = 'aes-256-gcm';
const largestHeadBytes = 4096;

const base64 = z.base64().max(128);
const headSchema = z.strictObject({
  version: z.literal(1),
  derivation: derivationSchema,
  wrappedKey: z.strictObject({ nonce: base64, key: base64, tag: base64 }),
  fileSalt: base64,
});
export type EncryptedHead = z.infer<typeof headSchema>;

/** The key of one record and how its files say where it comes from. Goes to the writer's thread. */
export interface RecordEncryption {
  readonly key: Uint8Array;
  readonly derivation: Derivation;
  readonly wrappedKey: EncryptedHead['wrappedKey'];
}

/** A file cannot be opened for want of the right secret; the message is half a sentence with what to do. */
export class RecordLockedError extends Error {}

/** For a new record; `null` when there is no secret, so that it is not encrypted. */
export async function newRecordEncryption(): Promise<RecordEncryption | null> {
  const secret = recordSecret();
  if (!secret) return null;
  const derivation = await newDerivation(secret);
  const wrapping = await deriveKey(secret, derivation);
  if (!wrapping) return null;
  const key = randomBytes(32);
  const nonce = randomBytes(12);
  const cipher = createCipheriv(cipherName, wrapping, nonce);
  const wrapped = Buffer.concat([cipher.update(key), cipher.final()]);
  return { key, derivation, wrappedKey: { nonce: nonce.toString('base64'), key: wrapped.toString('base64'), tag: cipher.getAuthTag().toString('base64') } };
}

const fileKeyOf = (recordKey: Uint8Array, fileSalt: Buffer): Buffer => Buffer.from(hkdfSync('sha256', recordKey, fileSalt, 'pedicle record file', 32));

/** The key of the file with this head, from the secret that is set. */
export async function unlock(head: EncryptedHead): Promise<Buffer> {
  const secret = recordSecret();
  const how = 'start with --passphrase-file FILE, --ask-passphrase or PEDICLE_PASSPHRASE_FILE';
  if (!secret)
    throw new RecordLockedError(head.derivation.kind === 'scrypt' ? `it is encrypted: ${how}` : 'it is encrypted with the key of a workstation: open it there');
  const wrapping = await deriveKey(secret, head.derivation);
  if (!wrapping)
    throw new RecordLockedError(
      head.derivation.kind === 'scrypt' ? `it is encrypted with a passphrase: ${how}` : 'it is encrypted with the key of another workstation: open it there',
    );
  const { nonce, key, tag } = head.wrappedKey;
  const opened = decrypt(wrapping, Buffer.from(nonce, 'base64'), Buffer.alloc(0), Buffer.from(key, 'base64'), Buffer.from(tag, 'base64'));
  if (!opened) throw new RecordLockedError('its passphrase is another one, or its head is damaged');
  return fileKeyOf(opened, Buffer.from(head.fileSalt, 'base64'));
}

/** `null` when it is not what was encrypted. */
export function decrypt(key: Buffer, nonce: Uint8Array, additional: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Buffer | null {
  if (nonce.length !== 12 || tag.length !== tagBytes) return null;
  const decipher = createDecipheriv(cipherName, key, nonce);
  decipher.setAAD(additional);
  decipher.setAuthTag(tag);
  try {
    const first = decipher.update(ciphertext);
    return decipher.final().length === 0 ? first : null;
  } catch {
    // The tag does not fit: damaged or changed.
    return null;
  }
}

export const nonceOf = (magic: Buffer, number: number): Buffer => {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32LE(magic === segmentMagic ? 0 : 1, 0);
  nonce.writeBigUInt64LE(BigInt(number), 4);
  return nonce;
};

/** The head at the start of a file; how many bytes it takes. `null` when these bytes do not begin like an encrypted file. */
export function parseHead(bytes: Buffer): { readonly head: EncryptedHead; readonly bytes: number } | 'damaged' | null {
  if (bytes.length < fileMagic.length || !bytes.subarray(0, fileMagic.length).equals(fileMagic)) return null;
  const length = bytes.length >= 12 ? bytes.readUInt32LE(8) : 0;
  if (length === 0 || length > largestHeadBytes || bytes.length < 12 + length) return 'damaged';
  try {
    const parsed = headSchema.safeParse(JSON.parse(bytes.subarray(12, 12 + length).toString('utf8')));
    return parsed.success ? { head: parsed.data, bytes: 12 + length } : 'damaged';
  } catch {
    // Not JSON any more.
    return 'damaged';
  }
}
export const mostHeadBytes = 12 + largestHeadBytes;

/** Turns the writes of one file into its encrypted form; stateful: the segments are numbered. */
export interface FileEncryptor {
  /** What the file begins with. */
  readonly head: Buffer;
  segment(parts: readonly Uint8Array[]): readonly Uint8Array[];
  /** Index of the segments, so that a long file opens at once; nothing may follow. */
  end(): readonly Uint8Array[];
}

export function createFileEncryptor({ key, derivation, wrappedKey }: RecordEncryption): FileEncryptor {
  const fileSalt = randomBytes(16);
  const fileKey = fileKeyOf(key, fileSalt);
  const text = Buffer.from(JSON.stringify({ version: 1, derivation, wrappedKey, fileSalt: fileSalt.toString('base64') } satisfies EncryptedHead));
  const lead = Buffer.alloc(4);
  lead.writeUInt32LE(text.length);
  const head = Buffer.concat([fileMagic, lead, text]);
  const index: [plain: number, file: number][] = [];
  let plainOffset = 0;
  let fileOffset = head.length;

  const seal = (magic: Buffer, number: number, parts: readonly Uint8Array[], bytes: number): Uint8Array[] => {
    const segmentHead = encodeSegmentHead(magic, plainOffset, number, bytes);
    const cipher = createCipheriv(cipherName, fileKey, nonceOf(magic, number));
    cipher.setAAD(segmentHead);
    const sealed = parts.map((part) => cipher.update(part));
    cipher.final();
    return [segmentHead, ...sealed, cipher.getAuthTag()];
  };
  return {
    head,
    segment(parts) {
      const bytes = parts.reduce((sum, part) => sum + part.length, 0);
      if (bytes === 0) return [];
      const sealed = seal(segmentMagic, index.length, parts, bytes);
      index.push([plainOffset, fileOffset]);
      plainOffset += bytes;
      fileOffset += segmentHeadBytes + bytes + tagBytes;
      return sealed;
    },
    end() {
      const table = Buffer.alloc(index.length * 16);
      for (const [i, [plain, file]] of index.entries()) {
        table.writeBigUInt64LE(BigInt(plain), i * 16);
        table.writeBigUInt64LE(BigInt(file), i * 16 + 8);
      }
      const trailer = Buffer.alloc(trailerBytes);
      trailer.writeBigUInt64LE(BigInt(fileOffset), 0);
      endMagic.copy(trailer, 8);
      return [...seal(indexMagic, index.length, [table], table.length), trailer];
    },
  };
}

/** A small file as a whole. */
export function encryptWhole(encryption: RecordEncryption, plain: Uint8Array): Buffer {
  const encryptor = createFileEncryptor(encryption);
  return Buffer.concat([encryptor.head, ...encryptor.segment([plain]), ...encryptor.end()]);
}

function encodeSegmentHead(magic: Buffer, plainOffset: number, number: number, bytes: number): Buffer {
  const head = Buffer.alloc(segmentHeadBytes);
  magic.copy(head, 0);
  head.writeBigUInt64LE(BigInt(plainOffset), 8);
  head.writeUInt32LE(number % 2 ** 32, 16);
  head.writeUInt32LE(Math.floor(number / 2 ** 32), 20);
  head.writeUInt32LE(bytes, 24);
  head.writeUInt32LE(crc32(head.subarray(0, 28)), 28);
  return head;
}

export interface SegmentHead {
  readonly plainOffset: number;
  readonly number: number;
  readonly plainBytes: number;
  /** As it stands in the file: additional data of the segment. */
  readonly bytes: Buffer;
}

/** `null` when these bytes are no head with this mark. */
export function parseSegmentHead(bytes: Buffer, magic: Buffer): SegmentHead | null {
  if (bytes.length < segmentHeadBytes || !bytes.subarray(0, 8).equals(magic)) return null;
  if (crc32(bytes.subarray(0, 28)) !== bytes.readUInt32LE(28)) return null;
  const plainOffset = Number(bytes.readBigUInt64LE(8));
  const number = bytes.readUInt32LE(16) + bytes.readUInt32LE(20) * 2 ** 32;
  return { plainOffset, number, plainBytes: bytes.readUInt32LE(24), bytes: Buffer.from(bytes.subarray(0, segmentHeadBytes)) };
}
