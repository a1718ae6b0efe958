import type { Result } from '../../src/base/result.ts';
import type { Patient } from '../../src/procedure/patient.ts';
import type { PlaneId, RawSample, Sample, Topic } from '../../src/sample/sample.ts';

/** What a record says of itself before the first sample: MCAP metadata `pedicle`, needed to read the rest. */
export interface RecordHeader {
  readonly formatVersion: 1;
  readonly softwareVersion: string;
  /** Node and V8 that made it: `Math` functions may differ between engines. */
  readonly runtime: string;
  /** Unix time of session time 0, whole ms. Log time = this + tMs. */
  readonly startedAtEpochMs: number;
  /** `kyphoplasty` etc., for the folder's name. */
  readonly procedure: string;
  readonly simulated: boolean;
  readonly sources: { readonly framesA: string | null; readonly framesB: string | null; readonly injector: string | null; readonly injector2?: string };
}

/**
 * Writes one record folder. Writing is queued and never blocks; a raw sample is queued before anything derived from it.
 * Small topics are on disk within 250 ms of being written. Failures of the disk come back through `onTrouble`, once per
 * change, never as a throw.
 */
export interface RecordWriter {
  readonly folder: string;
  write(sample: Sample): void;
  /** Keeps a text beside the samples as it is: `plan.json`, `site.json`. */
  attachFile(name: string, text: string): void;
  /**
   * Resolves when the backlog is at most `bytes`: how a session without real time waits for the disk. Whoever waits is in no
   * hurry: from the first call on a backlog is no reason to stop compressing frames.
   */
  drained(bytes: number): Promise<void>;
  /** Writes `summary.json` and `manifest.json` and closes; after it the record verifies as closed. */
  close(summary: RecordSummary): Promise<Result<void>>;
}

/** `summary.json`. */
export interface RecordSummary {
  readonly version: 1;
  readonly durationMs: number;
  readonly planes: Readonly<Partial<Record<PlaneId, { rows: number; columns: number; bitsStored: number; frames: number; gaps: number }>>>;
  /** Messages of each small topic. */
  readonly telemetry: Readonly<Record<string, number>>;
  readonly alarms: readonly { id: string; priority: string; fromMs: number; toMs: number | null }[];
  /** Treated level as the plan last named it; absent where none did. */
  readonly level?: string;
  /** The patient who was last said, if any: the one place beside telemetry that knows. */
  readonly patient?: Patient;
}

export interface SamplesOptions {
  /** False: frame samples come with empty pixels, and nothing is read from the frames' files. */
  readonly frames?: boolean;
  /** Only these; the others are not even parsed. */
  readonly topics?: readonly Topic[];
}

/** Reads one record folder, closed or not. */
export interface RecordReader {
  readonly folder: string;
  readonly header: RecordHeader;
  readonly durationMs: number;
  /** True when it was closed properly; false after a crash: then everything up to the cut is read. */
  readonly closed: boolean;
  readonly planes: readonly PlaneId[];
  /** Every sample in order: by seq, a raw sample before those derived from it. Raw frames carry pixels unless `frames` is false. */
  samples(options?: SamplesOptions): AsyncIterable<Sample>;
  /**
   * Where the last `samples` had to end before the end of the record, and why; `null` when it did not. A closed record that has a
   * cut is damaged: whoever draws conclusions from all of its samples must ask.
   */
  cut(): { readonly offset: number; readonly why: string } | null;
  /** Frames that the last `samples` left out because their pixels are not there (cut off, damaged, or the disk was full). */
  framesWithoutPixels(): number;
  /** Frames' sequence numbers and times, in order, without their pixels. */
  frameIndex(plane: PlaneId): readonly { readonly seq: number; readonly tMs: number }[];
  /** One frame with its pixels: the record's own bytes. */
  frame(plane: PlaneId, seq: number): Promise<Result<Extract<RawSample, { topic: '/plane/a/frame' | '/plane/b/frame' }>>>;
  close(): Promise<void>;
}
