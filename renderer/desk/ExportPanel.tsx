import { Checkbox, Progress } from '@mantine/core';
import { useState } from 'react';
import { type ExportKind, exportKindSchema, type Job } from '../../src/link/desk.ts';
import { fixed } from '../app/format.ts';
import { send } from '../store/consoleStore.ts';
import { useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';
import { Section } from './Section.tsx';

const words = text.exports;

/** One job as it stands; a running one can be cancelled. */
export function JobRow({ job }: { readonly job: Job }) {
  const percent = fixed((job.progress ?? 0) * 100, 0);
  const isTrouble = job.state === 'failed';
  return (
    <li data-testid="job" data-state={job.state}>
      <strong>{words.what[job.what]}</strong>
      <span className={isTrouble ? 'bad' : job.state === 'done' ? 'good' : 'quiet'}>{words.state[job.state]}</span>
      {job.state === 'running' ? (
        <>
          <Progress className="grow" value={(job.progress ?? 0) * 100} transitionDuration={0} aria-label={`${words.what[job.what]} ${job.record}`} />
          <span className="quiet">{job.progress === null ? words.starting : words.progress(percent)}</span>
          <button type="button" className="action" onClick={() => send({ kind: 'cancel-job', job: job.id })}>
            {words.cancel}
          </button>
        </>
      ) : (
        <span className="grow quiet">{job.message}</span>
      )}
    </li>
  );
}

/** Exports of one record: what, whether de-identified, how far. */
export function ExportPanel({ record }: { readonly record: string }) {
  const jobs = useDesk((state) => state.jobs).filter((job) => job.record === record);
  const [kinds, setKinds] = useState<readonly ExportKind[]>(['dicom', 'report']);
  const [deidentify, setDeidentify] = useState(false);
  const toggle = (kind: ExportKind) => setKinds((before) => (before.includes(kind) ? before.filter((each) => each !== kind) : [...before, kind]));
  return (
    <Section title={words.title}>
      <div className="desk-row export-kinds">
        {exportKindSchema.options.map((kind) => (
          <Checkbox key={kind} label={words.kinds[kind]} checked={kinds.includes(kind)} onChange={() => toggle(kind)} />
        ))}
        <Checkbox label={words.deidentify} checked={deidentify} onChange={() => setDeidentify(!deidentify)} />
      </div>
      <div className="desk-row desk-actions">
        <button
          type="button"
          className="action"
          disabled={kinds.length === 0}
          onClick={() => send({ kind: 'export-record', record, kinds: [...kinds], deidentify })}
        >
          {words.now}
        </button>
      </div>
      {jobs.length > 0 && (
        <ul className="desk-list" aria-label={words.jobs}>
          {jobs.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      )}
    </Section>
  );
}
