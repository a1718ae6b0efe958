import { Table, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { PortProbeInfo } from '../../src/link/desk.ts';
import { Section } from '../desk/Section.tsx';
import { send } from '../store/consoleStore.ts';
import { deskStore, useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';
import { useSiteForm } from './fields.tsx';

const words = text.setup;

function probe(path: string): void {
  if (send({ kind: 'probe-port', path })) deskStore.setState(({ probes }) => ({ probes: { ...probes, [path]: 'probing' } }));
}

function ProbeResult({ result }: { readonly result: PortProbeInfo }) {
  const { set } = useSiteForm();
  const { path, driver, baud, identity, reading, bytesHeard, latestBytes, listening, message } = result;
  if (message !== null) return <span className="bad">{message}</span>;
  if (driver === null && listening)
    return (
      <span>
        {words.probing} {bytesHeard > 0 && <code className="bytes">{latestBytes}</code>}
      </span>
    );
  if (driver === null)
    return (
      <span className="bad">
        {bytesHeard === 0 ? words.silent : words.notUnderstood(String(bytesHeard))}
        {bytesHeard > 0 && <code className="bytes">{latestBytes}</code>}
      </span>
    );
  const values = reading ? [reading.pressureKpa !== null && `${reading.pressureKpa} kPa`, reading.volumeMl !== null && `${reading.volumeMl} mL`] : [];
  return (
    <>
      <span>
        <strong className="good">{words.heard(driver, String(baud))}</strong> {[identity, ...values].filter(Boolean).join(' · ')}
        <code className="bytes" title={words.latestBytes}>
          {latestBytes}
        </code>
      </span>
      <button type="button" className="action" onClick={() => set(['sources', 'injector'], `serial:${path}?driver=${driver}&baud=${baud}`)}>
        {words.use}
      </button>
    </>
  );
}

/** Serial ports of this machine, and which driver understands what is connected to them. */
export function PortsSection() {
  const ports = useDesk((state) => state.ports);
  const probes = useDesk((state) => state.probes);
  const [byHand, setByHand] = useState('');
  useEffect(() => void send({ kind: 'list-ports' }), []);
  const listed = ports?.ports ?? [];
  const named = Object.keys(probes).filter((path) => !listed.some((port) => port.path === path));
  const rows = [...listed, ...named.map((path) => ({ path, manufacturer: null, serialNumber: null, usb: null }))];
  return (
    <Section title={words.sections.ports} hint={words.portsHint}>
      {ports?.message != null && <p className="bad">{ports.message}</p>}
      {ports && rows.length === 0 && <p>{words.noPorts}</p>}
      {rows.length > 0 && (
        <div className="desk-table-host">
          <Table fz="inherit" verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                {[words.port, words.maker, words.serialNumber, words.usb, words.probe].map((heading) => (
                  <Table.Th key={heading}>{heading}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ path, manufacturer, serialNumber, usb }) => {
                const result = probes[path];
                return (
                  <Table.Tr key={path}>
                    <Table.Td>{path}</Table.Td>
                    <Table.Td>{manufacturer ?? text.none}</Table.Td>
                    <Table.Td>{serialNumber ?? text.none}</Table.Td>
                    <Table.Td>{usb ?? text.none}</Table.Td>
                    <Table.Td>
                      <div className="desk-row" role="status" data-testid={`probe-${path}`}>
                        <button
                          type="button"
                          className="action"
                          disabled={result === 'probing' || result?.listening === true}
                          onClick={() => probe(path)}
                          aria-label={`${words.probe} ${path}`}
                        >
                          {words.probe}
                        </button>
                        {result === 'probing' && words.probing}
                        {result && result !== 'probing' && <ProbeResult result={result} />}
                      </div>
                    </Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <form
        className="desk-row"
        onSubmit={(event) => {
          event.preventDefault();
          if (byHand) probe(byHand);
        }}
      >
        <TextInput
          className="grow"
          label={words.portByHand}
          placeholder="/dev/ttyUSB0"
          maxLength={255}
          value={byHand}
          onChange={(event) => setByHand(event.currentTarget.value)}
        />
        <button type="submit" className="action" disabled={!byHand}>
          {words.probe}
        </button>
        <button type="button" className="action" onClick={() => send({ kind: 'list-ports' })}>
          {words.listPorts}
        </button>
      </form>
    </Section>
  );
}
