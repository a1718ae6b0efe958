import { NumberInput, Select } from '@mantine/core';
import { useState } from 'react';
import { type AgainSource, againSources, type RunAgain } from '../../src/link/desk.ts';
import { type SourceFaultName, sourceFaultNames, sourceFaults } from '../../src/link/sourceFaults.ts';
import { compareWith, send } from '../store/consoleStore.ts';
import { useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';
import { Section } from './Section.tsx';

const words = text.runAgain;
const inputs = ['framesA', 'framesB', 'injector'] as const;

/** What goes wrong, from when to when; one row of the timetable. */
function FaultRows({ faults, onChange }: { readonly faults: RunAgain['faults']; readonly onChange: (faults: RunAgain['faults']) => void }) {
  const [fault, setFault] = useState<SourceFaultName>('drop-frames');
  const [fromS, setFromS] = useState(10);
  const isThere = faults.some((each) => each.fault === fault && each.fromS === fromS);
  const add = () => onChange([...faults, { fault, fromS, toS: fromS + sourceFaults[fault].lastsMs / 1000 }]);
  return (
    <>
      <div className="desk-row">
        <Select
          label={words.fault}
          data={sourceFaultNames.map((name) => ({ value: name, label: sourceFaults[name].what }))}
          value={fault}
          onChange={(value) => setFault(sourceFaultNames.find((name) => name === value) ?? fault)}
          allowDeselect={false}
        />
        <NumberInput label={words.from} suffix=" s" min={0} max={86_000} value={fromS} onChange={(value) => setFromS(Number(value) || 0)} />
        <button type="button" className="action" disabled={isThere} onClick={add}>
          {words.addFault}
        </button>
      </div>
      {faults.length > 0 && (
        <ul className="desk-list" aria-label={words.faults}>
          {faults.map((each) => (
            <li key={`${each.fault}@${each.fromS}`}>
              <span className="grow">{words.faultLine(sourceFaults[each.fault].what, each.fromS, each.toS)}</span>
              <button type="button" className="action" onClick={() => onChange(faults.filter((other) => other !== each))}>
                {words.removeFault}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The open record once more, with other hardware or faults; the new record can be compared at once. */
export function RunAgainPanel({ record, onCompare }: { readonly record: string; readonly onCompare: () => void }) {
  const [sources, setSources] = useState<Readonly<Record<(typeof inputs)[number], AgainSource>>>({
    framesA: 'recorded',
    framesB: 'recorded',
    injector: 'recorded',
  });
  const [faults, setFaults] = useState<RunAgain['faults']>([]);
  const made = useDesk((state) => state.jobs).find((job) => job.what === 'run-again' && job.record === record && job.state === 'done')?.made;
  return (
    <Section title={words.title} hint={words.hint}>
      <div className="desk-row">
        {inputs.map((input) => (
          <Select
            key={input}
            label={words.inputs[input]}
            data={againSources.map((source) => ({ value: source, label: words.sources[source] }))}
            value={sources[input]}
            onChange={(value) => setSources({ ...sources, [input]: againSources.find((source) => source === value) ?? sources[input] })}
            allowDeselect={false}
          />
        ))}
      </div>
      <FaultRows faults={faults} onChange={setFaults} />
      <div className="desk-row desk-actions">
        <button type="button" className="action" onClick={() => send({ kind: 'run-again', record, how: { ...sources, faults } })}>
          {words.now}
        </button>
        {made !== undefined && (
          <button
            type="button"
            className="action"
            onClick={() => {
              compareWith(made);
              onCompare();
            }}
          >
            {words.compare(made)}
          </button>
        )}
      </div>
    </Section>
  );
}
