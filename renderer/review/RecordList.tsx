import { Loader, Table, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { RecordListItem } from '../../src/link/link.ts';
import { bytesText, clockText, dateText } from '../app/format.ts';
import { send, useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { matchingRecords } from './recordSearch.ts';

const words = text.review;

function Row({ item }: { readonly item: RecordListItem }) {
  return (
    <Table.Tr data-testid={`record-${item.name}`}>
      <Table.Td>
        <strong>{item.name}</strong>
      </Table.Td>
      <Table.Td>{dateText(item.startedAtEpochMs)}</Table.Td>
      <Table.Td>{clockText(item.durationMs)}</Table.Td>
      <Table.Td>{item.procedure}</Table.Td>
      <Table.Td>{item.simulated ? words.simulated : words.real}</Table.Td>
      <Table.Td>{item.closed ? words.closed : <span className="warn">{words.notClosed}</span>}</Table.Td>
      <Table.Td>{bytesText(item.bytes)}</Table.Td>
      <Table.Td>
        <button type="button" className="action" onClick={() => openRecord(item.name)} aria-label={`${words.open} ${item.name}`}>
          {words.open}
        </button>
      </Table.Td>
    </Table.Tr>
  );
}

const openRecord = (record: string): boolean => send({ kind: 'open-review', record });

const headings = [words.name, words.started, words.duration, words.procedure, words.input, words.state, words.size];

/** Every record of the records folder, newest first. */
export function RecordList() {
  const records = useConsole((state) => state.records);
  const [search, setSearch] = useState('');
  const shown = records ? matchingRecords(records, search) : [];
  return (
    <main className="records">
      <div className="records-head">
        <h1>{words.title}</h1>
        <TextInput
          aria-label={words.search}
          placeholder={words.search}
          leftSection={<IconSearch size="1.1rem" aria-hidden="true" />}
          size="md"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      </div>
      {records === null ? (
        <p className="records-empty">
          <Loader size="sm" /> {words.loading}
        </p>
      ) : records.length === 0 ? (
        <p className="records-empty">{words.empty}</p>
      ) : shown.length === 0 ? (
        <p className="records-empty">{words.noMatch}</p>
      ) : (
        <section className="records-table" aria-label={words.title}>
          <Table verticalSpacing="xs" stickyHeader fz="inherit">
            <Table.Thead>
              <Table.Tr>
                {headings.map((heading) => (
                  <Table.Th key={heading}>{heading}</Table.Th>
                ))}
                <Table.Th>
                  <span className="visually-hidden">{words.open}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((item) => (
                <Row key={item.name} item={item} />
              ))}
            </Table.Tbody>
          </Table>
        </section>
      )}
    </main>
  );
}
