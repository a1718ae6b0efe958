import { Loader, SegmentedControl } from '@mantine/core';
import { useEffect, useState } from 'react';
import { liveStreamPath } from '../../src/link/link.ts';
import type { PriorSeries } from '../../src/link/priors.ts';
import { planesOf } from '../live/Planes.tsx';
import { send, setActivePlane, useConsole } from '../store/consoleStore.ts';
import { useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';
import { PlaneView } from '../viewport/PlaneView.tsx';
import { ArchiveStudies } from './ArchiveStudies.tsx';
import { type LoadedPrior, loadPrior } from './loadPrior.ts';
import { PriorViewer } from './PriorViewer.tsx';
import { ReceivedRuns } from './ReceivedRuns.tsx';

const words = text.reference;

function ChosenSeries({ series }: { readonly series: PriorSeries }) {
  const [prior, setPrior] = useState<LoadedPrior | string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    setPrior(null);
    loadPrior(series.id, stop.signal).then(setPrior, (error: unknown) => {
      if (!stop.signal.aborted) setPrior(words.notLoaded(error instanceof Error ? error.message : String(error)));
    });
    return () => stop.abort();
  }, [series.id]);
  if (prior === null)
    return (
      <p className="records-empty">
        <Loader size="sm" /> {words.loading(String(series.frames))}
      </p>
    );
  if (typeof prior === 'string')
    return (
      <p className="bad" role="alert">
        {prior}
      </p>
    );
  return <PriorViewer prior={prior} series={series} />;
}

function SeriesList({ chosen, onChoose }: { readonly chosen: string | null; readonly onChoose: (series: PriorSeries) => void }) {
  const priors = useDesk((state) => state.priorSeries);
  if (priors === null)
    return (
      <p className="records-empty">
        <Loader size="sm" /> {words.listing}
      </p>
    );
  if (priors.message !== null) return <p className="bad">{priors.message}</p>;
  if (priors.series.length === 0) return <p>{words.none}</p>;
  return (
    <ul className="prior-list">
      {priors.series.map((series) => (
        <li key={series.id}>
          <button type="button" className="chip" aria-pressed={series.id === chosen} onClick={() => onChoose(series)}>
            <b>{series.modality}</b> {series.description || series.study || words.unnamed} <span>{words.frames(String(series.frames))}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Prior images beside the live picture: a folder's or an archive's series, with window, slices and, of a volume, three cuts. */
export function ReferenceView() {
  const session = useConsole((state) => state.session);
  const layers = useConsole((state) => state.layers);
  const activePlane = useConsole((state) => state.activePlane);
  const plan = useConsole((state) => state.timeline.procedure?.plan ?? null);
  const fetched = useDesk((state) => state.fetchedPriors);
  const linkUp = useConsole((state) => state.linkUp);
  const hasSeries = useDesk((state) => (state.priorSeries?.series.length ?? 0) > 0);
  const [series, setSeries] = useState<PriorSeries | null>(null);
  const planes = planesOf(session);
  const plane = planes.includes(activePlane) ? activePlane : planes[0];
  // What has been fetched from the archive is in the folder now.
  // biome-ignore lint/correctness/useExhaustiveDependencies: listed anew when something was fetched
  useEffect(() => {
    if (linkUp) send({ kind: 'list-prior-series' });
  }, [fetched, linkUp]);
  return (
    <main className="reference" data-testid="reference">
      <h1 className="visually-hidden">{text.menu.reference}</h1>
      <div className="reference-live">
        {plane ? (
          <PlaneView
            key={`${plane}-${session?.startedAtEpochMs}`}
            plane={plane}
            mode="live"
            streamPath={liveStreamPath(plane)}
            plan={plan?.planes[plane] ?? null}
            held={false}
            active
            layers={layers}
            onActivate={() => setActivePlane(plane)}
          />
        ) : (
          <p className="planes-none">{text.picture.noSource}</p>
        )}
        {planes.length > 1 && (
          <SegmentedControl
            aria-label={text.compare.plane}
            transitionDuration={0}
            data={planes.map((value) => ({ value, label: text.picture.plane[value] }))}
            value={plane ?? 'a'}
            onChange={(value) => setActivePlane(value === 'b' ? 'b' : 'a')}
          />
        )}
      </div>
      <div className="reference-priors">
        <SeriesList chosen={series?.id ?? null} onChoose={setSeries} />
        {series ? <ChosenSeries series={series} /> : hasSeries && <p className="records-empty">{words.choose}</p>}
        <ReceivedRuns />
        <ArchiveStudies />
      </div>
    </main>
  );
}
