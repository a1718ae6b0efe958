import { type ReactNode, useState } from 'react';
import { emptyPlan } from '../../src/procedure/plan.ts';
import type { Plan } from '../../src/sample/index.ts';
import { AlarmPanel } from '../alarm/AlarmPanel.tsx';
import { SoundButton } from '../alarm/SoundButton.tsx';
import { toggleSoundPause } from '../alarm/sound.ts';
import { useKeys } from '../app/keys.ts';
import { LayerSwitches } from '../app/LayerSwitches.tsx';
import { pictureLayoutKey } from '../app/layoutKeys.ts';
import { draftOf, type PlanDraft } from '../plan/draft.ts';
import { PlanPanel } from '../plan/PlanPanel.tsx';
import { type Asking, ask, consoleStore, operate, useConsole } from '../store/consoleStore.ts';
import { useMoment } from '../store/moment.ts';
import { text } from '../text.ts';
import { ActionBar } from './ActionBar.tsx';
import { Alarms, acknowledge } from './Alarms.tsx';
import { type LiveDialog, planKey, undoLast } from './actions.ts';
import { alarmOrder } from './alarmOrder.ts';
import { ChecklistPanel } from './ChecklistPanel.tsx';
import { CurveStrip } from './CurveStrip.tsx';
import { HeightsPanel } from './HeightsPanel.tsx';
import { InjectorPanel } from './InjectorPanel.tsx';
import { LevelPanel } from './LevelPanel.tsx';
import { Numbers, volumeLimitOf } from './Numbers.tsx';
import { type Drawing, Planes, planesOf } from './Planes.tsx';
import { LeakPanel, NotePanel } from './panels.tsx';
import { actionOf, siteActionOf, useBoundActions } from './shortcuts.ts';
import { ToolsPanel } from './ToolsPanel.tsx';
import { TrajectoryBlock } from './TrajectoryBlock.tsx';
import { UnitSwitch } from './UnitSwitch.tsx';

/** Everything beside the pictures; renders ten times a second, the pictures do not. */
function LivePanels({ strip }: { readonly strip: ReactNode }) {
  const moment = useMoment();
  const unit = useConsole((state) => state.pressureUnit);
  const limits = moment.timeline.procedure?.plan.limits;
  return (
    <>
      <aside className="column" aria-label={text.numbers.region}>
        <Alarms moment={moment} />
        {moment.session ? <Numbers moment={moment} /> : <p className="number-missing numbers-none">{text.numbers.none}</p>}
        <TrajectoryBlock moment={moment} />
        <div className="column-foot">
          <LayerSwitches />
          <UnitSwitch />
          <SoundButton />
        </div>
      </aside>
      {strip ?? <CurveStrip moment={moment} unit={unit} endMs={moment.nowMs} limitKpa={limits?.pressureKpa ?? null} volumeLimitMl={volumeLimitOf(moment)} />}
    </>
  );
}

export function LiveView() {
  const asking = useConsole((state) => state.asking);
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const planes = planesOf(useConsole((state) => state.session));
  const open = (next: LiveDialog) => {
    if (next !== 'plan') {
      ask(next);
      return;
    }
    ask(null);
    setDrawing((before) => (before ? null : { draft: draftOf(consoleStore.getState().timeline.procedure?.plan ?? emptyPlan), tool: 'trajectory' }));
  };
  const setDraft = (draft: PlanDraft) => setDrawing((before) => before && { ...before, draft });
  const apply = (plan: Plan) => {
    if (operate({ kind: 'plan', plan })) setDrawing(null);
  };
  const bound = useBoundActions();
  useKeys((key) => {
    const chosen = siteActionOf(bound, key);
    if (chosen) {
      chosen.run(open);
      return true;
    }
    if (key === 'a') {
      const first = alarmOrder(consoleStore.getState().timeline.alarms.values()).find((alarm) => !alarm.acknowledged);
      return first !== undefined && acknowledge(first);
    }
    if (key === 'q') {
      toggleSoundPause();
      return true;
    }
    if (key === 'w') {
      ask('alarms');
      return true;
    }
    if (key === 'Escape' && asking) {
      ask(null);
      return true;
    }
    if (key === 'u') {
      undoLast();
      return true;
    }
    if (pictureLayoutKey(key, 'live')) return true;
    if (key === planKey) {
      open('plan');
      return true;
    }
    const action = actionOf(bound, key);
    action?.run(open);
    return action !== undefined;
  });
  const close = () => ask(null);
  const panels: Readonly<Record<Asking, ReactNode>> = {
    note: <NotePanel onClose={close} />,
    leak: <LeakPanel onClose={close} />,
    alarms: <AlarmPanel onClose={close} />,
    tools: <ToolsPanel onClose={close} onOpen={open} />,
    checklist: <ChecklistPanel onClose={close} />,
    level: <LevelPanel onClose={close} />,
    heights: <HeightsPanel onClose={close} />,
    injectors: <InjectorPanel onClose={close} />,
  };
  const panel = asking && panels[asking];
  return (
    <main className="live">
      <h1 className="visually-hidden">{text.nav.live}</h1>
      <Planes drawing={drawing} onDraft={setDraft} />
      <LivePanels
        strip={
          panel ??
          (drawing && (
            <PlanPanel
              planes={planes}
              {...drawing}
              onTool={(tool) => setDrawing({ ...drawing, tool })}
              onChange={setDraft}
              onApply={apply}
              onCancel={() => setDrawing(null)}
            />
          ))
        }
      />
      <ActionBar onOpen={open} />
    </main>
  );
}
