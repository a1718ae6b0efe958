import type { Result } from '../../src/base/result.ts';
import type { RawData, RawTopic } from '../../src/sample/sample.ts';

/** What a source delivers: the data of a raw sample, not yet stamped. */
export type SourceEvent = {
  [T in RawTopic]: {
    readonly topic: T;
    readonly data: RawData[T];
    /**
     * When it happened on the source's own timeline, ms from its start, for paced sources (simulated, recorded, files);
     * `null` from live hardware, which is stamped when it arrives.
     */
    readonly atMs: number | null;
  };
}[RawTopic];

/**
 * One stream of events: live hardware, a simulator, a file or a recorded procedure. Nothing after the stamp can tell
 * them apart.
 *
 * The contract that every source passes (`tests/contract/source.ts`):
 * - `events` may be called once. It ends when the source ends or `signal` aborts, and then holds no device, file, thread
 *   or timer.
 * - A paced source yields non-decreasing `atMs` and does not sleep: whoever reads it decides the speed, and a slow reader
 *   loses nothing. The same URI yields the same events, to the bit.
 * - A live source never waits for its reader: it buffers within a stated bound and says what it dropped as a `/gap`.
 * - Expected trouble (unplugged, signal lost, damaged frame) is a `/device` or `/gap` event; `events` does not throw for it.
 * - Frames' pixels are never written again after they were yielded.
 */
export interface Source {
  readonly uri: string;
  readonly pace: 'paced' | 'live';
  readonly simulated: boolean;
  /** What a person says or a file says for them, on a timetable: no device. A session of live devices goes on when it has come to its end. */
  readonly isTimetable?: true;
  /**
   * Only of a source that has much to do before its first event: resolves when that can come without delay, or says why it never
   * will; does not reject. Whoever keeps real time waits for it before the clock starts.
   */
  readonly ready?: Promise<Result<void>>;
  events(signal: AbortSignal): AsyncIterable<SourceEvent>;
}
