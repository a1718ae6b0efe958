import type { AlarmPriority } from '../../src/alarm/alarm.ts';
import { clockText } from '../app/format.ts';
import { acknowledge } from '../live/Alarms.tsx';
import { alarmOrder } from '../live/alarmOrder.ts';
import { StripPanel } from '../live/StripPanel.tsx';
import { notify, useConsole } from '../store/consoleStore.ts';
import type { StandingAlarm } from '../store/timeline.ts';
import { text } from '../text.ts';
import { alarmFigures } from './alarmFigures.ts';
import { testSound } from './sound.ts';

const words = text.alarms;
const priorities: readonly AlarmPriority[] = ['high', 'medium', 'low'];

function Row({ alarm }: { readonly alarm: StandingAlarm }) {
  const { event, sinceMs, acknowledged } = alarm;
  const figures = alarmFigures(
    event,
    useConsole((state) => state.pressureUnit),
  );
  return (
    <li data-priority={event.priority} data-acknowledged={acknowledged}>
      <b>
        <span aria-hidden="true">{words.priority[event.priority]} </span>
        <span className="visually-hidden">{words.priorityName[event.priority]}: </span>
        {event.message}
      </b>
      <span>{event.advice}</span>
      <span className="quiet">
        {words.since(clockText(sinceMs))}
        {figures && ` · ${figures}`}
      </span>
      {acknowledged ? (
        <span className="quiet">{words.acknowledged}</span>
      ) : (
        <button type="button" className="action" onClick={() => acknowledge(alarm)} aria-label={`${words.acknowledge}: ${event.message}`}>
          {words.acknowledge}
        </button>
      )}
    </li>
  );
}

/** Every alarm that stands, the gravest first, and a test of each sound. */
export function AlarmPanel({ onClose }: { readonly onClose: () => void }) {
  const alarms = useConsole((state) => state.timeline.alarms);
  const test = (priority: AlarmPriority) => {
    if (!testSound(priority)) notify('trouble', text.sound.notTested);
  };
  return (
    <StripPanel title={words.all} onClose={onClose}>
      <div className="alarm-panel">
        <ul>
          {alarms.size === 0 && <li className="quiet">{words.none}</li>}
          {alarmOrder(alarms.values()).map((alarm) => (
            <Row key={alarm.event.id} alarm={alarm} />
          ))}
        </ul>
        <fieldset className="alarm-tests">
          <legend>{words.test.title}</legend>
          {priorities.map((priority) => (
            <button type="button" key={priority} className="action" onClick={() => test(priority)}>
              {words.priority[priority]} {words.test[priority]}
            </button>
          ))}
        </fieldset>
        <button type="button" className="action" onClick={onClose}>
          {text.tools.close} <kbd>Esc</kbd>
        </button>
      </div>
    </StripPanel>
  );
}
