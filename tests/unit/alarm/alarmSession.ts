import type { AlarmEvent } from '../../../src/alarm/alarm.ts';
import { alarmList, alarmsStep, initialAlarms } from '../../../src/alarm/alarms.ts';
import { noCement } from '../../../src/guidance/cement/analysis.ts';
import type { CementObservation, PlaneObservation } from '../../../src/guidance/observation.ts';
import { initialInjectors } from '../../../src/injector/injectors.ts';
import type { Plan, PlaneId, RawSample } from '../../../src/sample/index.ts';
import { frameAttributes } from '../../../test-data/frameAttributes.ts';
import { testSession } from '../injector/sessions.ts';

const seen = (cement: Partial<CementObservation>): PlaneObservation => ({
  needle: { needle: null, needles: [], deviation: null, mmPerPx: null, scaleFrom: null },
  cement: { ...noCement, ...cement },
});
const frameOf = (plane: PlaneId, tMs: number): RawSample => ({
  topic: plane === 'a' ? '/plane/a/frame' : '/plane/b/frame',
  tMs,
  seq: 0,
  data: {
    attributes: frameAttributes({ rows: 1, columns: 1, bitsAllocated: 8, bitsStored: 8, simulated: false }),
    pixels: new Uint8Array(1),
  },
});

/** A session's injectors and alarms together, and every alarm event with its time. */
export function alarmSession(plan?: Plan) {
  let alarms = initialAlarms;
  const events: { readonly tMs: number; readonly event: AlarmEvent }[] = [];
  let injectors = initialInjectors();
  const take = (raw: RawSample, observation: PlaneObservation | null) => {
    const output = alarmsStep(alarms, raw, observation, injectors);
    alarms = output.fold;
    events.push(...output.events.map((event) => ({ tMs: raw.tMs, event })));
  };
  const session = testSession(undefined, (raw, fold) => {
    injectors = fold;
    take(raw, null);
  });
  if (plan) session.operator(0, { kind: 'plan', plan });
  return {
    ...session,
    events,
    frame: (plane: PlaneId, tMs: number, cement: Partial<CementObservation> = {}) => take(frameOf(plane, tMs), seen(cement)),
    /** A frame that guidance had no time for. */
    skippedFrame: (plane: PlaneId, tMs: number) => take(frameOf(plane, tMs), null),
    phases: (id: string) => events.filter(({ event }) => event.id === id).map(({ tMs, event }) => `${event.phase} ${tMs}`),
    list: () => alarmList(alarms.alarms).map((alarm) => alarm.event.id),
  };
}
