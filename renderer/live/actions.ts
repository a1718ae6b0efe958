import { nextStage } from '../app/stages.ts';
import { type Asking, ask, consoleStore, keepOwn, lastImage, notify, operate, operateReversal, takeOwn, toggleRoadmap } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { openItems } from './checklist.ts';
import { operatorWords } from './eventText.ts';

/** What a button or its key opens rather than does. */
export type LiveDialog = Asking | 'plan';

export interface Action {
  readonly id: string;
  readonly label: string;
  /** As on the keyboard event. */
  readonly key: string;
  /** As on the button. */
  readonly keyLabel: string;
  readonly run: (open: (dialog: LiveDialog) => void) => void;
}

const label = text.actions;

/** Enters the stage after the present one, if there is one. */
export function enterNextStage(): void {
  const next = nextStage(consoleStore.getState().timeline.procedure);
  if (next) operate({ kind: 'stage', stage: next });
}

/** Opens the drawing of the plan; its button is among the tools. */
export const planKey = 'p';

/** The row of big buttons, in the order of use; the first is the foot switch's. */
export const actions: readonly Action[] = [
  { id: 'mark', label: label.mark, key: ' ', keyLabel: 'Space', run: () => operate({ kind: 'mark' }) },
  { id: 'store', label: label.store, key: 's', keyLabel: 'S', run: () => operate({ kind: 'store-frame', plane: consoleStore.getState().activePlane }) },
  { id: 'hold', label: label.hold, key: 'l', keyLabel: 'L', run: lastImage },
  { id: 'reference', label: label.reference, key: 'r', keyLabel: 'R', run: () => operate({ kind: 'reference' }) },
  { id: 'roadmap', label: label.roadmap, key: 'm', keyLabel: 'M', run: toggleRoadmap },
  { id: 'leak', label: label.leak, key: 'k', keyLabel: 'K', run: (open) => open('leak') },
  { id: 'mixed', label: label.mixed, key: 'c', keyLabel: 'C', run: () => operate({ kind: 'cement-mixed' }) },
  { id: 'note', label: label.note, key: 'n', keyLabel: 'N', run: (open) => open('note') },
  { id: 'tools', label: label.tools, key: 't', keyLabel: 'T', run: (open) => open('tools') },
  {
    id: 'stage',
    label: label.stageDone,
    key: 'Enter',
    keyLabel: '↵',
    run: (open) => {
      const { timeline, asking } = consoleStore.getState();
      // What is still open of the checklist is asked for once; going on is never forbidden.
      if (openItems(timeline.procedure).length > 0 && asking !== 'checklist') open('checklist');
      else {
        enterNextStage();
        if (asking === 'checklist') ask(null);
      }
    },
  },
];

/** Takes back the last thing that was recorded from this console: a correction that names it, and for a stage the one before. Nothing is deleted. */
export function undoLast(): void {
  const last = takeOwn();
  if (!last) {
    notify('trouble', label.nothingToUndo);
    return;
  }
  if (!operate({ kind: 'correction', of: last.seq, text: label.undone(operatorWords(last.event).label) })) {
    keepOwn(last);
    return;
  }
  if (last.event.kind === 'stage' && last.stageBefore) operateReversal({ kind: 'stage', stage: last.stageBefore });
}
