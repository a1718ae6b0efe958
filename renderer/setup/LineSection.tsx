import { defaultLineFormat } from '../../src/injector/lineFormat.ts';
import { Section } from '../desk/Section.tsx';
import { text } from '../text.ts';
import { ChoiceField, NumberField, TextField, useSiteForm } from './fields.tsx';
import { fieldOf } from './siteDraft.ts';

const words = text.setup.line;
const path = ['injector', 'line'];
const choicesOf = <Value extends string>(labels: Readonly<Record<Value, string>>) => Object.entries<string>(labels).map(([value, label]) => ({ value, label }));

/** How devices that print text lines are read; the port's probe above tries it. */
export function LineSection() {
  const { draft, set } = useSiteForm();
  const isOwn = fieldOf(draft, path) !== undefined;
  return (
    <Section title={words.title} hint={words.hint}>
      {isOwn && (
        <>
          <TextField path={[...path, 'pattern']} label={words.pattern} hint={words.patternHint} />
          <div className="desk-row line-options">
            <ChoiceField path={[...path, 'mode']} label={words.mode} placeholder={words.modeUnknown} choices={choicesOf(words.modes)} />
            <ChoiceField path={[...path, 'check']} label={words.check} placeholder={words.checks.optional} choices={choicesOf(words.checks)} />
            <NumberField path={[...path, 'silentAfterMs']} label={words.silentAfter} decimals={0} />
          </div>
        </>
      )}
      <div className="desk-row desk-actions">
        <button type="button" className="action" onClick={() => set(path, isOwn ? undefined : { pattern: defaultLineFormat.pattern })}>
          {isOwn ? words.asDelivered : words.own}
        </button>
      </div>
    </Section>
  );
}
