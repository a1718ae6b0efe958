import { eventWords } from '../live/eventText.ts';
import type { TimelineEvent } from '../store/timeline.ts';

/** In full: the list shortens long messages and notes, the search does not. */
function wordsOf(event: TimelineEvent): string {
  const { source } = event;
  const said = source.of === 'operator' ? (source.event.kind === 'note' ? source.event.text : '') : source.event.message;
  return `${eventWords(event).label} ${said}`.toLowerCase();
}

/** The events that have every word of `find` somewhere in what they say; all of them when there is none. */
export function eventsWith(events: readonly TimelineEvent[], find: string): readonly TimelineEvent[] {
  const wanted = find.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return events;
  return events.filter((event) => {
    const words = wordsOf(event);
    return wanted.every((each) => words.includes(each));
  });
}

/** The event after (or before) a position that a person steps to; null when there is none that way. */
export function eventBeside(events: readonly TimelineEvent[], nowMs: number, direction: 1 | -1): TimelineEvent | null {
  const beside = direction > 0 ? events.find(({ tMs }) => tMs > nowMs + 0.5) : events.findLast(({ tMs }) => tMs < nowMs - 0.5);
  return beside ?? null;
}
