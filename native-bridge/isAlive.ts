/** Whether a process of this machine is still there. */
export function isAlive(pid: number): boolean {
  // A mark that is still empty was made a moment ago.
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
