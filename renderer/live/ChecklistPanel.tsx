import { Checkbox } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { nextStage } from '../app/stages.ts';
import { operate, useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { enterNextStage } from './actions.ts';
import { itemsOf, openItems } from './checklist.ts';
import { StripPanel } from './StripPanel.tsx';

const words = text.checklist;

/** A tick shows at once; if the record has not confirmed it after this long, the record's word stands again. */
const confirmMs = 4000;

/** What was just ticked here and is still on its way through the record. */
function useHeldTicks() {
  const [ticks, setTicks] = useState<Readonly<Record<string, boolean>>>({});
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  useEffect(() => {
    const running = timers.current;
    return () => running.forEach(clearTimeout);
  }, []);
  const hold = (item: string, done: boolean) => {
    setTicks((before) => ({ ...before, [item]: done }));
    clearTimeout(timers.current.get(item));
    timers.current.set(
      item,
      setTimeout(() => setTicks(({ [item]: _, ...rest }) => rest), confirmMs),
    );
  };
  return { ticks, hold };
}

/** The checklist of the present stage; each tick is recorded. Enter goes on whether everything is ticked or not. */
export function ChecklistPanel({ onClose }: { readonly onClose: () => void }) {
  const procedure = useConsole((state) => state.timeline.procedure);
  const stage = procedure?.stage ?? 'access';
  const next = nextStage(procedure);
  const left = openItems(procedure).length;
  const recorded = (item: string) => procedure?.checked?.[stage]?.includes(item) ?? false;
  const { ticks, hold } = useHeldTicks();
  const tick = (item: string, done: boolean) => {
    if (operate({ kind: 'check', stage, item, done })) hold(item, done);
  };
  const goOn = () => {
    enterNextStage();
    onClose();
  };
  return (
    <StripPanel title={words.title(text.stage[stage])} onClose={onClose} {...(next && { onEnter: goOn })}>
      <div className="checklist">
        <div className="checklist-items">
          {itemsOf(procedure).length === 0 && <span className="quiet">{words.none}</span>}
          {itemsOf(procedure).map((item) => (
            <Checkbox key={item} label={item} checked={ticks[item] ?? recorded(item)} onChange={(event) => tick(item, event.currentTarget.checked)} />
          ))}
        </div>
        <div className="panel-buttons">
          <button type="button" className="action" onClick={onClose}>
            {text.tools.close} <kbd>Esc</kbd>
          </button>
          {next && (
            <button type="button" className="action action-primary" onClick={goOn}>
              {words.goOn(text.stage[next])} <kbd>↵</kbd> {left > 0 && <span className="quiet">{words.open(left)}</span>}
            </button>
          )}
        </div>
      </div>
    </StripPanel>
  );
}
