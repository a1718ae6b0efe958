import { writeSync } from 'node:fs';
import { peakMbOf } from './peakMemory.ts';

// Loaded before a measured command: says on file descriptor 3 what the process took, when it ends.
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const peakMb = peakMbOf('self');
  writeSync(3, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: Number.isNaN(peakMb) ? maxRSS / 1024 : peakMb }));
});
