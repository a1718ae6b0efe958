import { Loader, Select, Table, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { RecordListItem } from '../../src/link/link.ts';
import { useAccess } from '../access/accessStore.ts';
import { bytesText, clockText, dateText, personName } from '../app/format.ts';
import { JobRow } from '../desk/ExportPanel.tsx';
import { openRecord, send, useConsole } from '../store/consoleStore.ts';
import { useDesk } from '../store/deskStore.ts';
import { conditionText, text } from '../text.ts';
import { emptySearch, matchingRecords, queryOf, type RecordSearch } from './recordSearch.ts';

const words = text.review;
/** Typing settles before the bridge is asked. */
const askAfterMs = 250;

function Alarms({ alarms }: Pick<RecordListItem, 'alarms'>) {
  if (alarms.length === 0) return <span className="quiet">{text.none}</span>;
  const [first, ...others] = [...alarms].sort((p, q) => text.alarms.priority[q.priority].length - text.alarms.priority[p.priority].length);
  if (!first) return null;
  return (
    <span title={alarms.map(({ condition, count }) => `${conditionText(condition)} ${count}×`).join(', ')}>
      {text.alarms.priority[first.priority]} {conditionText(first.condition)}
      {others.length > 0 && <span className="quiet"> {text.alarms.more(others.length)}</span>}
    </span>
  );
}

interface RowProps {
  readonly item: RecordListItem;
  readonly verb: string;
  readonly onChoose: (record: string) => void;
}

function Row({ item, verb, onChoose }: RowProps) {
  return (
    <Table.Tr data-testid={`record-${item.name}`}>
      <Table.Td>
        <strong>{item.patient ? personName(item.patient.name) : words.nobody}</strong>
        <div className="quiet">{[item.patient?.id, item.name].filter(Boolean).join(' · ')}</div>
      </Table.Td>
      <Table.Td>{dateText(item.startedAtEpochMs)}</Table.Td>
      <Table.Td>{clockText(item.durationMs)}</Table.Td>
      <Table.Td>
        {item.procedure} <b>{item.level}</b>
      </Table.Td>
      <Table.Td>
        <Alarms alarms={item.alarms} />
      </Table.Td>
      <Table.Td>
        {item.simulated ? words.simulated : words.real} · {item.closed ? words.closed : <span className="warn">{words.notClosed}</span>}
      </Table.Td>
      <Table.Td>{bytesText(item.bytes)}</Table.Td>
      <Table.Td>
        <button type="button" className="action" onClick={() => onChoose(item.name)} aria-label={`${verb} ${item.name}`}>
          {verb}
        </button>
      </Table.Td>
    </Table.Tr>
  );
}

const headings = [words.name, words.started, words.duration, words.procedure, words.alarms, words.state, words.size];

function SearchFields({
  search,
  onSearch,
  conditions,
}: {
  readonly search: RecordSearch;
  readonly onSearch: (search: RecordSearch) => void;
  readonly conditions: readonly string[];
}) {
  const field = (key: 'words' | 'patient' | 'level' | 'from' | 'until') => ({
    size: 'md' as const,
    value: search[key],
    maxLength: 200,
    onChange: (event: { currentTarget: { value: string } }) => onSearch({ ...search, [key]: event.currentTarget.value }),
  });
  return (
    <search className="desk-row">
      <TextInput className="grow" label={words.search} leftSection={<IconSearch size="1.1rem" aria-hidden="true" />} {...field('words')} />
      <TextInput className="grow" label={words.patient} {...field('patient')} />
      <TextInput className="record-level" label={words.level} {...field('level')} />
      <TextInput type="date" label={words.from} {...field('from')} />
      <TextInput type="date" label={words.until} {...field('until')} />
      <Select
        size="md"
        label={words.alarm}
        clearable
        data={[{ value: 'any', label: words.anyAlarm }, ...conditions.map((value) => ({ value, label: conditionText(value) }))]}
        value={search.alarm}
        onChange={(alarm) => onSearch({ ...search, alarm })}
      />
    </search>
  );
}

interface TableProps {
  readonly verb: string;
  readonly onChoose: (record: string) => void;
  /** Left out of the list. */
  readonly except?: string;
}

/** Records that fit, newest first, each with one button; with words for no records, no fit, and while the list is read. */
export function RecordTable({ verb, onChoose, except }: TableProps) {
  const records = useConsole((state) => state.records);
  const [search, setSearch] = useState<RecordSearch>(emptySearch);
  const query = queryOf(search);
  const asked = JSON.stringify(query);
  const linkUp = useConsole((state) => state.linkUp);
  const recording = useConsole(({ session, status }) => (status?.ended ? null : (session?.record ?? null)));
  const isLocked = useAccess((state) => state.required && state.user === null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list leaves out what is being recorded, so it is asked for again when that changes
  useEffect(() => {
    // Asked again when a lost link is back, or somebody has signed in.
    if (!linkUp || isLocked) return;
    const timer = setTimeout(() => send({ kind: 'list-records', query: JSON.parse(asked) }), asked === '{}' ? 0 : askAfterMs);
    return () => clearTimeout(timer);
  }, [asked, linkUp, isLocked, recording]);
  const shown = records ? matchingRecords(records, search.words).filter(({ name }) => name !== except) : [];
  const conditions = [...new Set((records ?? []).flatMap(({ alarms }) => alarms.map(({ condition }) => condition)))].sort();
  const isSearching = asked !== '{}' || search.words !== '';
  return (
    <>
      <SearchFields search={search} onSearch={setSearch} conditions={conditions} />
      {records === null ? (
        <p className="records-empty">
          {linkUp && !isLocked && <Loader size="sm" />} {!linkUp ? text.header.linkAdvice : isLocked ? words.locked : words.loading}
        </p>
      ) : shown.length === 0 ? (
        <p className="records-empty">{isSearching ? words.noMatch : words.empty}</p>
      ) : (
        <section className="records-table" aria-label={words.title}>
          <Table verticalSpacing="xs" stickyHeader fz="inherit">
            <Table.Thead>
              <Table.Tr>
                {headings.map((heading) => (
                  <Table.Th key={heading}>{heading}</Table.Th>
                ))}
                <Table.Th>
                  <span className="visually-hidden">{verb}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((item) => (
                <Row key={item.name} item={item} verb={verb} onChoose={onChoose} />
              ))}
            </Table.Tbody>
          </Table>
        </section>
      )}
    </>
  );
}

/** Every record of the records folder, and what is being exported or replayed. */
export function RecordList() {
  const jobs = useDesk((state) => state.jobs);
  return (
    <main className="records">
      <h1>{words.title}</h1>
      <RecordTable verb={words.open} onChoose={openRecord} />
      {jobs.length > 0 && (
        <section className="records-jobs" aria-label={text.exports.jobs}>
          <h2>{text.exports.jobs}</h2>
          <ul className="desk-list">
            {jobs.map((job) => (
              <JobRow key={job.id} job={job} />
            ))}
          </ul>
        </section>
      )}
    </main>
  );
}
