import type { InjectorState } from '../../../src/injector/state.ts';
import type { OperatorEvent, Stage } from '../../../src/procedure/operatorEvent.ts';
import type { LogEntry, LogProperty } from './logEntry.ts';
import { type Code, dcm, privateCode, ucum } from './srContent.ts';

const startAction = dcm('121130', 'Start Procedure Action Item');
const endAction = dcm('121131', 'End Procedure Action Item');
const actionId = dcm('121124', 'Procedure Action Item ID');

const stageCodes: Readonly<Record<Stage, Code>> = {
  access: privateCode('STAGE-ACCESS', 'Access to the vertebral body'),
  cavity: privateCode('STAGE-CAVITY', 'Cavity creation'),
  mixing: privateCode('STAGE-MIXING', 'Cement mixing'),
  injection: privateCode('STAGE-INJECTION', 'Cement injection'),
  closure: privateCode('STAGE-CLOSURE', 'Closure'),
};

const number = (name: Code, value: number, unit: Code): LogProperty => ({ name, value: { number: value, unit } });
const text = (name: Code, value: string): LogProperty => ({ name, value: { text: value } });
const millilitres = ucum('mL', 'mL');

type Said<K extends OperatorEvent['kind']> = Extract<OperatorEvent, { kind: K }>;

interface RunningStage {
  readonly stage: Stage;
  readonly number: number;
  readonly fromMs: number;
  /** The injector when the stage began: an earlier level's volume is not this one's. */
  readonly before: InjectorState | null;
}

/** Stages of the procedure as action items with a beginning and an end, and at the end what was measured within the stage. */
export function startStages() {
  let running: RunningStage | null = null;
  let count = 0;
  let injector: InjectorState | null = null;
  let cement: Said<'cement-mixed'> | null = null;

  const end = (tMs: number): readonly LogEntry[] => {
    if (!running) return [];
    const { stage, number: id, fromMs, before } = running;
    const seconds = (tMs - fromMs) / 1000;
    const properties = [
      text(actionId, String(id)),
      number(dcm('121128', 'Procedure Action Duration'), seconds, ucum('s', 's')),
      ...(stage === 'cavity' ? balloonMeasures(before, injector) : []),
      ...(stage === 'injection' ? cementMeasures(before, injector, cement, seconds) : []),
    ];
    running = null;
    return [{ tMs, concept: endAction, value: { code: stageCodes[stage] }, properties }];
  };

  return {
    injector: (state: InjectorState) => {
      injector = state;
    },
    mixed: (said: Said<'cement-mixed'>) => {
      cement = said;
    },
    begin(tMs: number, { stage, level, side }: Said<'stage'>): readonly LogEntry[] {
      const ended = end(tMs);
      count++;
      running = { stage, number: count, fromMs: tMs, before: injector };
      const course = [level, side].filter((part) => part !== undefined).join(', ');
      const properties = [text(actionId, String(count)), ...(course ? [text(privateCode('COURSE', 'Level and side'), course)] : [])];
      return [...ended, { tMs, concept: startAction, value: { code: stageCodes[stage] }, properties }];
    },
    end,
  };
}

/** Of the inflations within the stage. */
function balloonMeasures(before: InjectorState | null, after: InjectorState | null): readonly LogProperty[] {
  if (!after) return [];
  const { history, current } = after.balloon;
  const own = [...history, ...(current ? [current] : [])].filter((inflation) => inflation.number > (before?.balloon.inflations ?? 0));
  const peakKpa = own.length > 0 ? Math.max(...own.map(({ peakPressureKpa }) => peakPressureKpa)) : after.balloon.peakPressureKpa;
  const mostMl = own.length > 0 ? Math.max(...own.map(({ greatestVolumeMl }) => greatestVolumeMl ?? 0)) : after.balloon.volumeMl;
  return [
    number(privateCode('BALLOON-PEAK', 'Peak balloon pressure'), peakKpa, ucum('kPa', 'kPa')),
    number(privateCode('BALLOON-VOLUME', 'Greatest balloon volume'), mostMl, millilitres),
    number(privateCode('BALLOON-COUNT', 'Number of balloon inflations'), after.balloon.inflations - (before?.balloon.inflations ?? 0), ucum('1', 'no units')),
  ];
}

/** What went in within the stage, how fast in the mean, and which cement it was. */
function cementMeasures(before: InjectorState | null, after: InjectorState | null, mix: Said<'cement-mixed'> | null, seconds: number): readonly LogProperty[] {
  if (!after) return [];
  const volumeMl = Math.max(0, after.cement.volumeMl - (before?.cement.volumeMl ?? 0));
  return [
    number(dcm('122091', 'Volume administered'), volumeMl, millilitres),
    ...(seconds > 0 ? [number(dcm('122094', 'Rate of administration'), (volumeMl * 60) / seconds, ucum('mL/min', 'mL/min'))] : []),
    number(dcm('122095', 'Duration of administration'), seconds, ucum('s', 's')),
    ...(mix?.product ? [text(dcm('121145', 'Description of Material'), mix.product)] : []),
    number(dcm('121146', 'Quantity of Material'), volumeMl, millilitres),
    ...(mix?.lot ? [text(dcm('121149', 'Lot Identifier'), mix.lot)] : []),
  ];
}
