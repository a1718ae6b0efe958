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
