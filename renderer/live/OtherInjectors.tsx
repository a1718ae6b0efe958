import type { PressureUnit } from '../../src/base/units.ts';
import { ageText, fixed, pressureText } from '../app/format.ts';
import { showInjector } from '../store/consoleStore.ts';
import { injectorName, injectorTrouble } from '../store/injectors.ts';
import type { Moment } from '../store/moment.ts';
import { text } from '../text.ts';

const words = text.injector;

/** The injectors beside the one that the big numbers are of: always in view, old values said to be old. Nothing with one injector. */
export function OtherInjectors({ moment, unit }: { readonly moment: Moment; readonly unit: PressureUnit }) {
  const { injector: shown, injectors } = moment.timeline;
  const others = [...injectors.values()].filter(({ device }) => device !== shown?.device);
  return others.map((injector) => {
    const { device, balloon } = injector;
    const reading = moment.readings.get(device);
    const trouble = injectorTrouble(injector);
    const isFresh = reading?.freshness === 'fresh';
    const age = reading?.ageMs == null ? null : words.lastReading(ageText(reading.ageMs));
    const volumeMl = reading?.mode === 'cement' ? injector.cement.sinceZeroMl : (reading?.volumeMl ?? null);
    return (
      <section
        key={device}
        className="number"
        data-size="other"
        data-fresh={reading?.freshness ?? 'none'}
        data-testid={`number-${device}`}
        aria-label={injectorName(device)}
      >
        <div className="number-head">
          <span>{injectorName(device)}</span>
          <button type="button" className="chip" onClick={() => showInjector(device)} aria-label={words.showThis(injectorName(device))}>
            {words.show}
          </button>
        </div>
        <div className="number-value">
          <span>
            {reading?.pressureKpa == null ? text.none : pressureText(reading.pressureKpa, unit)} <small>{unit}</small>
          </span>
          <span>
            {volumeMl === null ? text.none : fixed(volumeMl, 1)} <small>mL</small>
          </span>
        </div>
        {(balloon.ruptured || !isFresh) && (
          <div className="number-foot">
            <span className="number-why">{balloon.ruptured ? text.numbers.ruptured : [trouble, age].filter(Boolean).join(' · ')}</span>
          </div>
        )}
      </section>
    );
  });
}
