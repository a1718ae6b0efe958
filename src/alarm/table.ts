import {
  balloonPressureHigh,
  balloonPressureNear,
  balloonRupture,
  balloonVolumeHigh,
  cementVolumeHigh,
  cementWindow,
  injectorAlarm,
  injectorLost,
  injectorSilent,
} from './injectorConditions.ts';
import { notWatched } from './notWatched.ts';
import { cementLeak, disk, framesStale, posteriorQuarter } from './pictureConditions.ts';
import type { AlarmRule } from './rule.ts';

/** Every alarm the console knows, in the order in which they are evaluated and documented. */
export const alarmTable: readonly AlarmRule[] = [
  balloonRupture,
  balloonPressureHigh,
  balloonPressureNear,
  balloonVolumeHigh,
  cementLeak,
  posteriorQuarter,
  cementVolumeHigh,
  cementWindow,
  injectorLost,
  injectorSilent,
  injectorAlarm,
  notWatched,
  framesStale,
  disk,
];
