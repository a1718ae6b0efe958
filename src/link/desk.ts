import { z } from 'zod';
import type { InjectorReading } from '../injector/reading.ts';
import type { Site } from '../procedure/site.ts';
import type { SessionInfo } from './link.ts';
import type { PriorSeries } from './priors.ts';
import { plannedFaultSchema } from './sourceFaults.ts';

/** What the technologist's and QA's side of the console says to the bridge: sessions, site, sources, jobs. Part of `link.ts`. */

/** Where the bridge stands between procedures. */
export interface WorkplaceState {
  /** `idle`: no session was begun, or it could not be; `ended`: its record is closed. */
  readonly state: 'idle' | 'beginning' | 'running' | 'ending' | 'ended';
  /** Why no session could be begun, or its record not closed; for the person. */
  readonly message: string | null;
  /** What the next session reads. */
  readonly nextSources: SessionInfo['sources'];
}

/** The site configuration as it stands, and where it is kept. */
export interface SiteState {
  readonly site: Site;
  readonly file: string;
  /** False before the first save: the program's defaults are in force. */
  readonly isSaved: boolean;
}

export interface PortInfo {
  readonly path: string;
  readonly manufacturer: string | null;
  readonly serialNumber: string | null;
  /** USB vendor and product, `0403:6001`. */
  readonly usb: string | null;
}

/** A camera, grabber or screen that can be captured. */
export interface VideoSourceInfo {
  /** `video:…`, as sources are named. */
  readonly uri: string;
  readonly name: string;
}

export interface PortProbeInfo {
  readonly path: string;
  readonly driver: string | null;
  readonly baud: number | null;
  readonly identity: string | null;
  readonly reading: InjectorReading | null;
  readonly bytesHeard: number;
  /** The latest bytes as hexadecimal pairs. */
  readonly latestBytes: string;
  /** More may come: this is what has been heard so far. */
  readonly listening: boolean;
  /** Why it could not be opened; null when it was. */
  readonly message: string | null;
}

export type SourceRole = 'a' | 'b' | 'injector';

/** What a source delivered in a few seconds of listening. */
export interface SourceTest {
  readonly test: string;
  readonly role: SourceRole;
  readonly uri: string;
  readonly works: boolean;
  /** One sentence: what arrived, or why nothing did. */
  readonly message: string;
  /** The first frame, at most 256 pixels wide, 8 bit grey, base64; null without one. */
  readonly thumbnail: { readonly width: number; readonly height: number; readonly grey: string } | null;
}

export const exportKindSchema = z.enum(['dicom', 'report', 'csv', 'video']);
export type ExportKind = z.infer<typeof exportKindSchema>;

/** Long work in the bridge: the same for every console. */
export interface Job {
  readonly id: string;
  readonly what: 'export' | 'verify-replay' | 'run-again';
  readonly record: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  /** 0 to 1; null when it cannot be told. */
  readonly progress: number | null;
  /** Where the result is, or why there is none. */
  readonly message: string;
  /** The record that was made, by its folder: can be opened and compared. */
  readonly made?: string;
}

export interface Bookmark {
  readonly tMs: number;
  readonly text: string;
}

export type DeskServerMessage =
  | { readonly kind: 'workplace'; readonly workplace: WorkplaceState }
  | { readonly kind: 'site'; readonly site: SiteState }
  | { readonly kind: 'ports'; readonly ports: readonly PortInfo[]; readonly message: string | null }
  | { readonly kind: 'video-sources'; readonly sources: readonly VideoSourceInfo[]; readonly message: string | null }
  | { readonly kind: 'port-probe'; readonly probe: PortProbeInfo }
  | { readonly kind: 'source-test'; readonly result: SourceTest }
  | { readonly kind: 'jobs'; readonly jobs: readonly Job[] }
  | { readonly kind: 'prior-series'; readonly series: readonly PriorSeries[]; readonly message: string | null }
  | { readonly kind: 'bookmarks'; readonly record: string; readonly bookmarks: readonly Bookmark[] };

const again = z.enum([
  'recorded',
  'kyphoplasty',
  'vertebroplasty',
  'leak-posterior',
  'leak-disc',
  'leak-anterior',
  'leak-lateral',
  'balloon-rupture',
  'quiet',
  'none',
]);
/** What an input of a session is when a record is run again: as it was recorded, a scenario of the simulator, or not there. */
export type AgainSource = z.infer<typeof again>;
export const againSources = again.options;
/** With which hardware, and what is to go wrong on the way. */
export const runAgainSchema = z.strictObject({ framesA: again, framesB: again, injector: again, faults: z.array(plannedFaultSchema).max(50) });
export type RunAgain = z.infer<typeof runAgainSchema>;

const recordName = z.string().min(1).max(255);
const uri = z.string().min(1).max(4096);
const jobId = z.string().max(64);

export const deskClientMessages = [
  /** Begins a procedure with the site's sources, or with the simulator for practice. Refused while one runs. */
  z.strictObject({ kind: z.literal('begin-session'), practice: z.boolean() }),
  /** Ends the running procedure and closes its record. */
  z.strictObject({ kind: z.literal('end-session') }),
  z.strictObject({ kind: z.literal('get-site') }),
  /**
   * Checked by the schema of site.json, then written to its file and in force for the next session. With `begin` that session
   * begins now, after the running one has been ended.
   */
  z.strictObject({ kind: z.literal('save-site'), site: z.unknown(), begin: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('list-ports') }),
  /** Looks for cameras, grabbers and screens. */
  z.strictObject({ kind: z.literal('list-video-sources') }),
  z.strictObject({ kind: z.literal('probe-port'), path: z.string().min(1).max(255) }),
  z.strictObject({ kind: z.literal('test-source'), test: z.string().max(64), role: z.enum(['a', 'b', 'injector']), uri }),
  z.strictObject({ kind: z.literal('export-record'), record: recordName, kinds: z.array(exportKindSchema).min(1), deidentify: z.boolean() }),
  z.strictObject({ kind: z.literal('verify-replay'), record: recordName }),
  /** A new record of the same procedure with other hardware, with faults, or with this version. */
  z.strictObject({ kind: z.literal('run-again'), record: recordName, how: runAgainSchema }),
  z.strictObject({ kind: z.literal('cancel-job'), job: jobId }),
  /** The series in the folder of prior images. */
  z.strictObject({ kind: z.literal('list-prior-series') }),
  z.strictObject({ kind: z.literal('get-bookmarks'), record: recordName }),
  z.strictObject({
    kind: z.literal('save-bookmarks'),
    record: recordName,
    bookmarks: z.array(z.strictObject({ tMs: z.number().nonnegative(), text: z.string().max(200) })).max(1000),
  }),
  /** Plays this part again and again; null plays through. */
  z.strictObject({
    kind: z.literal('loop'),
    review: z.string().max(64),
    range: z.strictObject({ fromMs: z.number().nonnegative(), toMs: z.number().nonnegative() }).nullable(),
  }),
  /** `review` goes along with `leader` from now on, `offsetMs` later; `null` lets it go by itself. */
  z.strictObject({
    kind: z.literal('lock-review'),
    review: z.string().max(64),
    leader: z.string().max(64),
    offsetMs: z.number().nullable(),
  }),
] as const;
export type DeskClientMessage = z.infer<(typeof deskClientMessages)[number]>;
