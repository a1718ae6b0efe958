/** Ends an export for a reason that a person can act on; the message is a sentence without an end. Caught where the export began. */
export class ExportStopped extends Error {}
