import { useCallback, useState } from 'react';
import type { VoiWindow } from '../../src/dicom/voi.ts';
import type { PriorSeries } from '../../src/link/priors.ts';
import { personName } from '../app/format.ts';
import { useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import type { LoadedPrior } from './loadPrior.ts';
import { type Cut, ctWindows, sliceCount, sliceOf } from './reslice.ts';
import { SliceView } from './SliceView.tsx';
import { isOfAnother, newLength, type SliceLength, type SlicePoint } from './sliceView.ts';

const words = text.reference;
const cuts: readonly Cut[] = ['stack', 'coronal', 'sagittal'];
type Indices = Readonly<Record<Cut, number>>;

/** Where the other two cuts go through one, in its own pixels. */
function crossOf(cut: Cut, at: Indices, frames: number): { readonly x: number; readonly y: number } {
  const z = frames - 1 - at.stack;
  if (cut === 'stack') return { x: at.sagittal, y: at.coronal };
  return cut === 'coronal' ? { x: at.sagittal, y: z } : { x: at.coronal, y: z };
}

/** The other two cuts through a point of one. */
function throughPoint(cut: Cut, [x, y]: SlicePoint, at: Indices, frames: number): Indices {
  const stack = frames - 1 - y;
  if (cut === 'stack') return { ...at, sagittal: x, coronal: y };
  return cut === 'coronal' ? { ...at, sagittal: x, stack } : { ...at, coronal: x, stack };
}

/** Whose pictures these are; a warning when they are not of the patient on the table. */
function Whose({ series }: { readonly series: PriorSeries }) {
  const patient = useConsole((state) => state.timeline.patient);
  const name = [series.patient.name && personName(series.patient.name), series.patient.id].filter(Boolean).join(' · ');
  if (isOfAnother(series.patient.id, patient?.id ?? null))
    return (
      <strong className="prior-another" role="alert">
        {words.another(name)}
      </strong>
    );
  return <span className="quiet">{name || words.nobody}</span>;
}

interface ViewerProps {
  readonly prior: LoadedPrior;
  readonly series: PriorSeries;
}

/** A loaded series with its tools: windows, three directions through one point, lengths. */
export function PriorViewer({ prior, series }: ViewerProps) {
  const { header } = prior;
  const middle = (cut: Cut) => Math.floor(sliceCount(header, cut) / 2);
  const [at, setAt] = useState<Indices>({ stack: middle('stack'), coronal: middle('coronal'), sagittal: middle('sagittal') });
  const [window, setWindow] = useState<VoiWindow>(header.window);
  const [isInverted, setInverted] = useState(header.isInverted);
  const [isThree, setThree] = useState(header.isVolume);
  const [active, setActive] = useState<Cut>('stack');
  const [lengths, setLengths] = useState<readonly SliceLength[]>([]);
  const shown = header.isVolume && isThree ? cuts : (['stack'] as const);
  const chosen = shown.find((cut) => cut === active) ?? 'stack';
  const measure = () => setLengths((before) => [...before, newLength(chosen, at[chosen], sliceOf(header, prior.values, chosen, at[chosen]))]);
  const moveLength = useCallback((moved: SliceLength, ends: SliceLength['ends']) => {
    setLengths((before) => before.map((length) => (length === moved ? { ...length, ends } : length)));
  }, []);
  const label = [series.date, series.modality, series.description || series.study].filter(Boolean).join(' · ');
  return (
    <>
      <div className="desk-row prior-tools">
        <strong>{label || words.unnamed}</strong>
        <Whose series={series} />
        {header.damaged > 0 && <span className="bad">{words.damaged(String(header.damaged))}</span>}
        {header.spacingMm === null && <span className="quiet">{words.noGeometry}</span>}
        {!header.isVolume && header.frames > 1 && header.axes?.deeper && <span className="quiet">{words.noVolume}</span>}
      </div>
      <div className="desk-row prior-tools">
        {header.isVolume && (
          <button type="button" className="chip" aria-pressed={isThree} onClick={() => setThree(!isThree)}>
            {words.three}
          </button>
        )}
        {series.modality === 'CT' &&
          (['bone', 'soft', 'lung'] as const).map((name) => (
            <button type="button" className="chip" key={name} onClick={() => setWindow(ctWindows[name])}>
              {words.windows[name]}
            </button>
          ))}
        <button type="button" className="chip" onClick={() => setWindow(header.window)}>
          {words.resetWindow}
        </button>
        <button type="button" className="chip" aria-pressed={isInverted} onClick={() => setInverted(!isInverted)}>
          {words.invert}
        </button>
        <button type="button" className="chip" onClick={measure}>
          {words.length}
        </button>
        <button type="button" className="chip" disabled={lengths.length === 0} onClick={() => setLengths([])}>
          {words.clearLengths}
        </button>
      </div>
      <div className="slices" data-count={shown.length}>
        {shown.map((cut) => (
          <SliceView
            key={cut}
            prior={prior}
            cut={cut}
            index={at[cut]}
            window={window}
            isInverted={isInverted}
            label={cut === 'stack' ? label : (series.date ?? '')}
            cross={shown.length > 1 ? crossOf(cut, at, header.frames) : null}
            lengths={lengths.filter((length) => length.cut === cut && length.index === at[cut])}
            onIndex={(index) => setAt((before) => ({ ...before, [cut]: index }))}
            onWindow={setWindow}
            onPoint={(point) => shown.length > 1 && setAt((before) => throughPoint(cut, point, before, header.frames))}
            onLength={moveLength}
            onActivate={() => setActive(cut)}
          />
        ))}
      </div>
      <p className="quiet prior-hint">{words.bindings}</p>
    </>
  );
}
