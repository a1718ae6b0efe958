import { nextStage } from '../app/stages.ts';
import { useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import type { Action, LiveDialog } from './actions.ts';
import { useBoundActions } from './shortcuts.ts';

interface Props {
  readonly onOpen: (dialog: LiveDialog) => void;
}

/** One row of big buttons with their keys. A click leaves the focus where it was, so that Space stays the mark. */
export function ActionBar({ onOpen }: Props) {
  const held = useConsole((state) => state.held);
  const bound = useBoundActions();
  const roadmap = useConsole((state) => state.roadmap);
  const next = useConsole((state) => nextStage(state.timeline.procedure));
  const caption = (action: Action): string => {
    if (action.id === 'hold' && held) return text.actions.release;
    if (action.id !== 'stage') return action.label;
    return next ? text.actions.nextStage(text.stage[next]) : text.actions.lastStage;
  };
  return (
    <nav className="actions" aria-label={text.actions.region}>
      {bound.map((action) => (
        <button
          type="button"
          key={action.id}
          className={action.id === 'stage' ? 'action action-primary' : 'action'}
          data-testid={`action-${action.id}`}
          data-held={action.id === 'hold' && held}
          aria-pressed={action.id === 'hold' ? held : action.id === 'roadmap' ? roadmap : undefined}
          aria-keyshortcuts={action.key === ' ' ? 'Space' : action.key}
          disabled={action.id === 'stage' && next === null}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => action.run(onOpen)}
        >
          {caption(action)} <kbd>{action.keyLabel}</kbd>
        </button>
      ))}
    </nav>
  );
}
