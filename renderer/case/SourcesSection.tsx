import { bytesText, fixed } from '../app/format.ts';
import { useTick } from '../app/tick.ts';
import { Section } from '../desk/Section.tsx';
import { consoleStore } from '../store/consoleStore.ts';
import { useMoment } from '../store/moment.ts';
import { text } from '../text.ts';

const words = text.case;

/** Whether everything that should come in does, and where it is kept. */
export function SourcesSection() {
  useTick();
  const { status, session } = consoleStore.getState();
  const { reading } = useMoment();
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
        <FactOf name={words.injector}>
          {session?.sources.injector && !session.sources.injector.startsWith('none:') ? (
            <>
              <span className={reading.freshness === 'fresh' ? 'good' : 'bad'}>{reading.freshness === 'fresh' ? words.readings : words.noReadings}</span>
              <div className="quiet">{session.sources.injector}</div>
            </>
          ) : (
            words.noInjector
          )}
        </FactOf>
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
