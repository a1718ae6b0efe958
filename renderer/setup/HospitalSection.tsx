import { Section } from '../desk/Section.tsx';
import { text } from '../text.ts';
import { NumberField, TextField, useSiteForm } from './fields.tsx';
import { HospitalTest } from './HospitalTest.tsx';
import { type FieldPath, fieldOf } from './siteDraft.ts';

const words = text.setup;

function PeerFields({ path }: { readonly path: FieldPath }) {
  return (
    <>
      <TextField className="grow" path={[...path, 'host']} label={words.host} />
      <NumberField path={[...path, 'port']} label={words.peerPort} decimals={0} />
      <TextField path={[...path, 'ae']} label={words.ae} />
    </>
  );
}

function Archives() {
  const { draft, set } = useSiteForm();
  const archives = fieldOf(draft, ['hospital', 'archives']);
  const list: readonly unknown[] = Array.isArray(archives) ? archives : [];
  return (
    <Section title={words.archives}>
      {list.map((archive, index) => {
        const path: FieldPath = ['hospital', 'archives', index];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: an archive that is being named has nothing else to tell it by
          <div className="desk-row" key={index}>
            <TextField className="grow" path={[...path, 'name']} label={words.archiveName} />
            {fieldOf(archive, ['stow']) === undefined ? <PeerFields path={path} /> : <span className="quiet grow">{words.webArchive}</span>}
            <button type="button" className="action" onClick={() => set(path, undefined)} aria-label={`${words.remove} ${index + 1}`}>
              {words.remove}
            </button>
          </div>
        );
      })}
      <div className="desk-row">
        <button type="button" className="action" onClick={() => set(['hospital', 'archives', list.length], { name: `archive-${list.length + 1}`, port: 104 })}>
          {words.addArchive}
        </button>
      </div>
    </Section>
  );
}

/** Who we are, and which applications of the hospital we speak to. */
export function HospitalSection() {
  return (
    <div className="desk-stack">
      <p className="quiet">{words.hospitalHint}</p>
      <Section title={words.station}>
        <div className="desk-row">
          <TextField className="grow" path={['hospital', 'station', 'ae']} label={words.stationAe} placeholder="PEDICLE" />
          <NumberField path={['hospital', 'station', 'port']} label={words.stationPort} decimals={0} />
        </div>
      </Section>
      <Section title={words.worklist}>
        <div className="desk-row">
          <PeerFields path={['hospital', 'worklist']} />
          <TextField path={['hospital', 'worklist', 'modality']} label={words.modality} />
        </div>
      </Section>
      <Section title={words.mpps}>
        <div className="desk-row">
          <PeerFields path={['hospital', 'mpps']} />
        </div>
      </Section>
      <Archives />
      <HospitalTest />
    </div>
  );
}
