import { leakSiteWords } from '../../src/procedure/leakSiteWords.ts';
import type { OperatorEvent } from '../../src/procedure/operatorEvent.ts';
import { stageWords } from './report/words.ts';

/** A correction that was recorded, and what it is of. Nothing is deleted: exports show both. */
export interface Correction {
  readonly tMs: number;
  /** Ingest sequence of what is corrected. */
  readonly of: number;
  readonly text: string;
  /** What that was, in words, and when; null where the record has no such event. */
  readonly what: { readonly words: string; readonly tMs: number } | null;
}

/** Collects what operators said, so that a correction can name what it is of: nobody who reads an export knows sequence numbers. */
export function collectCorrections() {
  const said = new Map<number, { readonly words: string; readonly tMs: number }>();
  const corrections: Correction[] = [];
  return {
    event(tMs: number, seq: number, event: OperatorEvent): void {
      said.set(seq, { words: eventWords(event), tMs });
      if (event.kind === 'correction') corrections.push({ tMs, of: event.of, text: event.text, what: said.get(event.of) ?? null });
    },
    result: (): readonly Correction[] => corrections,
  };
}

/** What an operator did or said, in a few words. */
function eventWords(event: OperatorEvent): string {
  switch (event.kind) {
    case 'stage':
      return [`stage ${stageWords[event.stage].toLowerCase()}`, event.level, event.side].filter(Boolean).join(', ');
    case 'check':
      return `${event.done ? 'ticked' : 'no longer ticked'}: ${event.item}`;
    case 'mark':
      return ['mark', event.label].filter(Boolean).join(' ');
    case 'store-frame':
      return `frame of plane ${event.plane.toUpperCase()} stored`;
    case 'leak-seen':
      return `cement leak, ${leakSiteWords[event.site]}`;
    case 'cement-mixed':
      return ['cement mixed', event.product, event.lot && `lot ${event.lot}`].filter(Boolean).join(', ');
    case 'device-used':
      return ['device used', event.name, event.lot && `lot ${event.lot}`].filter(Boolean).join(', ');
    case 'sign-off':
      return `sign-off by ${event.by}`;
    case 'performed':
      return `procedure ${event.outcome}`;
    case 'zero':
      return `volume of ${event.device} zeroed`;
    case 'acknowledge':
      return `alarm ${event.alarm} acknowledged`;
    default:
      return event.kind;
  }
}
