import { nextStage } from '../app/stages.ts';
import { type Asking, consoleStore, operate, setHeld } from '../store/consoleStore.ts';
import { text } from '../text.ts';

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

/** The row of big buttons, in the order of use; the first is the foot switch's. */
export const actions: readonly Action[] = [
  { id: 'mark', label: label.mark, key: ' ', keyLabel: 'Space', run: () => operate({ kind: 'mark' }) },
  { id: 'store', label: label.store, key: 's', keyLabel: 'S', run: () => operate({ kind: 'store-frame', plane: consoleStore.getState().activePlane }) },
  { id: 'hold', label: label.hold, key: 'l', keyLabel: 'L', run: () => setHeld(!consoleStore.getState().held) },
  { id: 'reference', label: label.reference, key: 'r', keyLabel: 'R', run: () => operate({ kind: 'reference' }) },
  { id: 'leak', label: label.leak, key: 'k', keyLabel: 'K', run: (open) => open('leak') },
  { id: 'mixed', label: label.mixed, key: 'c', keyLabel: 'C', run: () => operate({ kind: 'cement-mixed' }) },
  { id: 'note', label: label.note, key: 'n', keyLabel: 'N', run: (open) => open('note') },
  { id: 'plan', label: label.plan, key: 'p', keyLabel: 'P', run: (open) => open('plan') },
  {
    id: 'stage',
    label: label.stageDone,
    key: 'Enter',
    keyLabel: '↵',
    run: () => {
      const next = nextStage(consoleStore.getState().timeline.procedure);
      if (next) operate({ kind: 'stage', stage: next });
    },
  },
];
