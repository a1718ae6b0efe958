import type { WorkplaceState } from '../../src/link/desk.ts';
import { nextStage } from '../app/stages.ts';
import { showView, useConsole } from '../store/consoleStore.ts';
import { useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';
import type { Action, LiveDialog } from './actions.ts';
import { useBoundActions } from './shortcuts.ts';

interface Props {
  readonly onOpen: (dialog: LiveDialog) => void;
}

/** In place of the buttons while there is nothing that an event could be recorded of. */
function NoProcedure({ state }: { readonly state: Exclude<WorkplaceState['state'], 'running'> }) {
  return (
    <nav className="actions actions-none" aria-label={text.actions.region}>
      <strong role="status" data-testid="no-procedure">
        {text.case[state]}
      </strong>
      <button type="button" className="action action-primary" onClick={() => showView('case')}>
        {text.actions.toProcedure}
      </button>
    </nav>
  );
}

/** One row of big buttons with their keys. A click leaves the focus where it was, so that Space stays the mark. */
export function ActionBar({ onOpen }: Props) {
  const held = useConsole((state) => state.held);
  const bound = useBoundActions();
  const roadmap = useConsole((state) => state.roadmap);
  const next = useConsole((state) => nextStage(state.timeline.procedure));
  const phase = useDesk((state) => state.workplace?.state ?? 'running');
  if (phase !== 'running') return <NoProcedure state={phase} />;
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
