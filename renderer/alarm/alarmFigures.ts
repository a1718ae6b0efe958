import type { AlarmEvent } from '../../src/alarm/alarm.ts';
import type { PressureUnit } from '../../src/base/units.ts';
import { fixed, pressureText } from '../app/format.ts';
import { text } from '../text.ts';

/** What an alarm measured and its limit, with their unit, pressures in the one that is shown; null where it has none. */
export function alarmFigures({ condition, value, limit }: AlarmEvent, unit: PressureUnit): string | null {
  if (value === null || limit === null) return null;
  switch (condition) {
    case 'balloon-pressure-high':
    case 'balloon-pressure-near-limit':
      return text.alarms.value(`${pressureText(value, unit)} ${unit}`, `${pressureText(limit, unit)} ${unit}`);
    case 'balloon-volume-high':
    case 'cement-volume-high':
      return text.alarms.value(`${fixed(value, 1)} mL`, `${fixed(limit, 1)} mL`);
    default:
      return text.alarms.value(fixed(value, 1), fixed(limit, 1));
  }
}
