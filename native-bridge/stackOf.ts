/** Whatever was thrown, for the log: with the calls that led to it where it has them. */
export const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
