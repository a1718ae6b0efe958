import { expect, test } from 'vitest';
import { alarmFigures } from '../../../renderer/alarm/alarmFigures.ts';
import type { AlarmCondition, AlarmEvent } from '../../../src/alarm/alarm.ts';

const alarm = (condition: AlarmCondition, value: number | null, limit: number | null): AlarmEvent => ({
  id: condition,
  condition,
  priority: 'medium',
  phase: 'raised',
  message: '',
  advice: '',
  value,
  limit,
});

test('a pressure in alarm stands in the unit that the numbers show', () => {
  const high = alarm('balloon-pressure-high', 2800, 2758);
  expect(alarmFigures(high, 'psi')).toBe('406 psi, limit 400 psi');
  expect(alarmFigures(high, 'atm')).toBe('27.6 atm, limit 27.2 atm');
  expect(alarmFigures(alarm('balloon-pressure-near-limit', 2500, 2482), 'kPa')).toBe('2500 kPa, limit 2482 kPa');
});

test('a volume in alarm stands in millilitres, whatever pressure is shown in', () => {
  expect(alarmFigures(alarm('cement-volume-high', 6.04, 6), 'bar')).toBe('6.0 mL, limit 6.0 mL');
  expect(alarmFigures(alarm('balloon-volume-high', 4.1, 4), 'psi')).toBe('4.1 mL, limit 4.0 mL');
});

test('an alarm that measured nothing, or is about no limit, has no figures', () => {
  expect(alarmFigures(alarm('frames-stale', null, 500), 'psi')).toBeNull();
  expect(alarmFigures(alarm('balloon-rupture', 1200, null), 'psi')).toBeNull();
});
