import type { RecordReader } from '../record/record.ts';
import type { ReportFacts } from './report/facts.ts';
import type { ReportModel } from './report/model.ts';

/** The report, made once however many kinds of export need it. */
export interface MadeReport {
  readonly facts: ReportFacts;
  readonly model: ReportModel;
  readonly pdf: Uint8Array;
}

/** One kind of export at work. */
export interface ExportTask {
  readonly reader: RecordReader;
  /** Folder to write into; file names that are given back are relative to it. */
  readonly out: string;
  /** To be called often: tells how far it is, and throws when the export is to end. */
  readonly step: (done: number, total: number) => void;
  /** Something the person should know about what was written. */
  readonly remark: (sentence: string) => void;
  readonly report: () => Promise<MadeReport>;
}
