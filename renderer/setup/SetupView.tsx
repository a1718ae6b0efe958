import { Tabs } from '@mantine/core';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { SiteState } from '../../src/link/desk.ts';
import { Confirm } from '../desk/Confirm.tsx';
import { send } from '../store/consoleStore.ts';
import { useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';
import { ChecklistsSection, LimitsSection, StationSection } from './CareSections.tsx';
import { DisplaysSection } from './DisplaysSection.tsx';
import { FileSection } from './FileSection.tsx';
import { SiteFormContext } from './fields.tsx';
import { HospitalSection } from './HospitalSection.tsx';
import { LineSection } from './LineSection.tsx';
import { PortsSection } from './PortsSection.tsx';
import { ProductsSection } from './ProductsSection.tsx';
import { ShortcutsSection } from './ShortcutsSection.tsx';
import { SourcesSection } from './SourcesSection.tsx';
import { checkedSite, isSameSite, withField } from './siteDraft.ts';

const words = text.setup;
type SectionName = keyof typeof words.sections;

/** Faults of the file by the section that can correct them. */
function sectionOf(place: string): SectionName {
  const [first, second] = place.split('.');
  if (first === 'sources') return 'sources';
  if (first === 'hospital') return 'hospital';
  if (first === 'limits') return 'limits';
  if (first === 'injector' && second === 'line') return 'ports';
  if (first === 'devices' || first === 'injector') return 'products';
  if (first === 'checklists') return 'checklists';
  if (first === 'shortcuts') return 'shortcuts';
  if (first === 'display') return second === 'pressureUnit' ? 'station' : 'displays';
  return first === 'name' || first === 'recordsFolder' || first === 'priorImagesFolder' ? 'station' : 'file';
}

const sections: Readonly<Record<SectionName, ReactNode>> = {
  sources: <SourcesSection />,
  ports: (
    <div className="desk-stack">
      <PortsSection />
      <LineSection />
    </div>
  ),
  hospital: <HospitalSection />,
  limits: <LimitsSection />,
  products: <ProductsSection />,
  checklists: <ChecklistsSection />,
  shortcuts: <ShortcutsSection />,
  displays: <DisplaysSection />,
  station: <StationSection />,
  file: <FileSection />,
};
const sectionNames = Object.keys(sections) as SectionName[];

function Editor({ state }: { readonly state: SiteState }) {
  const [draft, setDraft] = useState<unknown>(state.site);
  const [section, setSection] = useState<SectionName>('sources');
  const [isAsking, setIsAsking] = useState(false);
  const isRunning = useDesk(({ workplace }) => workplace?.state === 'running');
  // Told again when a lost link is back: what was typed meanwhile stays unless the file is another one.
  const told = useRef(state.site);
  useEffect(() => {
    if (!isSameSite(state.site, told.current)) setDraft(state.site);
    told.current = state.site;
  }, [state.site]);
  const checked = useMemo(() => checkedSite(draft), [draft]);
  const isChanged = !isSameSite(draft, state.site);
  const faults = checked.ok ? new Map<string, string>() : checked.faults;
  const faultySections = new Set([...faults.keys()].map(sectionOf));
  const save = (begin: boolean): boolean => checked.ok && send({ kind: 'save-site', site: checked.site, begin });
  const restart = () => {
    setIsAsking(false);
    save(true);
  };
  const form = { draft, faults, set: (path: readonly (string | number)[], value: unknown) => setDraft((before: unknown) => withField(before, path, value)) };
  return (
    <main className="desk setup" data-testid="setup">
      <div className="desk-head">
        <h1>{words.title}</h1>
        <span className="quiet">{state.isSaved ? words.file(state.file) : words.notSaved}</span>
        <span className="spacer" />
        <span role="status" className={faults.size > 0 ? 'bad' : 'quiet'}>
          {faults.size > 0 ? words.faults(String(faults.size)) : isChanged ? words.changed : words.unchanged}
        </span>
        <button type="button" className="action" disabled={!isChanged} onClick={() => setDraft(state.site)}>
          {words.discard}
        </button>
        <button type="button" className="action" disabled={!checked.ok} onClick={() => (isRunning ? setIsAsking(true) : restart())}>
          {words.restart}
        </button>
        <button type="button" className="action action-primary" disabled={!checked.ok || !isChanged} onClick={() => save(false)}>
          {words.save}
        </button>
      </div>
      {isRunning && <p className="quiet">{words.nextProcedure}</p>}
      <SiteFormContext value={form}>
        <Tabs
          className="setup-tabs"
          orientation="vertical"
          value={section}
          onChange={(next) => setSection((next ?? 'sources') as SectionName)}
          keepMounted={false}
        >
          <Tabs.List aria-label={words.title}>
            {sectionNames.map((name) => (
              <Tabs.Tab key={name} value={name} className={faultySections.has(name) ? 'bad' : undefined}>
                {words.sections[name]}
                {faultySections.has(name) && ' !'}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {sectionNames.map((name) => (
            <Tabs.Panel key={name} value={name}>
              {sections[name]}
            </Tabs.Panel>
          ))}
        </Tabs>
      </SiteFormContext>
      <Confirm
        opened={isAsking}
        title={words.restart}
        question={words.confirmRestart}
        yes={words.confirmRestartNow}
        no={text.case.keepRunning}
        onYes={restart}
        onNo={() => setIsAsking(false)}
      />
    </main>
  );
}

/** The site configuration as forms, checked by the schema of its file. */
export function SetupView() {
  const state = useDesk(({ site }) => site);
  if (!state) return <main className="desk">{words.loading}</main>;
  return <Editor state={state} />;
}
