import type { InjectorState } from '../../src/injector/state.ts';
import { ageText, fixed } from '../app/format.ts';
import { operate, showInjector } from '../store/consoleStore.ts';
import { injectorName, injectorTrouble } from '../store/injectors.ts';
import { type Moment, useMoment } from '../store/moment.ts';
import { text } from '../text.ts';
import { StripPanel } from './StripPanel.tsx';

const words = text.injector;

/** How the device's clock runs beside this computer's, and how old its last reading is. */
function timeWords({ clock }: InjectorState, ageMs: number | null): string {
  const age = ageMs === null ? words.waiting : words.lastReading(ageText(ageMs));
  return clock === null ? age : `${age} · ${words.drift(fixed(clock.driftPpm, 0))}`;
}

function InjectorRow({ injector, moment }: { readonly injector: InjectorState; readonly moment: Moment }) {
  const { device, line, driver, identity } = injector;
  const name = injectorName(device);
  const trouble = injectorTrouble(injector);
  const isShown = moment.timeline.injector?.device === device;
  return (
    <fieldset className="injector-row" aria-label={name} data-testid={`injector-${device}`}>
      <strong>{name}</strong>
      <span className={trouble ? 'bad' : 'good'}>{trouble ?? words.connected}</span>
      <span>{[driver, identity?.replace(/^The injector is (an? )?|\.$/g, '')].filter(Boolean).join(' · ')}</span>
      <span className="quiet">{timeWords(injector, moment.readings.get(device)?.ageMs ?? null)}</span>
      <span className="quiet">{words.line(line.corrupt, line.missing, line.repeated)}</span>
      <button type="button" className="action" disabled={isShown} onClick={() => showInjector(device)} aria-label={words.showThis(name)}>
        {words.show}
      </button>
      <button type="button" className="action" onClick={() => operate({ kind: 'zero', device })} aria-label={words.zeroThis(name)}>
        {words.zero}
      </button>
    </fieldset>
  );
}

/** What each injector is and how its line does; its volume is zeroed here. Pressure never is. */
export function InjectorPanel({ onClose }: { readonly onClose: () => void }) {
  const moment = useMoment();
  const injectors = [...moment.timeline.injectors.values()].sort((p, q) => (p.device < q.device ? -1 : 1));
  return (
    <StripPanel title={words.title} onClose={onClose}>
      <div className="injector-panel">
        <div className="injector-rows">
          {injectors.length === 0 && <p>{words.none}</p>}
          {injectors.map((injector) => (
            <InjectorRow key={injector.device} injector={injector} moment={moment} />
          ))}
          <p className="quiet">{words.zeroHint}</p>
        </div>
        <button type="button" className="action" onClick={onClose}>
          {words.close} <kbd>Esc</kbd>
        </button>
      </div>
    </StripPanel>
  );
}
