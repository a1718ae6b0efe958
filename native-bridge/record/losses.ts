import type { RecordTrouble } from './writerProtocol.ts';

/** What a record being written lacks for good, gathered from its troubles: it is told when the record is closed. */
export interface Losses {
  note(trouble: RecordTrouble): void;
  /** One sentence about the record in `folder`; `null` when it has everything. */
  sentence(folder: string): string | null;
}

export function collectLosses(): Losses {
  const lacking = new Set<string>();
  return {
    note({ lacks }) {
      if (lacks !== undefined) lacking.add(lacks);
    },
    sentence: (folder) => (lacking.size === 0 ? null : `The record in ${folder} is not complete: it lacks ${[...lacking].join(', and ')}.`),
  };
}
