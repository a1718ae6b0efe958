import { Checkbox } from '@mantine/core';
import { text } from '../text.ts';
import { faultAt, NumberField, TextField, useSiteForm } from './fields.tsx';
import { type FieldPath, fieldOf } from './siteDraft.ts';

const words = text.setup;

/** In the clear or by TLS; files that a peer has of its own in the site file are kept while this is ticked. */
function TlsBox({ path }: { readonly path: FieldPath }) {
  const { draft, faults, set } = useSiteForm();
  const at = [...path, 'tls'];
  return (
    <Checkbox
      className="in-row"
      label={words.tls}
      error={faultAt(faults, at)}
      checked={fieldOf(draft, at) !== undefined}
      onChange={(event) => set(at, event.currentTarget.checked || undefined)}
    />
  );
}

/** A DICOM application elsewhere. */
export function PeerFields({ path }: { readonly path: FieldPath }) {
  return (
    <>
      <TextField className="grow" path={[...path, 'host']} label={words.host} />
      <NumberField path={[...path, 'port']} label={words.peerPort} decimals={0} />
      <TextField path={[...path, 'ae']} label={words.ae} />
      <TlsBox path={path} />
    </>
  );
}

/** Authorities, our certificate and its key, as files. */
export function CertificateFields({ path, placeholder }: { readonly path: FieldPath; readonly placeholder?: string }) {
  return (
    <>
      {(['ca', 'cert', 'key'] as const).map((part) => (
        <TextField
          key={part}
          className="grow"
          path={[...path, part]}
          label={{ ca: words.tlsCa, cert: words.tlsCert, key: words.tlsKey }[part]}
          {...(placeholder !== undefined && { placeholder })}
        />
      ))}
    </>
  );
}
