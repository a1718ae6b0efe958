import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const largestBytes = 5 << 20;

/**
 * The log of shell and bridge: one file and the one before it, for this user alone. Lines carry the time, never who is treated. A log
 * that cannot be written (full disk, folder gone) ends and interrupts nothing: that is said once through `tell`, and later lines are tried.
 */
export function openLogFile(folder: string, tell = (words: string): void => void process.stderr.write(`${words}\n`)): (line: string) => void {
  const path = join(folder, 'pedicle.log');
  let isTold = false;
  const attempt = (write: () => void) => {
    try {
      write();
    } catch (error) {
      if (!isTold) tell(`The log ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
      isTold = true;
    }
  };
  attempt(() => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  return (line) =>
    attempt(() => {
      const isLarge = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > largestBytes;
      if (isLarge) renameSync(path, `${path}.1`);
      appendFileSync(path, `${new Date().toISOString()} ${line.trimEnd()}\n`, { mode: 0o600 });
    });
}
