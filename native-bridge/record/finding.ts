/** One thing that is wrong with a record. */
export interface Finding {
  /** File name inside the record. */
  readonly file: string;
  readonly topic: string | null;
  readonly seq: number | null;
  /** What is wrong, without patient identity. */
  readonly what: string;
}
