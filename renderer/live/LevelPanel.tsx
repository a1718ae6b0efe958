import { SegmentedControl, Select } from '@mantine/core';
import { useState } from 'react';
import { type Side, sideSchema } from '../../src/procedure/operatorEvent.ts';
import { emptyPlan } from '../../src/procedure/plan.ts';
import { notify, operate, useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { StripPanel } from './StripPanel.tsx';

const words = text.level;
const levels: readonly string[] = [
  ...Array.from({ length: 7 }, (_, i) => `C${i + 1}`),
  ...Array.from({ length: 12 }, (_, i) => `T${i + 1}`),
  ...Array.from({ length: 5 }, (_, i) => `L${i + 1}`),
  'S1',
];

/** Begins another vertebra, or the other side of this one: the times of the stages begin anew, and at another level so does the plan. */
export function LevelPanel({ onClose }: { readonly onClose: () => void }) {
  const procedure = useConsole((state) => state.timeline.procedure);
  const [level, setLevel] = useState(procedure?.level ?? null);
  const [side, setSide] = useState<Side | null>(procedure?.side ?? null);
  const begin = () => {
    const isOther = level !== (procedure?.level ?? null);
    if (!isOther && side === (procedure?.side ?? null)) {
      notify('trouble', words.same);
      return;
    }
    const sent = operate({ kind: 'stage', stage: 'access', ...(level && { level }), ...(side && { side }) });
    if (!sent) return;
    // What was drawn is of the vertebra before; limits and needle stay.
    const { planes: _, ...kept } = procedure?.plan ?? emptyPlan;
    if (isOther && level) operate({ kind: 'plan', plan: { ...kept, level, planes: {} } });
    onClose();
  };
  const present = levels.includes(level ?? '') || level === null ? levels : [level, ...levels];
  return (
    <StripPanel title={words.title} onClose={onClose}>
      <div className="panel-form">
        <Select
          label={words.level}
          data={[...present]}
          value={level}
          onChange={setLevel}
          searchable
          openOnFocus={false}
          comboboxProps={{ position: 'top' }}
          data-autofocus
        />
        <SegmentedControl
          aria-label={words.sideLabel}
          size="md"
          data={sideSchema.options.map((value) => ({ value, label: words.side[value] }))}
          value={side ?? ''}
          transitionDuration={0}
          onChange={(value) => setSide(sideSchema.parse(value))}
        />
        <div className="panel-buttons">
          <button type="button" className="action" onClick={onClose}>
            {text.note.cancel} <kbd>Esc</kbd>
          </button>
          <button type="button" className="action action-primary" onClick={begin}>
            {words.begin}
          </button>
        </div>
      </div>
    </StripPanel>
  );
}
