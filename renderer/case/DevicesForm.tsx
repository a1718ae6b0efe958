import { Autocomplete, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { clockText } from '../app/format.ts';
import { Section } from '../desk/Section.tsx';
import { operate, useConsole } from '../store/consoleStore.ts';
import { useDesk } from '../store/deskStore.ts';
import { mixedAtMs } from '../store/timeline.ts';
import { text } from '../text.ts';

const words = text.case;
type Kind = keyof typeof words.kinds;
const kinds = Object.entries(words.kinds).map(([value, label]) => ({ value, label }));
const empty = { name: '', kind: 'balloon' as Kind, lot: '', serial: '' };

/** Devices with their lots, and the cement with its own when mixing starts. */
export function DevicesForm() {
  const events = useConsole((state) => state.timeline.events);
  const mixed = useConsole((state) => mixedAtMs(state.timeline));
  const known = useDesk((state) => state.site?.site.devices);
  const cements = useDesk((state) => state.site?.site.injector?.cements);
  const [form, setForm] = useState(empty);
  const [cement, setCement] = useState({ product: '', lot: '' });
  const used = events.flatMap(({ source, seq, tMs }) =>
    source.of === 'operator' && source.event.kind === 'device-used' ? [{ seq, tMs, event: source.event }] : [],
  );
  const choose = (name: string) => setForm((before) => ({ ...before, name, kind: known?.find((each) => each.name === name)?.kind ?? before.kind }));
  const add = (submitted: FormEvent) => {
    submitted.preventDefault();
    const { name, kind, lot, serial } = form;
    if (operate({ kind: 'device-used', name, deviceKind: kind, lot, ...(serial && { serial }) })) setForm({ ...empty, kind });
  };
  const mix = (submitted: FormEvent) => {
    submitted.preventDefault();
    operate({ kind: 'cement-mixed', ...(cement.product && { product: cement.product }), ...(cement.lot && { lot: cement.lot }) });
  };
  return (
    <Section title={words.devices}>
      {used.length === 0 ? (
        <p className="quiet">{words.noDevices}</p>
      ) : (
        <ul className="desk-list" data-testid="devices">
          {used.map(({ seq, tMs, event }) => (
            <li key={seq}>
              <span className="quiet">{clockText(tMs)}</span>
              <span className="grow">
                <strong>{event.name}</strong> <span className="quiet">{words.kinds[event.deviceKind]}</span>
              </span>
              <span>
                {words.lot} {event.lot || text.none}
              </span>
              {event.serial && (
                <span>
                  {words.serial} {event.serial}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      <form className="desk-row" onSubmit={add}>
        <Autocomplete
          className="grow"
          label={words.device}
          required
          maxLength={200}
          data={known?.map(({ name }) => name) ?? []}
          value={form.name}
          onChange={choose}
        />
        <Select
          label={words.deviceKind}
          data={kinds}
          value={form.kind}
          allowDeselect={false}
          onChange={(kind) => setForm((before) => ({ ...before, kind: (kind ?? 'other') as Kind }))}
        />
        <TextInput
          label={words.lot}
          required
          maxLength={64}
          value={form.lot}
          onChange={({ currentTarget: { value: lot } }) => setForm((before) => ({ ...before, lot }))}
        />
        <TextInput
          label={words.serial}
          maxLength={64}
          value={form.serial}
          onChange={({ currentTarget: { value: serial } }) => setForm((before) => ({ ...before, serial }))}
        />
        <button type="submit" className="action">
          {words.addDevice}
        </button>
      </form>
      <h3>
        {words.cement} <span className="quiet">{mixed === null ? words.cementHint : words.mixedAt(clockText(mixed))}</span>
      </h3>
      <form className="desk-row" onSubmit={mix}>
        <Autocomplete
          className="grow"
          label={words.cementProduct}
          maxLength={200}
          data={cements?.map(({ name }) => name) ?? []}
          value={cement.product}
          onChange={(product) => setCement((before) => ({ ...before, product }))}
        />
        <TextInput
          label={words.lot}
          maxLength={64}
          value={cement.lot}
          onChange={({ currentTarget: { value: lot } }) => setCement((before) => ({ ...before, lot }))}
        />
        <button type="submit" className="action">
          {words.mixNow}
        </button>
      </form>
    </Section>
  );
}
