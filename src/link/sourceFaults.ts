import { z } from 'zod';

/** What can be made to go wrong between a source and the session: of what, how long when nobody says, and what it is. */
export const sourceFaults = {
  'drop-frames': { of: 'frames', lastsMs: 2000, what: 'frames do not arrive' },
  'stall-frames': { of: 'frames', lastsMs: 2000, what: 'frames come late, the last ones all at once' },
  'freeze-frames': { of: 'frames', lastsMs: 2000, what: 'the same picture comes again and again' },
  'unplug-frames': { of: 'frames', lastsMs: 3000, what: 'the signal is lost and comes back' },
  'serial-noise': { of: 'injector', lastsMs: 1000, what: 'one byte in fifty has a wrong bit' },
  'serial-drop': { of: 'injector', lastsMs: 1000, what: 'one byte in fifty is lost' },
  'serial-garbage': { of: 'injector', lastsMs: 1000, what: 'bytes as of a wrong baud rate' },
  'serial-duplicate': { of: 'injector', lastsMs: 1000, what: 'all bytes come twice' },
  'serial-stall': { of: 'injector', lastsMs: 3000, what: 'the injector says nothing' },
  'unplug-injector': { of: 'injector', lastsMs: 3000, what: 'the injector is unplugged and plugged in again' },
} as const;

export type SourceFaultName = keyof typeof sourceFaults;

export const sourceFaultNames = Object.keys(sourceFaults) as readonly SourceFaultName[];

/** A fault of a timetable; seconds of the session. */
export const plannedFaultSchema = z
  .strictObject({ fault: z.enum(sourceFaultNames), fromS: z.number().nonnegative().max(86_400), toS: z.number().positive().max(86_400) })
  .refine(({ fromS, toS }) => toS > fromS, { error: 'ends before it begins' });
