import { Checkbox } from '@mantine/core';
import { nextStage } from '../app/stages.ts';
import { operate, useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { enterNextStage } from './actions.ts';
import { itemsOf, openItems } from './checklist.ts';
import { StripPanel } from './StripPanel.tsx';

const words = text.checklist;

/** The checklist of the present stage; each tick is recorded. Enter goes on whether everything is ticked or not. */
export function ChecklistPanel({ onClose }: { readonly onClose: () => void }) {
  const procedure = useConsole((state) => state.timeline.procedure);
  const stage = procedure?.stage ?? 'access';
  const next = nextStage(procedure);
  const left = openItems(procedure).length;
  const goOn = () => {
    enterNextStage();
    onClose();
  };
  return (
    <StripPanel title={words.title(text.stage[stage])} onClose={onClose}>
      <div className="checklist">
        <div className="checklist-items">
          {itemsOf(procedure).length === 0 && <span className="quiet">{words.none}</span>}
          {itemsOf(procedure).map((item) => (
            <Checkbox
              key={item}
              label={item}
              checked={procedure?.checked?.[stage]?.includes(item) ?? false}
              onChange={(event) => operate({ kind: 'check', stage, item, done: event.currentTarget.checked })}
            />
          ))}
        </div>
        <div className="panel-buttons">
          <button type="button" className="action" onClick={onClose}>
            {text.tools.close} <kbd>Esc</kbd>
          </button>
          {next && (
            <button type="button" className="action action-primary" data-autofocus onClick={goOn}>
              {words.goOn(text.stage[next])} {left > 0 && <span className="quiet">{words.open(left)}</span>}
            </button>
          )}
        </div>
      </div>
    </StripPanel>
  );
}
