import type { RecordTrouble } from './writerProtocol.ts';

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
