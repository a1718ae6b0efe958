import type { PlaneId } from '../sample/index.ts';
import type { AlarmRule, Finding } from './rule.ts';
import type { AlarmInputs, PlaneSurroundings } from './surroundings.ts';

function ofEachPlane(inputs: AlarmInputs, find: (plane: PlaneId, seen: PlaneSurroundings) => readonly Finding[]): readonly Finding[] {
  const found: Finding[] = [];
  for (const plane of ['a', 'b'] as const) {
    const seen = inputs.planes[plane];
    if (seen) found.push(...find(plane, seen));
  }
  return found;
}

const siteNames: Readonly<Record<string, string>> = {
  epidural: 'towards the spinal canal',
  foraminal: 'towards the foramen',
  'disc-superior': 'into the upper disc',
  'disc-inferior': 'into the lower disc',
  paravertebral: 'beside the vertebra',
  'venous-basivertebral': 'into the basivertebral vein',
  'venous-anterior': 'into an anterior vein',
  'needle-track': 'along the needle',
};

/** Two frames at the slowest usual rate: one frame with a shadow in it is not enough. */
const seenForMs = 150;

export const cementLeak: AlarmRule = {
  condition: 'cement-leak',
  priority: 'high',
  when: 'guidance sees cement outside the vertebral body of the plan, in frames over 150 ms',
  limit: 'vertebral body drawn in the plan',
  delayMs: seenForMs,
  latching: true,
  message: 'Cement outside the vertebral body',
  advice: 'Stop injecting. Look at both views; wait for the cement to stiffen or reposition.',
  evaluate: (inputs) =>
    ofEachPlane(inputs, (plane, seen) => {
      if (!seen.cement?.leak) return [];
      const where = siteNames[seen.cement.leakSite ?? ''];
      return [{ subject: plane, value: null, limit: null, ...(where === undefined ? {} : { message: `Cement outside the vertebral body, ${where}` }) }];
    }),
};

export const posteriorQuarter: AlarmRule = {
  condition: 'cement-posterior-quarter',
  priority: 'medium',
  when: 'guidance sees cement in the posterior quarter of the vertebral body, in frames over 150 ms',
  limit: 'vertebral body and posterior wall drawn in the plan',
  delayMs: seenForMs,
  latching: true,
  message: 'Cement has reached the posterior quarter of the vertebral body',
  advice: 'Stop injecting on this side; check the lateral view before any more.',
  evaluate: (inputs) => ofEachPlane(inputs, (plane, seen) => (seen.cement?.zone === 'posterior-quarter' ? [{ subject: plane, value: null, limit: null }] : [])),
};

const staleMs = 1000;
const flowingMlPerMin = 0.1;

const cementFlows = (inputs: AlarmInputs): boolean =>
  inputs.injectors.some((injector) => injector.connection === 'connected' && (injector.cement.rateMlPerMin ?? 0) > flowingMlPerMin);

export const framesStale: AlarmRule = {
  condition: 'frames-stale',
  priority: 'low',
  when: 'no new frame for 1 s, or the picture source is gone; medium while cement flows',
  limit: '1 s',
  delayMs: 0,
  latching: false,
  message: 'No new picture: what is shown is old',
  advice: 'If the beam is on, check the video cable or the network to the C-arm.',
  evaluate: (inputs) =>
    ofEachPlane(inputs, (plane, seen) => {
      if (seen.device === 'ended') return [];
      const stale = inputs.tMs - seen.heardAtMs >= staleMs;
      if (seen.device !== 'lost' && !stale) return [];
      const graver = cementFlows(inputs)
        ? { priority: 'medium' as const, message: 'Cement flows and there is no new picture', advice: 'Stop injecting until there is a live picture.' }
        : {};
      const lost = seen.device === 'lost' ? { message: 'The picture source is disconnected' } : {};
      return [{ subject: plane, value: null, limit: staleMs, ...lost, ...graver }];
    }),
};

export const disk: AlarmRule = {
  condition: 'disk',
  priority: 'medium',
  when: 'the record cannot be written, or not as fast as it comes',
  limit: 'none',
  delayMs: 0,
  latching: true,
  message: 'The record is not being written',
  advice: 'The procedure can go on without it. Free space on the disk of the records.',
  evaluate: (inputs) => (inputs.diskTrouble === null ? [] : [{ subject: '', value: null, limit: null, message: inputs.diskTrouble }]),
};
