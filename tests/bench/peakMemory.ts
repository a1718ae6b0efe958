import { readFileSync } from 'node:fs';

/**
 * What a process has held at most, in MB (1024² bytes); NaN where there is no /proc. Not `maxRSS`: a process begins that with what the
 * one that started it has held at most, so that everything a large process starts seems as large.
 */
export function peakMbOf(pid: number | 'self'): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
