import { ask, operate } from '../store/consoleStore.ts';
import type { Moment } from '../store/moment.ts';
import type { StandingAlarm } from '../store/timeline.ts';
import { text } from '../text.ts';
import { alarmOrder } from './alarmOrder.ts';

export const acknowledge = (alarm: StandingAlarm): boolean => operate({ kind: 'acknowledge', alarm: alarm.event.id });

const shownAlarms = 2;
/** Characters from which a message is set smaller, so that it never pushes the numbers away. */
const longMessage = 48;

/** Above the numbers, never over the picture. Priority is said by words, stars and colour. */
export function Alarms({ moment }: { readonly moment: Moment }) {
  const alarms = alarmOrder(moment.timeline.alarms.values());
  const live = moment.mode === 'live';
  const all = (
    <button type="button" className="alarms-more" data-testid="all-alarms" onClick={() => ask('alarms')}>
      {alarms.length > shownAlarms ? text.alarms.more(alarms.length - shownAlarms) : text.alarms.all}
    </button>
  );
  return (
    <section className="alarms" aria-label={text.alarms.region} data-testid="alarms">
      {alarms.length === 0 && <div className="alarms-none">{text.alarms.none}</div>}
      {alarms.slice(0, shownAlarms).map((alarm, index) => {
        const { event, acknowledged } = alarm;
        const isFirst = index === 0;
        return (
          <div
            className="alarm"
            key={event.id}
            data-alarm={event.id}
            data-priority={event.priority}
            data-acknowledged={acknowledged}
            data-first={isFirst}
            data-long={event.message.length > longMessage}
            role={live && !acknowledged ? 'alert' : undefined}
          >
            <div className="alarm-message" title={event.message}>
              <span aria-hidden="true">{text.alarms.priority[event.priority]} </span>
              <span className="visually-hidden">{text.alarms.priorityName[event.priority]}: </span>
              {event.message}
            </div>
            <div className="alarm-advice">{acknowledged ? text.alarms.acknowledged : isFirst ? event.advice : ''}</div>
            {live && !acknowledged && (
              <button type="button" onClick={() => acknowledge(alarm)} aria-label={`${text.alarms.acknowledge}: ${event.message}`}>
                {text.alarms.acknowledge}
              </button>
            )}
            {live && index === shownAlarms - 1 && alarms.length > shownAlarms && all}
          </div>
        );
      })}
      {live && alarms.length === 0 && all}
    </section>
  );
}
