import type { PlaneId } from '../../src/sample/sample.ts';
import type { RecordEncryption } from '../security/encryption.ts';
import type { RecordHeader } from './record.ts';
import type { TelemetryTopic } from './schemas.ts';

/** How frames are compressed: `auto` does while the disk thread keeps up, and says so when it no longer does. */
export type FrameCompression = 'auto' | 'zstd' | 'none';

/** Trouble of a record being written, told once for each change. */
export interface RecordTrouble {
  readonly kind: 'disk-low' | 'disk-failing' | 'disk-recovered' | 'frames-not-recorded' | 'uncompressed' | 'not-a-number';
  /** One sentence for the operator. */
  readonly message: string;
  /** For `frames-not-recorded`: the plane whose frames are no longer kept, from now on. */
  readonly plane?: PlaneId;
  /** What the record will lack for good because of it, and why, as part of a sentence; absent while nothing is lost. */
  readonly lacks?: string;
}

/** Sequence numbers that a recovered record lacks, inclusive. */
export type SeqRange = readonly [from: number, to: number];

/** The first message to the writer's thread. */
export interface WriterSettings {
  readonly folder: string;
  readonly header: RecordHeader;
  readonly compression: FrameCompression;
  /** Free space at which trouble is announced, and below which only telemetry is kept. */
  readonly lowSpaceBytes: number;
  readonly reserveBytes: number;
  /** Three BigInt64, see `progressSlot`. */
  readonly progress: SharedArrayBuffer;
  /** Set when the record is the rest of a damaged one. */
  readonly missing: readonly SeqRange[] | null;
  /** The key of this record, when it is to be encrypted. */
  readonly encryption: RecordEncryption | null;
}

export type ToWriter =
  | {
      readonly kind: 'json';
      readonly topic: TelemetryTopic;
      readonly seq: number;
      readonly tUs: number;
      readonly deviceTimeMs: number | null;
      readonly text: string;
    }
  | {
      readonly kind: 'frame';
      readonly plane: PlaneId;
      readonly seq: number;
      readonly tUs: number;
      readonly rows: number;
      readonly columns: number;
      readonly bytesPerPixel: 1 | 2;
      readonly deviceTimeMs: number | null;
      /** JSON of the attributes; the worker adds the pixels' hash and size. */
      readonly text: string;
      readonly pixels: Uint8Array | Uint16Array;
    }
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'flush' }
  /** The session waits for the disk, so it is not live. */
  | { readonly kind: 'unhurried' }
  | { readonly kind: 'close'; readonly summaryText: string; readonly derivedLag: number };

export type FromWriter =
  | { readonly kind: 'opened' }
  | { readonly kind: 'open-failed'; readonly message: string }
  | { readonly kind: 'progress' }
  | { readonly kind: 'trouble'; readonly trouble: RecordTrouble }
  | { readonly kind: 'closed'; readonly failure: string | null };

/** Bytes handed over; bytes written; and at how many bytes left somebody is to be told, -1 when nobody waits. */
export const progressSlot = { handedOver: 0, written: 1, tellBelow: 2 } as const;
export const progressBytes = 3 * BigInt64Array.BYTES_PER_ELEMENT;

/** A chunk of telemetry is closed when its samples take so much. */
export const telemetryChunkBytes = 256 * 1024;

/** What one message to the writer counts in the backlog. */
export const backlogCost = (textLength: number, pixelBytes: number): number => textLength + 31 + pixelBytes;
