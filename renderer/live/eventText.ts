import { leakSiteWords } from '../../src/procedure/leakSiteWords.ts';
import type { OperatorEvent } from '../../src/sample/index.ts';
import type { TimelineEvent } from '../store/timeline.ts';
import { text } from '../text.ts';

export interface EventWords {
  readonly label: string;
  /** For the strip: heavier ones get their label first. */
  readonly weight: number;
  readonly tone: 'high' | 'medium' | 'low' | 'plain' | 'stage';
}

const shortNote = 24;
const shortMessage = 40;
const shorten = (words: string, most: number): string => (words.length > most ? `${words.slice(0, most).trimEnd()}…` : words);
const plain = (label: string, weight = 2): EventWords => ({ label, weight, tone: 'plain' });

/** What an event is called on the strip and in the list. */
export function eventWords({ source }: TimelineEvent): EventWords {
  if (source.of === 'alarm') {
    const { priority, message } = source.event;
    return { label: `${text.alarms.priority[priority]} ${shorten(message, shortMessage)}`, weight: { high: 6, medium: 5, low: 3 }[priority], tone: priority };
  }
  if (source.of === 'device') {
    const { device, state, message } = source.event;
    if (state === 'lost') return { label: text.event.lost(device), weight: 5, tone: 'medium' };
    return plain(state === 'ended' ? text.event.ended(device) : shorten(message, shortMessage), 1);
  }
  return operatorWords(source.event);
}

/** What an operator event is called. */
export function operatorWords(event: OperatorEvent): EventWords {
  switch (event.kind) {
    case 'stage':
      return { label: [text.stage[event.stage], event.level, event.side && text.level.side[event.side]].filter(Boolean).join(' '), weight: 4, tone: 'stage' };
    case 'check':
      return plain(shorten(`${event.done ? '☑' : '☐'} ${event.item}`, shortNote), 0);
    case 'mark':
      return plain(event.label ?? text.event.mark);
    case 'note':
      return plain(shorten(event.text, shortNote));
    case 'store-frame':
      return plain(text.event.store(event.plane.toUpperCase()), 1);
    case 'leak-seen':
      return { label: text.event.leak(leakSiteWords[event.site]), weight: 5, tone: 'medium' };
    case 'cement-mixed':
      return { label: text.event.mixed, weight: 4, tone: 'stage' };
    case 'device-used':
      return plain(shorten(event.name, shortNote), 1);
    case 'sign-off':
      return plain(text.event.signOff, 1);
    case 'performed':
      return plain(text.event.performed[event.outcome], 3);
    case 'plan':
    case 'reference':
    case 'endplates':
    case 'zero':
    case 'patient':
    case 'correction':
    case 'acknowledge':
      return plain(event.kind === 'acknowledge' ? text.alarms.acknowledged : text.event[event.kind], 1);
  }
}
