import { memo, useCallback, useEffect, useRef } from 'react';
import { indexAt } from '../../src/base/times.ts';
import { clockText } from '../app/format.ts';
import { eventWords } from '../live/eventText.ts';
import type { TimelineEvent } from '../store/timeline.ts';
import { text } from '../text.ts';

interface Props {
  readonly events: readonly TimelineEvent[];
  /** Whether these are all of the record. */
  readonly isRead: boolean;
  readonly nowMs: number;
  readonly onSeek: (tMs: number) => void;
}

interface RowProps {
  readonly event: TimelineEvent;
  readonly isCurrent: boolean;
  readonly onSeek: (tMs: number) => void;
}

/** Drawn again only when it becomes or was the current one: a long record has hundreds, and its position moves many times a second. */
const Row = memo(function Row({ event, isCurrent, onSeek }: RowProps) {
  const { label, tone } = eventWords(event);
  return (
    <li>
      <button type="button" data-tone={tone} aria-current={isCurrent ? 'true' : undefined} onClick={() => onSeek(event.tMs)}>
        <span className="quiet">{clockText(event.tMs)}</span> {label}
      </button>
    </li>
  );
});

/** Everything that happened, in order; a click goes there. The last event before the position is marked and kept in view. */
export function EventList({ events, isRead, nowMs, onSeek }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const latest = useRef(onSeek);
  latest.current = onSeek;
  const seek = useCallback((tMs: number) => latest.current(tMs), []);
  const current = indexAt(
    events.map(({ tMs }) => tMs),
    nowMs + 0.5,
  );
  useEffect(() => {
    const host = list.current;
    if (!host) return;
    const show = () => {
      const item = host.children[current];
      if (item instanceof HTMLElement) host.scrollTop = item.offsetTop - (host.clientHeight - item.offsetHeight) / 2;
    };
    show();
    // Alarms above come and go and leave the list more or less room.
    const resizing = new ResizeObserver(show);
    resizing.observe(host);
    return () => resizing.disconnect();
  }, [current]);
  return (
    <>
      {events.length === 0 && isRead && <p className="quiet events-empty">{text.review.noEvents}</p>}
      <ol ref={list}>
        {events.map((event, index) => (
          <Row key={`${event.seq}-${event.source.of}-${eventWords(event).label}`} event={event} isCurrent={index === current} onSeek={seek} />
        ))}
      </ol>
    </>
  );
}
