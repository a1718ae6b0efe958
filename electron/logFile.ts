import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const largestBytes = 5 << 20;

/** The log of shell and bridge: one file and the one before it, for this user alone. Lines carry the time, never who is treated. */
export function openLogFile(folder: string): (line: string) => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'pedicle.log');
  return (line) => {
    const isLarge = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > largestBytes;
    if (isLarge) renameSync(path, `${path}.1`);
    appendFileSync(path, `${new Date().toISOString()} ${line.trimEnd()}\n`, { mode: 0o600 });
  };
}
