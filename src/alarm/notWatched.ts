import type { InjectorState } from '../injector/state.ts';
import { planeIds } from '../sample/index.ts';
import { subjectOf } from './injectorConditions.ts';
import type { AlarmRule, Finding } from './rule.ts';
import type { AlarmInputs } from './surroundings.ts';

/** Longer than a source or a person takes to begin; at the slowest usual rates guidance looks several times meanwhile. */
const settledMs = 2000;

/** What an injector does not measure, and what nobody watches therefore. */
function unmeasured(injector: InjectorState): readonly Finding[] {
  const { reading } = injector;
  if (injector.connection !== 'connected' || reading === null || reading.status === 'alarm') return [];
  const finding = { subject: subjectOf(injector), value: null, limit: null };
  if (reading.pressureKpa === null) return [finding];
  if (reading.volumeMl !== null) return [];
  return [
    {
      ...finding,
      message: 'This injector measures no volume: volume limits and rupture are not watched',
      advice: 'Read the volume off the syringe, and watch the picture.',
    },
  ];
}

const cementFlows = ({ stage, injectors }: AlarmInputs): boolean =>
  stage === 'injection' || injectors.some((injector) => injector.connection === 'connected' && (injector.cement.rateMlPerMin ?? 0) > 0.1);

/** Cement flows under live pictures, and no picture is judged for a leak. */
function leakUnseen(inputs: AlarmInputs): readonly Finding[] {
  const live = planeIds.filter((plane) => inputs.planes[plane]?.device === 'live');
  if (live.length === 0 || !cementFlows(inputs)) return [];
  const finding = { subject: 'cement', value: null, limit: null };
  const drawn = live.filter((plane) => inputs.bodies.includes(plane));
  if (drawn.length === 0)
    return [
      {
        ...finding,
        message: 'Cement leak is not watched: no vertebral body is drawn on a live plane',
        advice: 'Draw the vertebral body in the plan, and watch both views meanwhile.',
      },
    ];
  // Without new frames nothing new can leak unseen here: that the picture is old is an alarm of its own.
  const behind = drawn.filter((plane) => {
    const { heardAtMs, seenAtMs } = inputs.planes[plane] ?? { heardAtMs: 0, seenAtMs: 0 };
    return heardAtMs - (seenAtMs ?? 0) >= settledMs;
  });
  if (behind.length < drawn.length) return [];
  return [
    {
      ...finding,
      message: 'Cement leak is not watched: guidance does not keep up with the pictures',
      advice: 'Watch both views. Close what else this computer does.',
    },
  ];
}

export const notWatched: AlarmRule = {
  condition: 'not-evaluated',
  priority: 'low',
  when: 'a connected injector gives readings without a pressure, or without a volume; cement flows under live pictures, and on none of them a vertebral body is drawn, or guidance looks at',
  limit: 'none',
  delayMs: settledMs,
  latching: false,
  message: 'This injector measures no pressure: pressure limit and rupture are not watched',
  advice: 'Watch the gauge of the inflation device.',
  evaluate: (inputs) => [...inputs.injectors.flatMap(unmeasured), ...leakUnseen(inputs)],
};
