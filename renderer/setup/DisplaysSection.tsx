import { Checkbox } from '@mantine/core';
import { type PictureLayout, pictureLayouts } from '../../src/procedure/displaySite.ts';
import { Section } from '../desk/Section.tsx';
import { text } from '../text.ts';
import { DisplaysTest } from './DisplaysTest.tsx';
import { ChoiceField, faultAt, useSiteForm } from './fields.tsx';
import { fieldOf } from './siteDraft.ts';

const words = text.setup.displays;
const layouts = pictureLayouts.map((value: PictureLayout) => ({ value, label: text.tools.layout[value] }));
const choices = <Value extends string>(labels: Readonly<Record<Value, string>>) => Object.entries<string>(labels).map(([value, label]) => ({ value, label }));

function Kiosk() {
  const { draft, faults, set } = useSiteForm();
  const path = ['display', 'kiosk'];
  return (
    <Checkbox
      label={words.kiosk}
      description={words.kioskHint}
      error={faultAt(faults, path)}
      checked={fieldOf(draft, path) === true}
      onChange={(event) => set(path, event.currentTarget.checked || undefined)}
    />
  );
}

/** Which display shows what, how the pictures are laid out at the start, and a try of it. */
export function DisplaysSection() {
  return (
    <div className="desk-stack">
      <Section title={words.title} hint={words.hint}>
        <div className="desk-row">
          <ChoiceField path={['display', 'layout']} label={words.layout} placeholder={text.tools.layout.even} choices={layouts} />
          <ChoiceField path={['display', 'consoleOn']} label={words.consoleOn} placeholder={words.asBefore} choices={choices(words.consoleOnNames)} />
        </div>
        <div className="desk-row">
          <ChoiceField path={['display', 'picturesLayout']} label={words.picturesLayout} placeholder={text.tools.layout.even} choices={layouts} />
          <ChoiceField path={['display', 'pictures']} label={words.pictures} placeholder={words.asBefore} choices={choices(words.picturesNames)} />
        </div>
        <div className="desk-row">
          <Kiosk />
        </div>
      </Section>
      <DisplaysTest />
    </div>
  );
}
