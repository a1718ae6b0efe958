import { TextInput } from '@mantine/core';
import { Section } from '../desk/Section.tsx';
import { actions } from '../live/actions.ts';
import { text } from '../text.ts';
import { useSiteForm } from './fields.tsx';
import { fieldOf } from './siteDraft.ts';

const words = text.setup;
/** As `shortcuts` of site.json names keys. */
const nameOfKey = (key: string): string => (key === ' ' ? 'Space' : key.length === 1 ? key.toLowerCase() : key);
const isModifier = (key: string): boolean => ['Shift', 'Control', 'Alt', 'Meta', 'Tab', 'Escape'].includes(key);

/** Keys of the live view's actions; a foot switch is one of them. */
export function ShortcutsSection() {
  const { draft, set } = useSiteForm();
  const keyOf = (id: string, own: string): string => {
    const chosen = fieldOf(draft, ['shortcuts', id]);
    return typeof chosen === 'string' ? chosen : nameOfKey(own);
  };
  return (
    <Section title={words.sections.shortcuts} hint={words.shortcutsHint}>
      <div className="shortcuts">
        {actions.map(({ id, label, key }) => {
          const current = keyOf(id, key);
          const clash = words.fixedKeys[current] ?? actions.find((other) => other.id !== id && keyOf(other.id, other.key) === current)?.label;
          return (
            <div className="desk-row" key={id}>
              <TextInput
                className="grow"
                label={label}
                readOnly
                placeholder={words.pressKey}
                value={current}
                error={clash && words.shortcutClash(clash)}
                onKeyDown={(event) => {
                  if (isModifier(event.key)) return;
                  event.preventDefault();
                  set(['shortcuts', id], nameOfKey(event.key));
                }}
              />
              <button
                type="button"
                className="action"
                disabled={fieldOf(draft, ['shortcuts', id]) === undefined}
                onClick={() => set(['shortcuts', id], undefined)}
                aria-label={`${words.resetKey}: ${label}`}
              >
                {words.resetKey}
              </button>
            </div>
          );
        })}
      </div>
    </Section>
  );
}
