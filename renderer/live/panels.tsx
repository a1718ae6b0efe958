import { Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { leakSiteWords } from '../../src/procedure/leakSiteWords.ts';
import { type LeakSite, leakSiteSchema } from '../../src/procedure/operatorEvent.ts';
import { operate } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { StripPanel } from './StripPanel.tsx';

interface PanelProps {
  readonly onClose: () => void;
}

function SaveOrCancel({ save, onClose }: { readonly save: string; readonly onClose: () => void }) {
  return (
    <div className="panel-buttons">
      <button type="button" className="action" onClick={onClose}>
        {text.note.cancel}
      </button>
      <button type="submit" className="action action-primary">
        {save}
      </button>
    </div>
  );
}

export function NotePanel({ onClose }: PanelProps) {
  const [note, setNote] = useState('');
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (note.trim() === '' || operate({ kind: 'note', text: note.trim() })) onClose();
  };
  return (
    <StripPanel title={text.note.title} onClose={onClose}>
      <form className="panel-form" onSubmit={save}>
        <Textarea
          className="panel-wide"
          aria-label={text.note.label}
          placeholder={text.note.label}
          value={note}
          maxLength={2000}
          rows={3}
          data-autofocus
          onChange={(event) => setNote(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey) save(event);
          }}
        />
        <SaveOrCancel save={text.note.save} onClose={onClose} />
      </form>
    </StripPanel>
  );
}

const sites: readonly LeakSite[] = leakSiteSchema.options;

/** One key more says where; Enter records a leak whose site is not known. */
export function LeakPanel({ onClose }: PanelProps) {
  const record = (site: LeakSite) => {
    if (operate({ kind: 'leak-seen', site })) onClose();
  };
  const onKey = (key: string) => {
    const site = sites[Number(key) - 1];
    if (site) record(site);
  };
  return (
    <StripPanel title={`${text.leakDialog.title} ${text.leakDialog.hint}`} onClose={onClose} onKey={onKey} onEnter={() => record('unknown')}>
      <div className="leak-sites">
        {sites.map((site, index) => (
          <button type="button" key={site} className={site === 'unknown' ? 'action action-primary' : 'action'} onClick={() => record(site)}>
            {leakSiteWords[site]} <kbd>{index + 1}</kbd>
          </button>
        ))}
        <button type="button" className="action" onClick={onClose}>
          {text.note.cancel} <kbd>Esc</kbd>
        </button>
      </div>
    </StripPanel>
  );
}
