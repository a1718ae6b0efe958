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

/** The last state of each, by its device name. */
type Injectors = ReadonlyMap<string, InjectorState>;

interface RunningStage {
  readonly stage: Stage;
  readonly number: number;
  readonly fromMs: number;
  /** The injectors when the stage began: an earlier level's volume is not this one's. */
  readonly before: Injectors;
}

/** Stages of the procedure as action items with a beginning and an end, and at the end what was measured within the stage. */
export function startStages() {
  let running: RunningStage | null = null;
  let count = 0;
  const injectors = new Map<string, InjectorState>();
  let cement: Said<'cement-mixed'> | null = null;

  const end = (tMs: number): readonly LogEntry[] => {
    if (!running) return [];
    const { stage, number: id, fromMs, before } = running;
    const seconds = (tMs - fromMs) / 1000;
    const properties = [
      text(actionId, String(id)),
      number(dcm('121128', 'Procedure Action Duration'), seconds, ucum('s', 's')),
      ...(stage === 'cavity' ? balloonMeasures(before, injectors) : []),
      ...(stage === 'injection' ? cementMeasures(before, injectors, cement, seconds) : []),
    ];
    running = null;
    return [{ tMs, concept: endAction, value: { code: stageCodes[stage] }, properties }];
  };

  return {
    injector: (state: InjectorState) => {
      injectors.set(state.device, state);
    },
    mixed: (said: Said<'cement-mixed'>) => {
      cement = said;
    },
    begin(tMs: number, { stage, level, side }: Said<'stage'>): readonly LogEntry[] {
      const ended = end(tMs);
      count++;
      running = { stage, number: count, fromMs: tMs, before: new Map(injectors) };
      const course = [level, side].filter((part) => part !== undefined).join(', ');
      const properties = [text(actionId, String(count)), ...(course ? [text(privateCode('COURSE', 'Level and side'), course)] : [])];
      return [...ended, { tMs, concept: startAction, value: { code: stageCodes[stage] }, properties }];
    },
    end,
  };
}

/** Of the inflations within the stage, of all injectors together; without any, only that there were none. */
function balloonMeasures(before: Injectors, after: Injectors): readonly LogProperty[] {
  if (after.size === 0) return [];
  const each = [...after.values()].map(({ device, balloon }) => ({ balloon, inflationsBefore: before.get(device)?.balloon.inflations ?? 0 }));
  const count = each.reduce((sum, { balloon, inflationsBefore }) => sum + balloon.inflations - inflationsBefore, 0);
  const own = each.flatMap(({ balloon, inflationsBefore }) =>
    [...balloon.history, ...(balloon.current ? [balloon.current] : [])].filter((inflation) => inflation.number > inflationsBefore),
  );
  const measured = [
    number(privateCode('BALLOON-PEAK', 'Peak balloon pressure'), Math.max(...own.map(({ peakPressureKpa }) => peakPressureKpa)), ucum('kPa', 'kPa')),
    number(privateCode('BALLOON-VOLUME', 'Greatest balloon volume'), Math.max(...own.map(({ greatestVolumeMl }) => greatestVolumeMl ?? 0)), millilitres),
  ];
  return [...(own.length > 0 ? measured : []), number(privateCode('BALLOON-COUNT', 'Number of balloon inflations'), count, ucum('1', 'no units'))];
}

const cementOf = (injectors: Injectors): number => [...injectors.values()].reduce((sum, { cement }) => sum + cement.volumeMl, 0);

/** What went in within the stage, how fast in the mean, and which cement it was. */
function cementMeasures(before: Injectors, after: Injectors, mix: Said<'cement-mixed'> | null, seconds: number): readonly LogProperty[] {
  if (after.size === 0) return [];
  const volumeMl = Math.max(0, cementOf(after) - cementOf(before));
  return [
    number(dcm('122091', 'Volume administered'), volumeMl, millilitres),
    ...(seconds > 0 ? [number(dcm('122094', 'Rate of administration'), (volumeMl * 60) / seconds, ucum('mL/min', 'mL/min'))] : []),
    number(dcm('122095', 'Duration of administration'), seconds, ucum('s', 's')),
    ...(mix?.product ? [text(dcm('121145', 'Description of Material'), mix.product)] : []),
    number(dcm('121146', 'Quantity of Material'), volumeMl, millilitres),
    ...(mix?.lot ? [text(dcm('121149', 'Lot Identifier'), mix.lot)] : []),
  ];
}
