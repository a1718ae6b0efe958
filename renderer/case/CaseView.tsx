import { useConsole } from '../store/consoleStore.ts';
import { useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';
import { BeginPanel } from './BeginPanel.tsx';
import { CloseForm } from './CloseForm.tsx';
import { DevicesForm } from './DevicesForm.tsx';
import { PatientSection } from './PatientSection.tsx';
import { SourcesSection } from './SourcesSection.tsx';
import { Summary } from './Summary.tsx';

const words = text.case;

/** The technologist's view of one procedure: who, what is used, what comes in, how it ends, and where its record goes. */
export function CaseView() {
  const workplace = useDesk((state) => state.workplace);
  const recording = useConsole((state) => state.status?.recording.state ?? null);
  const linkUp = useConsole((state) => state.linkUp);
  if (!workplace || !linkUp) return <main className="desk">{linkUp ? words.beginning : text.header.linkAdvice}</main>;
  const { state, message } = workplace;
  const isUnrecorded = state === 'running' && recording !== 'recording';
  const isFailed = state === 'ended' && recording === 'failed';
  const word = isUnrecorded ? words.runningUnrecorded : isFailed ? words.failed : words[state];
  return (
    <main className="desk" data-testid="case">
      <div className="desk-head">
        <h1>{words.title}</h1>
        <span className="workplace-word" role="status" data-state={state} data-trouble={isUnrecorded || isFailed || message !== null} data-testid="workplace">
          {word}
        </span>
      </div>
      {message !== null && (
        <p className="bad" role="alert">
          {message}
        </p>
      )}
      {state === 'running' || state === 'ending' ? (
        <div className="desk-columns">
          <div className="desk-stack">
            <PatientSection />
            <DevicesForm />
          </div>
          <div className="desk-stack">
            <SourcesSection />
            <CloseForm isClosing={state === 'ending'} />
          </div>
        </div>
      ) : (
        <div className="desk-stack">
          {state === 'ended' && <Summary />}
          <BeginPanel workplace={workplace} />
        </div>
      )}
    </main>
  );
}
