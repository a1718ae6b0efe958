import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** So much below the rest of the process, whatever that was started with; 19 is the least there is. */
const belowBy = 10;
const lowest = 19;

/**
 * Lets the threads that lead to the screen (guidance, server) go first where processors are few; for a thread whose work may come a
 * little later, called on that thread. Linux alone gives threads priorities of their own: elsewhere it does nothing.
 */
export function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    // "PID/task/TID"; to setpriority(2) a thread is named like a process.
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, Math.min(lowest, getPriority(thread) + belowBy));
  } catch {
    // Without /proc, or where it is forbidden, all threads stay equal.
  }
}
