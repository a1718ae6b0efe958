import type { PressureUnit } from '../../src/base/units.ts';
import { setPressureUnit, useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';

const units: readonly PressureUnit[] = ['psi', 'atm', 'bar', 'kPa'];
const after = (unit: PressureUnit): PressureUnit => units[(units.indexOf(unit) + 1) % units.length] ?? 'kPa';

/** Which unit pressures are shown in, on this console; each click takes the next one. The record stays in kPa. */
export function UnitSwitch() {
  const unit = useConsole((state) => state.pressureUnit);
  return (
    <button type="button" className="chip" data-testid="unit" title={text.numbers.nextUnit(after(unit))} onClick={() => setPressureUnit(after(unit))}>
      <span className="visually-hidden">{text.numbers.unit}: </span>
      {unit}
    </button>
  );
}
