import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { type LeakSite, leakSiteSchema } from '../../src/procedure/operatorEvent.ts';
import { operate } from '../store/consoleStore.ts';
import { leakSiteText, text } from '../text.ts';

interface DialogProps {
  readonly onClose: () => void;
}

/** Dialogs stand low on the left of the numbers: the middle of the pictures and the values stay in view. */
const modalProps = { opened: true, centered: true, overlayProps: { backgroundOpacity: 0.35 }, transitionProps: { duration: 0 }, size: 'lg' } as const;

export function NoteDialog({ onClose }: DialogProps) {
  const [note, setNote] = useState('');
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (note.trim() === '' || operate({ kind: 'note', text: note.trim() })) onClose();
  };
  return (
    <Modal {...modalProps} onClose={onClose} title={text.note.title} closeButtonProps={{ 'aria-label': text.note.cancel }}>
      <form onSubmit={save}>
        <Textarea
          label={text.note.label}
          value={note}
          maxLength={2000}
          minRows={3}
          autosize
          data-autofocus
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" size="md" onClick={onClose}>
            {text.note.cancel}
          </Button>
          <Button type="submit" size="md">
            {text.note.save}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

const sites: readonly LeakSite[] = leakSiteSchema.options;

/** One key more says where; Enter records a leak whose site is not known. */
export function LeakDialog({ onClose }: DialogProps) {
  const record = (site: LeakSite) => {
    if (operate({ kind: 'leak-seen', site })) onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const site = sites[Number(event.key) - 1];
    if (site) record(site);
  };
  return (
    <Modal {...modalProps} onClose={onClose} title={text.leakDialog.title} closeButtonProps={{ 'aria-label': text.note.cancel }}>
      <div className="leak-sites" role="toolbar" aria-label={text.leakDialog.title} onKeyDown={onKeyDown}>
        {sites.map((site, index) => (
          <button type="button" key={site} className="action" data-autofocus={site === 'unknown' ? true : undefined} onClick={() => record(site)}>
            {leakSiteText[site]} <kbd>{index + 1}</kbd>
          </button>
        ))}
      </div>
      <p className="quiet">{text.leakDialog.hint}</p>
    </Modal>
  );
}

export function PatientDialog({ onClose }: DialogProps) {
  const [form, setForm] = useState({ name: '', id: '', birthDate: '', sex: '' });
  const field = (key: keyof typeof form) => ({
    value: form[key],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setForm((before) => ({ ...before, [key]: value }));
    },
  });
  const save = (event: FormEvent) => {
    event.preventDefault();
    const { name, id, birthDate, sex } = form;
    if (operate({ kind: 'patient', name, id, ...(birthDate && { birthDate }), ...(sex && { sex }) })) onClose();
  };
  return (
    <Modal {...modalProps} onClose={onClose} title={text.patient.title} closeButtonProps={{ 'aria-label': text.note.cancel }}>
      <form onSubmit={save}>
        <Stack>
          <TextInput label={text.patient.name} required maxLength={200} data-autofocus {...field('name')} />
          <TextInput label={text.patient.id} required maxLength={64} {...field('id')} />
          <TextInput label={text.patient.birthDate} maxLength={16} {...field('birthDate')} />
          <TextInput label={text.patient.sex} maxLength={8} {...field('sex')} />
        </Stack>
        <Group justify="flex-end" mt="md">
          <Button variant="default" size="md" onClick={onClose}>
            {text.note.cancel}
          </Button>
          <Button type="submit" size="md">
            {text.patient.save}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
