import type { AlarmEvent } from '../../src/alarm/alarm.ts';
import type { ProcedureState } from '../../src/procedure/procedureState.ts';
import { SignIn } from '../access/SignIn.tsx';
import { alarmOrder } from '../live/alarmOrder.ts';
import { showLive, showRecords, showView, useConsole } from '../store/consoleStore.ts';
import { useMoment } from '../store/moment.ts';
import { text } from '../text.ts';
import { type PictureKey, pictureAgeMs, pictureInfo } from '../viewport/pictureInfo.ts';
import { bytesText, clockText, fixed, longClockText, personName, timeOfDay } from './format.ts';
import { MoreMenu } from './MoreMenu.tsx';
import { stagesOf, stageTimeMs } from './stages.ts';
import { useTick } from './tick.ts';

function Stages({ procedure, nowMs }: { readonly procedure: ProcedureState | null; readonly nowMs: number }) {
  return (
    <ol className="stages" aria-label={text.header.stages}>
      {stagesOf(procedure?.procedure ?? null, procedure?.stage ?? null).map((stage) => {
        const spent = procedure ? stageTimeMs(procedure, stage, nowMs) : null;
        const isNow = procedure?.stage === stage;
        return (
          <li key={stage} className="pair" aria-current={isNow ? 'step' : undefined} data-past={!isNow && spent !== null}>
            <span>{text.stage[stage]}</span> <span>{spent === null ? text.none : clockText(spent)}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** Two short lines each; a name that is too long for its place ends in dots and is told in full when pointed at. */
function Who() {
  const { timeline, mode } = useMoment();
  const { patient, procedure } = timeline;
  const name = patient ? personName(patient.name) : text.header.noPatient;
  const kind = procedure?.procedure ? text.header.procedure[procedure.procedure] : text.header.noProcedure;
  const where = [procedure?.level, procedure?.side && text.level.side[procedure.side]].filter(Boolean).join(' · ');
  const detail = [patient?.birthDate?.slice(0, 4), patient?.sex, patient?.id].filter(Boolean).join(' · ');
  return (
    <div className="who">
      <button
        type="button"
        className="tab patient pair"
        disabled={mode === 'review'}
        title={`${text.header.setPatient}: ${name} ${detail}`}
        onClick={() => showView('case')}
      >
        <b>{name}</b>
        {detail && <span className="quiet">{detail}</span>}
      </button>
      <span className="pair where">
        <span>{kind}</span> <b>{where || text.header.noLevel}</b>
      </span>
    </div>
  );
}

function Recording({ nowMs }: { readonly nowMs: number }) {
  const recording = useConsole((state) => state.status?.recording ?? null);
  if (!recording) return null;
  const words = { recording: text.header.recording, closed: text.header.recordingClosed, failed: text.header.recordingFailed, off: text.header.recordingOff }[
    recording.state
  ];
  return (
    <span className="pair">
      <span className="rec" data-state={recording.state} data-testid="recording" title={recording.message ?? undefined}>
        {recording.state === 'recording' && <span className="rec-dot" />}
        {words} {recording.state === 'recording' && longClockText(nowMs)}
      </span>
      {recording.freeBytes !== null && <span className="figure quiet">{text.header.free(bytesText(recording.freeBytes))}</span>}
    </span>
  );
}

/** How long the delay of a frame is told after it; longer than between two frames of the slowest pulse rate. */
const saidForMs = 2000;

/** The slower of the two planes: what is shown must be judged by its worst part. */
function Delay() {
  const mode = useConsole((state) => (state.view === 'review' ? 'review' : 'live'));
  const keys = (['a', 'b'] as const).map((plane): PictureKey => `${mode}/${plane}`);
  const infos = keys.map(pictureInfo);
  // The figure of a frame that was the last one says nothing about now.
  const isFresh = (key: PictureKey) => mode === 'review' || (pictureAgeMs(key, performance.now(), false) ?? Number.POSITIVE_INFINITY) <= saidForMs;
  const delays = keys.filter(isFresh).flatMap((key) => pictureInfo(key).shownInMs ?? []);
  const dropped = infos.reduce((sum, info) => sum + info.dropped, 0);
  return (
    <span className="pair">
      <span className="figure quiet" data-testid="shown-in">
        {text.header.shownIn} <b>{delays.length > 0 ? text.header.ms(fixed(Math.max(...delays), 0)) : text.none}</b>
      </span>
      <span className="figure quiet" data-testid="dropped">
        {text.header.dropped} <b>{fixed(dropped, 0)}</b>
      </span>
    </span>
  );
}

/** The gravest alarm that nobody has acknowledged, for every view that does not show alarms of its own. */
const useMissableAlarm = () =>
  useConsole((state) => (state.view === 'live' ? undefined : alarmOrder(state.timeline.alarms.values()).find((alarm) => !alarm.acknowledged)?.event));

/** In the place of the stages, so that nothing beside it moves under a finger; a press goes where the alarm is acknowledged. */
function LiveAlarm({ alarm }: { readonly alarm: AlarmEvent }) {
  return (
    <button type="button" className="meanwhile-alarm" data-priority={alarm.priority} title={alarm.message} onClick={showLive}>
      <span role="alert">
        {text.alarms.priority[alarm.priority]} {alarm.message}
      </span>
    </button>
  );
}

/** While a record is looked at, that another one is being written. */
function RecordingMeanwhile() {
  const isRecording = useConsole((state) => state.linkUp && state.status?.recording.state === 'recording');
  if (!isRecording) return null;
  return (
    <span className="meanwhile">
      <span className="rec-dot" /> {text.header.recording}
    </span>
  );
}

/** Who, what, which stage, is it recording, how late, what time. */
export function Header() {
  useTick();
  const view = useConsole((state) => state.view);
  const linkUp = useConsole((state) => state.linkUp);
  const isList = useConsole((state) => state.view === 'review' && state.review === null);
  const { timeline, nowMs } = useMoment();
  const alarm = useMissableAlarm();
  return (
    <header className="header">
      <nav className="tabs" aria-label={text.nav.views}>
        <button type="button" className="tab" aria-current={view === 'live' ? 'page' : undefined} onClick={showLive}>
          {text.nav.live}
          {view === 'review' && <RecordingMeanwhile />}
        </button>
        <button type="button" className="tab" aria-current={view === 'case' ? 'page' : undefined} onClick={() => showView('case')}>
          {text.menu.procedure}
        </button>
        <button type="button" className="tab" aria-current={view === 'review' ? 'page' : undefined} onClick={showRecords}>
          {text.nav.review}
        </button>
        <MoreMenu />
      </nav>
      {!isList && <Who />}
      <div className="spacer" />
      {alarm ? <LiveAlarm alarm={alarm} /> : !isList && <Stages procedure={timeline.procedure} nowMs={nowMs} />}
      <div className="spacer" />
      {!linkUp && (
        <span className="link-lost" role="alert" title={text.header.linkAdvice}>
          {text.header.linkLost}
        </span>
      )}
      {view !== 'review' && linkUp && <Recording nowMs={nowMs} />}
      {linkUp && (view === 'live' || (view === 'review' && !isList)) && <Delay />}
      <SignIn />
      <span data-testid="clock">{timeOfDay(Date.now())}</span>
    </header>
  );
}
