import { Section } from '../desk/Section.tsx';
import { text } from '../text.ts';
import { ChoiceField, NumberField, TextField, useSiteForm } from './fields.tsx';
import { RemoveItem, useList } from './list.tsx';
import type { FieldPath } from './siteDraft.ts';

const words = text.setup;
const kinds = Object.entries(text.case.kinds).map(([value, label]) => ({ value, label }));

const newCement = { name: '', opensAfterMin: 4, closesAfterMin: 9, setsAfterMin: 12, atTemperatureC: 21 };

function Cements() {
  const { faults, set } = useSiteForm();
  const path: FieldPath = ['injector', 'cements'];
  const cements = useList(path);
  return (
    <Section title={words.cements} hint={words.cementsHint}>
      {cements.map((_, index) => {
        const at = [...path, index];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a cement that is being named has nothing else to tell it by
          <div key={index}>
            <div className="desk-row">
              <TextField className="grow" path={[...at, 'name']} label={words.cementName} />
              <NumberField path={[...at, 'opensAfterMin']} label={words.opens} />
              <NumberField path={[...at, 'closesAfterMin']} label={words.closes} />
              <NumberField path={[...at, 'setsAfterMin']} label={words.sets} />
              <NumberField path={[...at, 'atTemperatureC']} label={words.atTemperature} />
              <RemoveItem path={at} n={index + 1} />
            </div>
            {faults.has(at.join('.')) && <p className="bad">{faults.get(at.join('.'))}</p>}
          </div>
        );
      })}
      <div className="desk-row">
        <button type="button" className="action" onClick={() => set([...path, cements.length], newCement)}>
          {words.addCement}
        </button>
        <NumberField path={['injector', 'roomTemperatureC']} label={words.roomTemperature} />
      </div>
    </Section>
  );
}

function Devices() {
  const { set } = useSiteForm();
  const path: FieldPath = ['devices'];
  const devices = useList(path);
  return (
    <Section title={words.devices} hint={words.devicesHint}>
      {devices.map((_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a device that is being named has nothing else to tell it by
        <div className="desk-row" key={index}>
          <TextField className="grow" path={[...path, index, 'name']} label={words.deviceName} />
          <ChoiceField path={[...path, index, 'kind']} label={words.deviceKind} choices={kinds} />
          <RemoveItem path={[...path, index]} n={index + 1} />
        </div>
      ))}
      <div className="desk-row">
        <button type="button" className="action" onClick={() => set([...path, devices.length], { name: '', kind: 'balloon' })}>
          {words.addDevice}
        </button>
      </div>
    </Section>
  );
}

/** What the site uses: cements with their times, and devices to be picked when lots are entered. */
export function ProductsSection() {
  return (
    <div className="desk-stack">
      <Cements />
      <Devices />
    </div>
  );
}
