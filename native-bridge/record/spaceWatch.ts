import { statfs } from 'node:fs/promises';
import type { RecordTrouble } from './writerProtocol.ts';

/** Two planes of 1024² 16 bit at 15 fps write 120 MB in that time, half of what is reserved. */
const spaceCheckMs = 2000;

/** So much more than what counts as little must be free again, so that the alarm does not come and go. */
const enoughAgain = 1.1;

export interface SpaceWatch {
  /** Free space at which trouble is announced, and below which only telemetry is kept. */
  readonly lowSpaceBytes: number;
  readonly reserveBytes: number;
  readonly trouble: (trouble: RecordTrouble) => void;
  /** The last thing that is done: from then on no frames are kept. */
  readonly stopFrames: (why: string) => void;
  /** How much is free, bytes; may reject. */
  readonly freeBytes: () => Promise<number>;
}

export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Watches the disk of a record for as long as frames are kept; resolves after the first look. Never rejects. */
export async function watchSpace({ lowSpaceBytes, reserveBytes, trouble, stopFrames, freeBytes }: SpaceWatch): Promise<void> {
  let low = false;
  let toldUnknown = false;
  /** Whether to go on watching. */
  const look = (free: number): boolean => {
    const freeMb = Math.floor(free / 1e6);
    if (free < lowSpaceBytes && !low) {
      low = true;
      trouble({ kind: 'disk-low', message: `Little space is left for the record (${freeMb} MB): free some, or record elsewhere next time.` });
    }
    if (low && free >= lowSpaceBytes * enoughAgain) {
      low = false;
      trouble({ kind: 'disk-recovered', message: `There is space for the record again (${freeMb} MB).` });
    }
    if (free >= reserveBytes) return true;
    stopFrames(`only ${freeMb} MB are left on the disk, kept for telemetry`);
    return false;
  };
  const check = async (): Promise<boolean> => {
    try {
      return look(await freeBytes());
    } catch (error) {
      // It may have been for a moment. A file system that can never say how full it is says so when a write fails.
      const why = error instanceof Error ? error.message : String(error);
      if (!toldUnknown) process.stderr.write(`pedicle: how much space is left for the record cannot be told (${why}); it is asked again.\n`);
      toldUnknown = true;
      return true;
    }
  };
  if (!(await check())) return;
  const timer = setInterval(async () => {
    if (!(await check())) clearInterval(timer);
  }, spaceCheckMs);
  timer.unref();
}
