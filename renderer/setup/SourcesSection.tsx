import { useEffect, useRef } from 'react';
import type { SourceRole, SourceTest } from '../../src/link/desk.ts';
import { Section } from '../desk/Section.tsx';
import { send } from '../store/consoleStore.ts';
import { deskStore, useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';
import { TextField, useSiteForm } from './fields.tsx';
import { fieldOf } from './siteDraft.ts';

const words = text.setup;
type TemplateName = keyof typeof words.templateNames;

const frameTemplates: readonly (readonly [TemplateName, string])[] = [
  ['sim', 'sim:kyphoplasty'],
  ['dicom', 'dicom:/path/to/run.dcm'],
  ['receive', 'dicom-receive:'],
  ['video', 'video:/dev/video0'],
  ['record', 'record:/path/to/record?plane=a'],
];
const injectorTemplates: readonly (readonly [TemplateName, string])[] = [
  ['sim', 'sim:kyphoplasty'],
  ['serial', 'serial:/dev/ttyUSB0?driver=pedicle-v1'],
  ['record', 'record:/path/to/record'],
  ['none', 'none:'],
];

type SourceField = 'framesA' | 'framesB' | 'injector' | 'injector2';

const roles: readonly { readonly role: SourceRole; readonly key: SourceField; readonly label: string }[] = [
  { role: 'a', key: 'framesA', label: words.framesA },
  { role: 'b', key: 'framesB', label: words.framesB },
  { role: 'injector', key: 'injector', label: words.injectorUri },
  { role: 'injector', key: 'injector2', label: words.injector2Uri },
];

function Thumbnail({ picture }: { readonly picture: NonNullable<SourceTest['thumbnail']> }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(picture.width, picture.height);
    const grey = atob(picture.grey);
    for (let i = 0; i < grey.length; i++) image.data.set([grey.charCodeAt(i), grey.charCodeAt(i), grey.charCodeAt(i), 255], i * 4);
    context.putImageData(image, 0, 0);
  }, [picture]);
  return <canvas className="source-thumbnail" ref={canvas} width={picture.width} height={picture.height} />;
}

/** What was found on this machine, to be picked rather than typed. */
function VideoDevices({ label, onChoose }: { readonly label: string; readonly onChoose: (uri: string) => void }) {
  const found = useDesk((state) => state.videoSources);
  const look = () => {
    if (send({ kind: 'list-video-sources' })) deskStore.setState({ videoSources: 'looking' });
  };
  const sources = found !== null && found !== 'looking' ? found.sources : [];
  return (
    <fieldset className="desk-row templates" aria-label={`${label}: ${words.videoDevices}`}>
      <button type="button" className="action" disabled={found === 'looking'} onClick={look}>
        {found === 'looking' ? words.lookingForDevices : words.lookForDevices}
      </button>
      {sources.map(({ uri, name }) => (
        <button type="button" key={uri} className="chip" title={uri} onClick={() => onChoose(uri)}>
          {name}
        </button>
      ))}
      {found !== null && found !== 'looking' && sources.length === 0 && <span className="quiet">{found.message ?? words.noDevices}</span>}
    </fieldset>
  );
}

function SourceRow({ role, field, label }: { readonly role: SourceRole; readonly field: SourceField; readonly label: string }) {
  const { draft, set } = useSiteForm();
  const path = ['sources', field];
  const uri = fieldOf(draft, path);
  const result = useDesk((state) => state.sourceTests[field]);
  const test = () => {
    if (typeof uri !== 'string' || !send({ kind: 'test-source', test: field, role, uri })) return;
    deskStore.setState(({ sourceTests }) => ({ sourceTests: { ...sourceTests, [field]: 'testing' } }));
  };
  return (
    <Section title={label}>
      <div className="desk-row">
        <TextField className="grow" path={path} label={label} labelHidden placeholder={words.empty} />
        <button type="button" className="action" disabled={typeof uri !== 'string' || result === 'testing'} onClick={test}>
          {words.test}
        </button>
      </div>
      <fieldset className="desk-row templates" aria-label={`${label}: ${words.templates}`}>
        <span className="quiet">{words.templates}</span>
        {(role === 'injector' ? injectorTemplates : frameTemplates).map(([name, template]) => (
          <button type="button" key={name} className="chip" onClick={() => set(path, role === 'b' ? template.replace('plane=a', 'plane=b') : template)}>
            {words.templateNames[name]}
          </button>
        ))}
      </fieldset>
      {role !== 'injector' && <VideoDevices label={label} onChoose={(chosen) => set(path, chosen)} />}
      {result === 'testing' && <p role="status">{words.testing}</p>}
      {result && result !== 'testing' && (
        <div className="desk-row source-result" role="status" data-testid={`test-${field}`}>
          {result.thumbnail && <Thumbnail picture={result.thumbnail} />}
          <p className="grow">
            <strong className={result.works ? 'good' : 'bad'}>{result.works ? words.works : words.fails}</strong> {result.message}
            <span className="quiet"> {result.uri}</span>
          </p>
        </div>
      )}
    </Section>
  );
}

export function SourcesSection() {
  return (
    <div className="desk-stack">
      <p className="quiet">{words.sourcesHint}</p>
      {roles.map(({ role, key, label }) => (
        <SourceRow key={key} role={role} field={key} label={label} />
      ))}
      <Section title={words.storagePort}>
        <TextField path={['storagePort']} label={words.storagePort} labelHidden hint={words.storagePortHint} placeholder="dicom-receive:?port=11112" />
      </Section>
    </div>
  );
}
