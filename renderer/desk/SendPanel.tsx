import { Progress, Select } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { OutboxJob } from '../../src/link/hospitalLink.ts';
import { send } from '../store/consoleStore.ts';
import { useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';
import { Section } from './Section.tsx';

const words = text.send;

function OutboxRow({ job }: { readonly job: OutboxJob }) {
  const isTrouble = job.state === 'failed' || job.message !== null;
  const isOver = job.state === 'done';
  return (
    <li data-testid="outbox-job" data-state={job.state}>
      <strong>{job.kind === 'performed-step' ? words.performedStep : job.to}</strong>
      <span className={isOver ? 'good' : isTrouble ? 'bad' : 'quiet'}>{words.state[job.state]}</span>
      <Progress
        className="grow"
        value={job.total === 0 ? 0 : (100 * job.done) / job.total}
        transitionDuration={0}
        aria-label={`${job.to}: ${words.count(String(job.done), String(job.total))}`}
      />
      <span className="quiet">{words.count(String(job.done), String(job.total))}</span>
      {job.message !== null && <span className="bad grow">{job.message}</span>}
      {!isOver && (job.state === 'failed' || job.attempts > 1) && (
        <>
          <button type="button" className="action" onClick={() => send({ kind: 'retry-job', job: job.id })}>
            {words.retry}
          </button>
          <button type="button" className="action" onClick={() => send({ kind: 'discard-job', job: job.id })}>
            {words.discard}
          </button>
        </>
      )}
    </li>
  );
}

/** Sends one record to an archive and shows what becomes of it. */
export function SendPanel({ record }: { readonly record: string }) {
  const archives = useDesk((state) => state.site?.site.hospital?.archives) ?? [];
  const outbox = useDesk((state) => state.outbox).filter((job) => job.subject === record);
  const [to, setTo] = useState<string | null>(null);
  const hasArchives = archives.length > 0;
  useEffect(() => {
    if (hasArchives) send({ kind: 'list-outbox' });
  }, [hasArchives]);
  if (!hasArchives)
    return (
      <Section title={words.title}>
        <p className="quiet">{words.noArchive}</p>
      </Section>
    );
  const archive = to ?? archives[0]?.name ?? '';
  return (
    <Section title={words.title}>
      <div className="desk-row">
        <Select className="grow" label={words.archive} data={archives.map(({ name }) => name)} value={archive} allowDeselect={false} onChange={setTo} />
        <button type="button" className="action action-primary" onClick={() => send({ kind: 'send-record', record, to: archive })}>
          {words.now}
        </button>
      </div>
      {outbox.length > 0 && (
        <ul className="desk-list" aria-label={words.outbox}>
          {outbox.map((job) => (
            <OutboxRow key={job.id} job={job} />
          ))}
        </ul>
      )}
    </Section>
  );
}
