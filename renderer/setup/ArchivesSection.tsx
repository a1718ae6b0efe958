import { Select } from '@mantine/core';
import { Section } from '../desk/Section.tsx';
import { text } from '../text.ts';
import { faultAt, TextField, useSiteForm } from './fields.tsx';
import { HospitalAnswer, HospitalTestButton } from './HospitalTest.tsx';
import { RemoveItem, useList } from './list.tsx';
import { CertificateFields, PeerFields } from './PeerFields.tsx';
import { type FieldPath, fieldOf, pruned } from './siteDraft.ts';

const words = text.setup;

type Commitment = keyof typeof words.commitmentBy;
const commitments = Object.entries<string>(words.commitmentBy).map(([value, label]) => ({ value, label }));

/** Who commits to what was stored: the archive itself, another application, nobody. */
function CommitmentFields({ path }: { readonly path: FieldPath }) {
  const { draft, faults, set } = useSiteForm();
  const at = [...path, 'commitment'];
  const value = fieldOf(draft, at);
  const by: Commitment = value === undefined ? 'itself' : value === 'none' ? 'none' : 'other';
  const choose = (next: string | null) => set(at, next === 'none' ? 'none' : next === 'other' ? { port: 104 } : undefined);
  return (
    <div className="desk-row">
      <Select label={words.commitment} data={commitments} allowDeselect={false} value={by} error={faultAt(faults, at)} onChange={choose} />
      {by === 'other' && <PeerFields path={at} />}
    </div>
  );
}

/** Base address and authentication; search, retrieval and storage are below one address (PS3.18 8.1). */
function WebFields({ path }: { readonly path: FieldPath }) {
  const { draft } = useSiteForm();
  const stow = [...path, 'stow'];
  return (
    <>
      <div className="desk-row">
        <TextField
          className="grow"
          path={stow}
          fault={fieldOf(draft, stow) === '' ? words.fault.missing : undefined}
          label={words.webBase}
          hint={words.webBaseHint}
          placeholder="https://archive.example.org/dicom-web"
          isKept
        />
        <TextField
          className="grow"
          path={[...path, 'authorizationFile']}
          label={words.authorizationFile}
          hint={words.authorizationHint}
          placeholder={words.noAuthorization}
        />
      </div>
      <div className="desk-row">
        <CertificateFields path={[...path, 'tls']} placeholder={words.tlsAsBelow} />
      </div>
    </>
  );
}

function ArchiveFields({ index }: { readonly index: number }) {
  const { draft, faults } = useSiteForm();
  const path: FieldPath = ['hospital', 'archives', index];
  const archive = fieldOf(draft, path);
  const name = fieldOf(archive, ['name']);
  const isWeb = fieldOf(archive, ['stow']) !== undefined;
  const isBare = Object.keys(pruned(archive) ?? {}).every((key) => key === 'name');
  const fault = isBare ? (isWeb ? undefined : words.archiveNeeds) : faults.get(path.join('.'));
  const test = { system: `archive ${typeof name === 'string' ? name : ''}`, part: { archives: [archive] } };
  return (
    <fieldset className="archive" aria-label={words.archiveNumber(index + 1, isWeb)}>
      <div className="desk-row">
        <TextField className="grow" path={[...path, 'name']} label={`${words.archiveName} (${isWeb ? words.isWeb : words.isDimse})`} />
        {!isWeb && <PeerFields path={path} />}
        <HospitalTestButton {...test} />
        <RemoveItem path={path} n={index + 1} />
      </div>
      {isWeb ? <WebFields path={path} /> : <CommitmentFields path={path} />}
      {fault !== undefined && <p className="bad">{fault}</p>}
      <HospitalAnswer system={test.system} />
    </fieldset>
  );
}

/** The first free one of `archive-1`, `archive-2`, …: two of one name are no configuration. */
function freeName(archives: readonly unknown[]): string {
  const names = new Set(archives.map((archive) => fieldOf(archive, ['name'])));
  let n = 1;
  while (names.has(`archive-${n}`)) n++;
  return `archive-${n}`;
}

/** Archives by DIMSE and by DICOMweb, each with its test. */
export function ArchivesSection() {
  const { faults, set } = useSiteForm();
  const path: FieldPath = ['hospital', 'archives'];
  const list = useList(path);
  const add = (kind: object) => set([...path, list.length], { name: freeName(list), ...kind });
  const fault = faults.get(path.join('.'));
  return (
    <Section title={words.archives} hint={words.archivesHint}>
      {list.map((_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an archive that is being named has nothing else to tell it by
        <ArchiveFields key={index} index={index} />
      ))}
      {fault !== undefined && <p className="bad">{fault}</p>}
      <div className="desk-row">
        <button type="button" className="action" onClick={() => add({ port: 104 })}>
          {words.addArchive}
        </button>
        <button type="button" className="action" onClick={() => add({ stow: '' })}>
          {words.addWebArchive}
        </button>
      </div>
    </Section>
  );
}
