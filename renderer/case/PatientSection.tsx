import { Loader, SegmentedControl, Table, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { emergencyPatient } from '../../src/procedure/patient.ts';
import type { WorklistItem } from '../../src/procedure/worklistItem.ts';
import { personName, timeOfDay } from '../app/format.ts';
import { Section } from '../desk/Section.tsx';
import { operate, send, useConsole } from '../store/consoleStore.ts';
import { deskStore, useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';

const words = text.case;

/** Ingest sequence of the last patient event: what another identity corrects. */
function useLastPatientSeq(): number | null {
  const events = useConsole((state) => state.timeline.events);
  return events.findLast(({ source }) => source.of === 'operator' && source.event.kind === 'patient')?.seq ?? null;
}

export function PatientSection() {
  const patient = useConsole((state) => state.timeline.patient);
  const startedAtEpochMs = useConsole((state) => state.session?.startedAtEpochMs ?? 0);
  const hasWorklist = useDesk((state) => state.site?.site.hospital?.worklist !== undefined);
  const corrects = useLastPatientSeq();
  const [isByHand, setIsByHand] = useState(false);
  return (
    <Section title={words.patient}>
      {patient ? (
        <p data-testid="patient">
          <strong>{personName(patient.name)}</strong>{' '}
          <span className="quiet">{[patient.birthDate && `${words.born} ${patient.birthDate}`, patient.sex, patient.id].filter(Boolean).join(' · ')}</span>
          {patient.order && (
            <span className="quiet">
              {' · '}
              {words.order} {patient.order.accessionNumber} {patient.order.requestedProcedureDescription}
            </span>
          )}
          {patient.emergency && <span className="bad"> {words.isEmergency}</span>}
        </p>
      ) : (
        <p>{words.noPatient}</p>
      )}
      {hasWorklist && <Worklist corrects={corrects} />}
      <div className="desk-row">
        {!patient && (
          <button type="button" className="action" onClick={() => operate({ kind: 'patient', ...emergencyPatient(startedAtEpochMs) })}>
            {words.emergency}
          </button>
        )}
        <button type="button" className="action" aria-expanded={isByHand} onClick={() => setIsByHand(!isByHand)}>
          {words.byHand}
        </button>
      </div>
      {isByHand && <ByHand corrects={corrects} onDone={() => setIsByHand(false)} />}
    </Section>
  );
}

function askWorklist(): void {
  if (send({ kind: 'list-worklist' })) deskStore.setState({ worklist: 'asking' });
}

function Worklist({ corrects }: { readonly corrects: number | null }) {
  const worklist = useDesk((state) => state.worklist);
  const linkUp = useConsole((state) => state.linkUp);
  // Also when the link was lost while the worklist was being asked.
  useEffect(() => {
    if (linkUp && worklist === null) askWorklist();
  }, [linkUp, worklist]);
  if (worklist === 'asking' || worklist === null)
    return (
      <p className="records-empty">
        <Loader size="sm" /> {words.askingWorklist}
      </p>
    );
  return (
    <>
      <h3>
        {words.worklist} <span className="quiet">{words.askedAt(timeOfDay(worklist.askedAtEpochMs, false))}</span>
      </h3>
      {worklist.message !== null ? (
        <p className="bad" role="alert">
          {worklist.message}
        </p>
      ) : worklist.items.length === 0 ? (
        <p>{words.noWorklistItems}</p>
      ) : (
        <section className="desk-table-host" aria-label={words.worklist}>
          <Table fz="inherit" verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.time}</Table.Th>
                <Table.Th>{words.name}</Table.Th>
                <Table.Th>{words.id}</Table.Th>
                <Table.Th>{words.procedureColumn}</Table.Th>
                <Table.Th>{words.accession}</Table.Th>
                <Table.Th>
                  <span className="visually-hidden">{words.pick}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {worklist.items.map((item) => (
                <ItemRow key={item.key} item={item} corrects={corrects} />
              ))}
            </Table.Tbody>
          </Table>
        </section>
      )}
      <div className="desk-row">
        <button type="button" className="action" onClick={askWorklist}>
          {words.askWorklist}
        </button>
      </div>
    </>
  );
}

function ItemRow({ item, corrects }: { readonly item: WorklistItem; readonly corrects: number | null }) {
  const { patient } = item;
  const verb = corrects === null ? words.pick : words.attach;
  const pick = () => send({ kind: 'assign-patient', item: item.key, ...(corrects !== null && { corrects }) });
  return (
    <Table.Tr>
      <Table.Td>{item.scheduledAt?.slice(11) || item.scheduledAt || text.none}</Table.Td>
      <Table.Td>
        <strong>{personName(patient.name)}</strong>
        <div className="quiet">{[patient.birthDate, patient.sex].filter(Boolean).join(' · ')}</div>
      </Table.Td>
      <Table.Td>{patient.id}</Table.Td>
      <Table.Td>{patient.order.scheduledStepDescription || patient.order.requestedProcedureDescription}</Table.Td>
      <Table.Td>{patient.order.accessionNumber}</Table.Td>
      <Table.Td>
        <button type="button" className="action" onClick={pick} aria-label={`${verb} ${personName(patient.name)}`}>
          {verb}
        </button>
      </Table.Td>
    </Table.Tr>
  );
}

function ByHand({ corrects, onDone }: { readonly corrects: number | null; readonly onDone: () => void }) {
  const [form, setForm] = useState({ family: '', given: '', id: '', birthDate: '', sex: 'unknown' });
  const field = (key: 'family' | 'given' | 'id' | 'birthDate') => ({
    value: form[key],
    maxLength: 64,
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setForm((before) => ({ ...before, [key]: value }));
    },
  });
  const save = (event: FormEvent) => {
    event.preventDefault();
    const { family, given, id, birthDate, sex } = form;
    const name = given ? `${family}^${given}` : family;
    if (operate({ kind: 'patient', name, id, ...(sex !== 'unknown' && { sex }), ...(birthDate && { birthDate }), ...(corrects !== null && { corrects }) }))
      onDone();
  };
  return (
    <form onSubmit={save}>
      <div className="desk-row">
        <TextInput className="grow" label={words.familyName} required {...field('family')} />
        <TextInput className="grow" label={words.givenName} {...field('given')} />
        <TextInput className="grow" label={words.id} required {...field('id')} />
      </div>
      <div className="desk-row">
        <TextInput label={words.birthDate} pattern="\d{4}-\d{2}-\d{2}" {...field('birthDate')} />
        <SegmentedControl
          aria-label={words.sex}
          transitionDuration={0}
          data={(['unknown', 'F', 'M', 'O'] as const).map((value) => ({ value, label: words.sexes[value] }))}
          value={form.sex}
          onChange={(sex) => setForm((before) => ({ ...before, sex }))}
        />
        <button type="submit" className="action action-primary">
          {words.saveByHand}
        </button>
      </div>
    </form>
  );
}
