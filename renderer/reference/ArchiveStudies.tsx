import { Loader, Select } from '@mantine/core';
import { useState } from 'react';
import type { PriorStudy } from '../../src/link/hospitalLink.ts';
import { Section } from '../desk/Section.tsx';
import { send } from '../store/consoleStore.ts';
import { deskStore, useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';

const words = text.reference;

/** One study that the archive has of the patient: what it is, and what became of fetching it. */
function StudyRow({ study, from }: { readonly study: PriorStudy; readonly from: string }) {
  const uid = study.studyInstanceUid;
  const state = useDesk((desk) => desk.fetchedPriors[uid]);
  const fetchStudy = () => {
    if (send({ kind: 'fetch-prior', study: uid, from }))
      deskStore.setState(({ fetchedPriors }) => ({ fetchedPriors: { ...fetchedPriors, [uid]: 'fetching' } }));
  };
  const images = study.instances === null ? '' : words.images(String(study.instances));
  const isFetching = state === 'fetching';
  return (
    <li data-testid="prior-study" data-state={isFetching ? 'fetching' : !state ? 'there' : state.message === null ? 'fetched' : 'failed'}>
      <span className="grow">
        {[study.date, study.modalities.join(', '), study.description || words.unnamed, images].filter(Boolean).join(' · ')}
        {state && !isFetching && state.message !== null && <span className="bad"> {state.message}</span>}
        {state && !isFetching && state.message === null && <span className="good"> {words.fetched(String(state.files))}</span>}
      </span>
      {isFetching && <Loader size="sm" />}
      <button type="button" className="action" disabled={isFetching} onClick={fetchStudy}>
        {isFetching ? words.fetching : state && state.message === null ? words.fetchAgain : words.fetch}
      </button>
    </li>
  );
}

/** Other studies of the patient: asked of an archive, fetched into the folder of prior images. */
export function ArchiveStudies() {
  const archives = useDesk((state) => state.site?.site.hospital?.archives) ?? [];
  const priors = useDesk((state) => state.priors);
  const [chosen, setChosen] = useState<string | null>(null);
  const names = archives.map(({ name }) => name);
  const from = chosen !== null && names.includes(chosen) ? chosen : names[0];
  if (from === undefined) return null;
  const ask = () => {
    if (send({ kind: 'list-priors', from })) deskStore.setState({ priors: 'asking' });
  };
  const choose = (name: string | null) => {
    setChosen(name);
    deskStore.setState({ priors: null });
  };
  const isAsking = priors === 'asking';
  const studies = priors === null || isAsking ? [] : priors.studies;
  return (
    <Section title={words.archive}>
      <div className="desk-row">
        {names.length > 1 && <Select label={text.send.archive} data={names} value={from} allowDeselect={false} onChange={choose} />}
        <button type="button" className="action" disabled={isAsking} onClick={ask}>
          {words.askArchive}
        </button>
      </div>
      {isAsking && (
        <p className="records-empty" role="status">
          <Loader size="sm" /> {words.asking(from)}
        </p>
      )}
      {priors !== null && !isAsking && priors.message !== null && (
        <p className="bad" role="alert">
          {priors.message}
        </p>
      )}
      {priors !== null && !isAsking && priors.message === null && studies.length === 0 && <p>{words.noStudies}</p>}
      <ul className="desk-list">
        {studies.map((study) => (
          <StudyRow key={study.studyInstanceUid} study={study} from={from} />
        ))}
      </ul>
    </Section>
  );
}
