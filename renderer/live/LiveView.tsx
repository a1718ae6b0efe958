import { useState } from 'react';
import { liveStreamPath, type SessionInfo } from '../../src/link/link.ts';
import { type PlaneId, planeIds } from '../../src/sample/index.ts';
import { useKeys } from '../app/keys.ts';
import { consoleStore, setActivePlane, useConsole } from '../store/consoleStore.ts';
import { useMoment } from '../store/moment.ts';
import { text } from '../text.ts';
import { PlaneView } from '../viewport/PlaneView.tsx';
import { ActionBar } from './ActionBar.tsx';
import { Alarms, acknowledge, alarmOrder } from './Alarms.tsx';
import { actions, type LiveDialog } from './actions.ts';
import { CurveStrip } from './CurveStrip.tsx';
import { LeakDialog, NoteDialog, PatientDialog } from './dialogs.tsx';
import { Numbers } from './Numbers.tsx';
import { UnitSwitch } from './UnitSwitch.tsx';

const allLayers = { plan: true, needle: true, cement: true };

export const planesOf = (session: SessionInfo | null): readonly PlaneId[] =>
  planeIds.filter((plane) => (plane === 'a' ? session?.sources.framesA : session?.sources.framesB));

function Planes() {
  const session = useConsole((state) => state.session);
  const held = useConsole((state) => state.held);
  const activePlane = useConsole((state) => state.activePlane);
  const plan = useConsole((state) => state.timeline.procedure?.plan ?? null);
  const planes = planesOf(session);
  return (
    <div className="planes">
      {planes.length === 0 && <div className="planes-none">{session ? text.picture.noSource : text.header.connecting}</div>}
      {planes.map((plane) => (
        <PlaneView
          key={plane}
          plane={plane}
          mode="live"
          streamPath={liveStreamPath(plane)}
          plan={plan?.planes[plane] ?? null}
          held={held}
          active={plane === activePlane}
          layers={allLayers}
          onActivate={() => setActivePlane(plane)}
        />
      ))}
    </div>
  );
}

/** Everything beside the pictures; renders ten times a second, the pictures do not. */
function LivePanels({ onOpen }: { readonly onOpen: (dialog: LiveDialog) => void }) {
  const moment = useMoment();
  const unit = useConsole((state) => state.pressureUnit);
  return (
    <>
      <aside className="column" aria-label={text.numbers.region}>
        <Alarms moment={moment} />
        <Numbers moment={moment} />
        <div className="column-foot">
          <UnitSwitch />
          <button type="button" className="tab" onClick={() => onOpen('patient')}>
            {text.header.setPatient}
          </button>
        </div>
      </aside>
      <CurveStrip moment={moment} unit={unit} endMs={moment.nowMs} limitKpa={moment.timeline.procedure?.plan.limits?.pressureKpa ?? null} />
    </>
  );
}

export function LiveView() {
  const [dialog, setDialog] = useState<LiveDialog | null>(null);
  useKeys((key, event) => {
    if (dialog || event.repeat) return false;
    if (key === 'a') {
      const first = alarmOrder(consoleStore.getState().timeline.alarms.values()).find((alarm) => !alarm.acknowledged);
      return first !== undefined && acknowledge(first);
    }
    const action = actions.find((each) => each.key === key);
    action?.run(setDialog);
    return action !== undefined;
  });
  const close = () => setDialog(null);
  return (
    <main className="live">
      <Planes />
      <LivePanels onOpen={setDialog} />
      <ActionBar onOpen={setDialog} />
      {dialog === 'note' && <NoteDialog onClose={close} />}
      {dialog === 'leak' && <LeakDialog onClose={close} />}
      {dialog === 'patient' && <PatientDialog onClose={close} />}
    </main>
  );
}
