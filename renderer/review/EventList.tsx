import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { indexAt } from '../../src/base/times.ts';
import { clockText } from '../app/format.ts';
import { eventWords } from '../live/eventText.ts';
import type { TimelineEvent } from '../store/timeline.ts';
import { text } from '../text.ts';
import { eventsWith } from './eventSearch.ts';

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

/** Fewer than these are seen at one glance, and need no finding. */
const worthFinding = 8;

/** Everything that happened, in order, or what of it has these words; a click goes there. The last event before the position is marked and kept in view. */
export function EventList({ events: all, isRead, nowMs, onSeek }: Props) {
  const [find, setFind] = useState('');
  const events = useMemo(() => eventsWith(all, find), [all, find]);
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
      {all.length >= worthFinding && (
        <TextInput
          className="events-find"
          aria-label={text.review.findEvent}
          placeholder={text.review.findEvent}
          leftSection={<IconSearch size="1.1rem" aria-hidden="true" />}
          value={find}
          maxLength={100}
          onChange={(event) => setFind(event.currentTarget.value)}
        />
      )}
      {events.length === 0 && isRead && <p className="quiet events-empty">{find === '' ? text.review.noEvents : text.review.noSuchEvent}</p>}
      <ol ref={list}>
        {events.map((event, index) => (
          <Row key={`${event.seq}-${event.source.of}-${eventWords(event).label}`} event={event} isCurrent={index === current} onSeek={seek} />
        ))}
      </ol>
    </>
  );
}
