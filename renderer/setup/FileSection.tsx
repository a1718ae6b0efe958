import { useRef, useState } from 'react';
import { Section } from '../desk/Section.tsx';
import { notify } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { useSiteForm } from './fields.tsx';
import { checkedSite } from './siteDraft.ts';

const words = text.setup;

/** The text of a chosen file as a site configuration, or why it is none. */
function parseSite(content: string): ReturnType<typeof checkedSite> {
  try {
    return checkedSite(JSON.parse(content));
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, faults: new Map([['', error.message]]) };
    throw error;
  }
}

/** The whole configuration as a file, out and in; what comes in is looked at before it is saved. */
export function FileSection() {
  const { draft, set } = useSiteForm();
  const input = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState<string | null>(null);
  const download = () => {
    const checked = checkedSite(draft);
    if (!checked.ok) return;
    const url = URL.createObjectURL(new Blob([`${JSON.stringify(checked.site, null, 2)}\n`], { type: 'application/json' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'site.json';
    link.click();
    URL.revokeObjectURL(url);
  };
  const read = async (file: File) => {
    const parsed = parseSite(await file.text());
    if (parsed.ok) {
      setFault(null);
      set([], parsed.site);
      notify('done', words.imported);
      return;
    }
    const [place, message] = [...parsed.faults][0] ?? ['', ''];
    setFault(words.importBad([place, message].filter(Boolean).join(': ')));
  };
  return (
    <Section title={words.sections.file} hint={words.fileHint}>
      <div className="desk-row">
        <button type="button" className="action" onClick={download}>
          {words.exportFile}
        </button>
        <button type="button" className="action" onClick={() => input.current?.click()}>
          {words.importFile}
        </button>
        <input
          ref={input}
          className="visually-hidden"
          type="file"
          tabIndex={-1}
          accept="application/json,.json"
          aria-label={words.importFile}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = '';
            if (file) void read(file);
          }}
        />
      </div>
      {fault !== null && (
        <p className="bad" role="alert">
          {fault}
        </p>
      )}
    </Section>
  );
}
