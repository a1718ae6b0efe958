import type { WorkplaceState } from '../../src/link/desk.ts';
import { Section } from '../desk/Section.tsx';
import { send, showView } from '../store/consoleStore.ts';
import { text } from '../text.ts';

const words = text.case;

/** Between procedures: what the next one reads, and how it begins. */
export function BeginPanel({ workplace }: { readonly workplace: WorkplaceState }) {
  const { framesA, framesB, injector } = workplace.nextSources;
  const begin = (practice: boolean) => send({ kind: 'begin-session', practice });
  const isBusy = workplace.state === 'beginning';
  return (
    <Section title={workplace.state === 'ended' ? words.beginNext : words.begin}>
      <p className="quiet desk-hint">{words.reads}</p>
      <dl className="facts">
        <dt>{words.planeA}</dt>
        <dd>{framesA ?? words.nothing}</dd>
        <dt>{words.planeB}</dt>
        <dd>{framesB ?? words.nothing}</dd>
        <dt>{words.injector}</dt>
        <dd>{injector ?? words.nothing}</dd>
      </dl>
      <div className="desk-row desk-actions">
        <button type="button" className="action action-primary" disabled={isBusy} onClick={() => begin(false)}>
          {workplace.state === 'ended' ? words.beginNext : words.begin}
        </button>
        <button type="button" className="action" disabled={isBusy} onClick={() => begin(true)}>
          {words.practice}
        </button>
        <button type="button" className="action" onClick={() => showView('setup')}>
          {words.toSetup}
        </button>
      </div>
    </Section>
  );
}
