import type { RecordTrouble } from './writerProtocol.ts';

/** Whether the system refused something of a file: expected, and never a fault of the program. */
export const isDiskError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';

/** Whether the disk itself is at fault (full, or reports an error) rather than the place that was given. */
export const isDiskTrouble = ({ code }: NodeJS.ErrnoException): boolean => code !== undefined && ['ENOSPC', 'EDQUOT', 'EIO'].includes(code);

/** A disk error in words. */
export function diskErrorText(error: NodeJS.ErrnoException, what: string): string {
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `the disk is full (${what})`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `no permission to write ${what}`;
    case 'ENOTDIR':
      return `a file is in the way of a folder (${what})`;
    case 'EIO':
      return `the disk reports an error (${what})`;
    default:
      return `${what}: ${error.code ?? error.message}`;
  }
}

/** For a file that was written, and that the disk may not keep: it says so at once, and never again. */
export function doubtedFile(name: string, error: NodeJS.ErrnoException): RecordTrouble {
  const why = diskErrorText(error, name);
  return {
    kind: 'disk-failing',
    message: `The disk may lose what was written of the record: ${why}. Recording goes on; verify the record when it is closed.`,
    lacks: `what the disk may have lost (${why})`,
  };
}
