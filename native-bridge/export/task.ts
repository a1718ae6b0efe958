import type { Site } from '../../src/procedure/site.ts';
import type { RecordReader } from '../record/record.ts';
import type { ReportFacts } from './report/facts.ts';
import type { ReportModel } from './report/model.ts';

/** What belongs to a record and is not in its samples. */
export interface RecordOrigin {
  /** Name of its folder. */
  readonly record: string;
  /** Head of its hash chain; null when it was not closed. */
  readonly chainHead: string | null;
  /** What the site had chosen then; null when nothing. */
  readonly site: Site | null;
  /** Present when the export does not say whose record it is: seed of the UIDs, and whether parts of pictures were blacked out. */
  readonly deidentified: { readonly uidSeed: string; readonly masked: boolean } | null;
}

/** The report, made once however many kinds of export need it. */
export interface MadeReport {
  readonly facts: ReportFacts;
  readonly model: ReportModel;
  readonly pdf: Uint8Array;
}

/** One kind of export at work. */
export interface ExportTask {
  readonly reader: RecordReader;
  readonly origin: RecordOrigin;
  /** Folder to write into; file names that are given back are relative to it. */
  readonly out: string;
  /** To be called often: tells how far it is, and throws when the export is to end. */
  readonly step: (done: number, total: number) => void;
  /** Something the person should know about what was written. */
  readonly remark: (sentence: string) => void;
  readonly report: () => Promise<MadeReport>;
}
