import type { RecordHeader } from './record.ts';

type Start = Pick<RecordHeader, 'startedAtEpochMs'>;

/** Session time as a whole number of microseconds: what a record keeps of it. */
export const microsecondsOf = (tMs: number): number => Math.round(tMs * 1000);

/** Log time of a sample: nanoseconds since the Unix epoch, exact. */
export const logTimeNsOf = (header: Start, tUs: number): bigint => BigInt(header.startedAtEpochMs) * 1_000_000n + BigInt(tUs) * 1000n;

/** Session time of a log time: the same number that was written, when that was `whole microseconds / 1000`. */
export const sessionMsOf = (header: Start, logTimeNs: bigint): number => Number(logTimeNs / 1000n - BigInt(header.startedAtEpochMs) * 1000n) / 1000;

/** The device's own clock as publish time; log time when it has none. */
export function publishTimeNsOf(deviceTimeMs: number | null, logTimeNs: bigint): bigint {
  return deviceTimeMs === null || !(deviceTimeMs >= 0) ? logTimeNs : BigInt(Math.round(deviceTimeMs * 1000)) * 1000n;
}
