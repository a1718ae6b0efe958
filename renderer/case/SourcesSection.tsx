import { bytesText, fixed } from '../app/format.ts';
import { useTick } from '../app/tick.ts';
import { Section } from '../desk/Section.tsx';
import { consoleStore } from '../store/consoleStore.ts';
import { injectorName } from '../store/injectors.ts';
import { useMoment } from '../store/moment.ts';
import { text } from '../text.ts';

const words = text.case;

/** Whether everything that should come in does, and where it is kept. */
export function SourcesSection() {
  useTick();
  const { status, session } = consoleStore.getState();
  const { readings, timeline } = useMoment();
  const uris = [session?.sources.injector, session?.sources.injector2].filter((uri) => uri && !uri.startsWith('none:'));
  // Before the first of them has spoken there is no name yet, only where it should come from.
  const devices = timeline.injectors.size > 0 ? [...timeline.injectors.keys()].sort() : uris.map((_, i) => (i === 0 ? 'injector' : `injector-${i + 1}`));
  const injectors = devices.map((device, i) => ({ device, uri: uris[Math.min(i, uris.length - 1)] }));
  const isFresh = (device: string) => readings.get(device)?.freshness === 'fresh';
  const recording = status?.recording ?? null;
  return (
    <Section title={words.sources}>
      <dl className="facts">
        {(['a', 'b'] as const).map((plane) => {
          const uri = plane === 'a' ? session?.sources.framesA : session?.sources.framesB;
          const state = status?.planes[plane];
          const word = words.planeState[state?.state ?? 'waiting'];
          return (
            <FactOf key={plane} name={plane === 'a' ? words.planeA : words.planeB}>
              {uri ? (
                <>
                  <span className={state?.state === 'live' ? 'good' : 'bad'}>{word}</span>
                  {state && ` · ${words.fps(fixed(state.framesPerSecond, 1))} · ${words.frames(String(state.received), String(state.missing))}`}
                  <div className="quiet">{uri}</div>
                </>
              ) : (
                words.nothing
              )}
            </FactOf>
          );
        })}
        {injectors.length === 0 && <FactOf name={words.injector}>{words.noInjector}</FactOf>}
        {injectors.map(({ device, uri }) => (
          <FactOf key={device} name={injectorName(device)}>
            <span className={isFresh(device) ? 'good' : 'bad'}>{isFresh(device) ? words.readings : words.noReadings}</span>
            <div className="quiet">{uri}</div>
          </FactOf>
        ))}
        <FactOf name={words.record}>
          {session?.record ?? words.nothing}
          <div className="quiet">
            {recording?.freeBytes != null && words.free(bytesText(recording.freeBytes))} {recording?.message}
          </div>
        </FactOf>
      </dl>
    </Section>
  );
}

function FactOf({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
