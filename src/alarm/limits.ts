import { ratedBalloonPressureKpa } from '../base/units.ts';
import type { AlarmInputs } from './surroundings.ts';

/** Limits where the plan gives none. */
export const defaultLimits = { pressureKpa: ratedBalloonPressureKpa, balloonVolumeMl: 4, cementVolumeMl: 6 } as const;

export const limitsOf = (inputs: AlarmInputs) => ({
  pressureKpa: inputs.limits?.pressureKpa ?? defaultLimits.pressureKpa,
  balloonVolumeMl: inputs.limits?.balloonVolumeMl ?? defaultLimits.balloonVolumeMl,
  cementVolumeMl: inputs.limits?.cementVolumeMl ?? defaultLimits.cementVolumeMl,
});
