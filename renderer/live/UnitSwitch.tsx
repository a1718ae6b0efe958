import { SegmentedControl } from '@mantine/core';
import type { PressureUnit } from '../../src/base/units.ts';
import { setPressureUnit, useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';

const units: readonly PressureUnit[] = ['psi', 'atm', 'bar', 'kPa'];
const isUnit = (value: string): value is PressureUnit => (units as readonly string[]).includes(value);

/** Which unit pressures are shown in, on this console; the record stays in kPa. */
export function UnitSwitch() {
  const unit = useConsole((state) => state.pressureUnit);
  return (
    <SegmentedControl
      aria-label={text.numbers.unit}
      size="sm"
      data={[...units]}
      value={unit}
      transitionDuration={0}
      onChange={(value) => {
        if (isUnit(value)) setPressureUnit(value);
      }}
    />
  );
}
