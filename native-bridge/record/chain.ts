import { createHash } from 'node:crypto';
import { opcodes, recordHeadBytes, viewOf } from './mcapFormat.ts';

/**
 * The hash chain over `telemetry.mcap`. After each flushed block stands a link: its number, the hash of the link before, and the
 * SHA-256 of (that hash, then every byte of the file from the start of the link before up to this one). A changed, dropped,
 * inserted or reordered byte breaks the link that covers it, and the chain from there on.
 */
export interface ChainLink {
  readonly index: number;
  readonly previous: Uint8Array;
  readonly hash: Uint8Array;
}

const linkContentBytes = 8 + 32 + 32;
export const linkRecordBytes = recordHeadBytes + linkContentBytes;
export const chainStart = new Uint8Array(32);

export function linkHash(previous: Uint8Array, covered: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256').update(previous);
  for (const part of covered) hash.update(part);
  return hash.digest();
}

/** The link as a record: private opcode 0x80, which other readers skip. */
export function encodeLink(link: ChainLink): Uint8Array {
  const bytes = new Uint8Array(linkRecordBytes);
  const view = viewOf(bytes);
  view.setUint8(0, opcodes.chainLink);
  view.setBigUint64(1, BigInt(linkContentBytes), true);
  view.setBigUint64(9, BigInt(link.index), true);
  bytes.set(link.previous, 17);
  bytes.set(link.hash, 49);
  return bytes;
}

export function parseLink(content: Uint8Array): ChainLink | null {
  if (content.length !== linkContentBytes) return null;
  return { index: Number(viewOf(content).getBigUint64(0, true)), previous: content.slice(8, 40), hash: content.slice(40, 72) };
}
