import { Section } from '../desk/Section.tsx';
import { text } from '../text.ts';
import { ArchivesSection } from './ArchivesSection.tsx';
import { NumberField, TextField, useSiteForm } from './fields.tsx';
import { HospitalAnswer, HospitalTestButton } from './HospitalTest.tsx';
import { CertificateFields, PeerFields } from './PeerFields.tsx';
import { fieldOf } from './siteDraft.ts';

const words = text.setup;

function Station() {
  const path = ['hospital', 'station'];
  return (
    <Section title={words.station} hint={words.stationHint}>
      <div className="desk-row">
        <TextField path={[...path, 'ae']} label={words.stationAe} placeholder="PEDICLE" />
        <TextField path={[...path, 'name']} label={words.stationName} placeholder={words.stationNameAsTitle} />
        <NumberField path={[...path, 'port']} label={words.stationPort} decimals={0} />
        <TextField path={[...path, 'bind']} label={words.stationBind} placeholder={words.stationBindSelf} />
      </div>
    </Section>
  );
}

function Worklist() {
  const { draft } = useSiteForm();
  const path = ['hospital', 'worklist'];
  const test = { system: 'worklist', part: { worklist: fieldOf(draft, path) } };
  return (
    <Section title={words.worklist}>
      <div className="desk-row">
        <PeerFields path={path} />
        <HospitalTestButton {...test} />
      </div>
      <div className="desk-row">
        <TextField path={[...path, 'modality']} label={words.modality} placeholder={words.anyModality} />
        <TextField path={[...path, 'scheduledStationAe']} label={words.scheduledStation} placeholder={words.anyStation} />
      </div>
      <HospitalAnswer system={test.system} />
    </Section>
  );
}

function PerformedSteps() {
  const { draft } = useSiteForm();
  const path = ['hospital', 'mpps'];
  const test = { system: 'performed steps', part: { mpps: fieldOf(draft, path) } };
  return (
    <Section title={words.mpps}>
      <div className="desk-row">
        <PeerFields path={path} />
        <HospitalTestButton {...test} />
      </div>
      <HospitalAnswer system={test.system} />
    </Section>
  );
}

/** Who we are, and which applications of the hospital we speak to. */
export function HospitalSection() {
  return (
    <div className="desk-stack">
      <p className="quiet">{words.hospitalHint}</p>
      <Station />
      <Worklist />
      <PerformedSteps />
      <ArchivesSection />
      <Section title={words.encryption} hint={words.encryptionHint}>
        <div className="desk-row">
          <CertificateFields path={['hospital', 'tls']} />
        </div>
      </Section>
      <Section title={words.outbox}>
        <TextField path={['hospital', 'outboxFolder']} label={words.outboxFolder} hint={words.outboxHint} />
      </Section>
    </div>
  );
}
