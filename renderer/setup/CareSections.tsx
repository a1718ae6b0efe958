import { Textarea } from '@mantine/core';
import { defaultLimits } from '../../src/alarm/limits.ts';
import { pressureFromKpa } from '../../src/base/units.ts';
import { stageSchema } from '../../src/procedure/operatorEvent.ts';
import { fixed, pressureText } from '../app/format.ts';
import { Section } from '../desk/Section.tsx';
import { useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { ChoiceField, faultAt, NumberField, TextField, useSiteForm } from './fields.tsx';
import { type FieldPath, fieldOf } from './siteDraft.ts';

const words = text.setup;

export function LimitsSection() {
  const unit = useConsole((state) => state.pressureUnit);
  const perKpa = pressureFromKpa(1, unit);
  const default_ = (value: string) => words.programDefault(value);
  return (
    <Section title={words.sections.limits} hint={words.limitsHint}>
      <div className="desk-row">
        <NumberField
          path={['limits', 'pressureKpa']}
          label={`${words.pressureLimit}, ${unit}`}
          hint={default_(`${pressureText(defaultLimits.pressureKpa, unit)} ${unit}`)}
          toFile={(shown) => Math.round((shown / perKpa) * 1000) / 1000}
          fromFile={(kept) => pressureFromKpa(kept, unit)}
        />
        <NumberField path={['limits', 'balloonVolumeMl']} label={words.balloonLimit} hint={default_(`${fixed(defaultLimits.balloonVolumeMl, 1)} mL`)} />
        <NumberField path={['limits', 'cementVolumeMl']} label={words.cementLimit} hint={default_(`${fixed(defaultLimits.cementVolumeMl, 1)} mL`)} />
      </div>
    </Section>
  );
}

function Checklist({ stage }: { readonly stage: keyof typeof text.stage }) {
  const { draft, faults, set } = useSiteForm();
  const path: FieldPath = ['checklists', stage];
  const items = fieldOf(draft, path);
  return (
    <Textarea
      label={text.stage[stage]}
      rows={4}
      value={Array.isArray(items) ? items.join('\n') : ''}
      error={faultAt(faults, path)}
      onChange={(event) => set(path, event.currentTarget.value === '' ? undefined : event.currentTarget.value.split('\n'))}
    />
  );
}

export function ChecklistsSection() {
  return (
    <Section title={words.sections.checklists} hint={words.checklistsHint}>
      <div className="desk-stack checklists">
        {stageSchema.options.map((stage) => (
          <Checklist key={stage} stage={stage} />
        ))}
      </div>
    </Section>
  );
}

export function StationSection() {
  return (
    <Section title={words.sections.station}>
      <div className="desk-stack">
        <TextField path={['name']} label={words.siteName} />
        <ChoiceField
          path={['display', 'pressureUnit']}
          label={words.pressureUnit}
          choices={['psi', 'atm', 'bar', 'kPa'].map((value) => ({ value, label: value }))}
        />
        <TextField path={['recordsFolder']} label={words.recordsFolder} hint={words.recordsFolderHint} />
        <TextField path={['priorImagesFolder']} label={words.priorImages} />
      </div>
    </Section>
  );
}
