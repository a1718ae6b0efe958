import { SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Confirm } from '../desk/Confirm.tsx';
import { Section } from '../desk/Section.tsx';
import { operate, send } from '../store/consoleStore.ts';
import { text } from '../text.ts';

const words = text.case;
type Outcome = 'completed' | 'discontinued';

/** How the procedure ended, who says so, and the end of its record. */
export function CloseForm({ isClosing }: { readonly isClosing: boolean }) {
  const [form, setForm] = useState({ outcome: 'completed' as Outcome, reason: '', by: '', remark: '' });
  const [isAsking, setIsAsking] = useState(false);
  const ask = (event: FormEvent) => {
    event.preventDefault();
    setIsAsking(true);
  };
  const close = () => {
    setIsAsking(false);
    const { outcome, reason, by, remark } = form;
    const said =
      operate({ kind: 'performed', outcome, ...(outcome === 'discontinued' && reason && { reason }) }) &&
      operate({ kind: 'sign-off', by, ...(remark && { text: remark }) });
    if (said) send({ kind: 'end-session' });
  };
  return (
    <Section title={words.close} hint={words.closeHint}>
      <form onSubmit={ask} className="desk-stack">
        <div className="desk-row">
          <SegmentedControl
            aria-label={words.outcome}
            transitionDuration={0}
            data={(['completed', 'discontinued'] as const).map((value) => ({ value, label: words[value] }))}
            value={form.outcome}
            onChange={(outcome) => setForm((before) => ({ ...before, outcome: outcome as Outcome }))}
          />
          {form.outcome === 'discontinued' && (
            <TextInput
              className="grow"
              label={words.reason}
              required
              maxLength={200}
              value={form.reason}
              onChange={({ currentTarget: { value: reason } }) => setForm((before) => ({ ...before, reason }))}
            />
          )}
        </div>
        <TextInput
          label={words.signedBy}
          required
          maxLength={200}
          value={form.by}
          onChange={({ currentTarget: { value: by } }) => setForm((before) => ({ ...before, by }))}
        />
        <Textarea
          label={words.remark}
          maxLength={2000}
          rows={2}
          value={form.remark}
          onChange={({ currentTarget: { value: remark } }) => setForm((before) => ({ ...before, remark }))}
        />
        <div className="desk-row">
          <button type="submit" className="action action-primary" disabled={isClosing}>
            {isClosing ? words.ending : words.closeNow}
          </button>
        </div>
      </form>
      <Confirm
        opened={isAsking}
        title={words.confirmTitle}
        question={words.confirm}
        yes={words.confirmNow}
        no={words.keepRunning}
        onYes={close}
        onNo={() => setIsAsking(false)}
      />
    </Section>
  );
}
