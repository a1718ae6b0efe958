import type { OperatorEvent, PlaneId } from '../sample/index.ts';
import { type Keyframe, steps } from './keyframes.ts';
import type { BalloonScript, CementScript } from './scenario.ts';

/**
 * How much a simulated procedure is squeezed: about 40 minutes of a real one into one minute of session time, so that
 * demonstrations and tests are short. Only times are squeezed; volumes, pressures and lengths are real.
 */
const timeSqueeze = 40;

interface NeedlePart {
  readonly side: 'left' | 'right';
  readonly presentFromMs: number;
  readonly presentToMs: number;
  readonly styletOutAtMs: number;
  readonly cementInLumenAtMs: number | null;
  /** The tip's way along a path that is `reachMm` long from bone entry to target. */
  readonly depth: (reachMm: number) => readonly Keyframe[];
}

/** What happens in a scenario, before anatomy and chance make it one patient's. */
export interface Story {
  readonly procedure: 'vertebroplasty' | 'kyphoplasty';
  readonly durationMs: number;
  readonly gauge: 11 | 13;
  readonly needles: readonly NeedlePart[];
  readonly balloon: BalloonScript | null;
  readonly cement: CementScript | null;
  readonly jerksAtMs: readonly number[];
  /** Where a single C-arm would be turned. */
  readonly turns: readonly { readonly atMs: number; readonly to: PlaneId }[];
  readonly beamOff: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly operator: readonly { readonly atMs: number; readonly event: OperatorEvent }[];
}

const s = (seconds: number): number => Math.round(seconds * 1000);
const at = (seconds: number, event: OperatorEvent): { atMs: number; event: OperatorEvent } => ({ atMs: s(seconds), event });

/** From the skin to bone, then tap by tap to the target; `backMm` short of it once the stylet is out. */
function access(fromS: number, toS: number, backAtS: number, backMm: number, outFromS: number, outToS: number): (reachMm: number) => readonly Keyframe[] {
  return (reachMm) => [
    { atMs: s(fromS), value: -34 },
    ...steps(s(fromS + 0.5), s(fromS + 0.2 * (toS - fromS)), -34, 0, 2, 0.8),
    ...steps(s(fromS + 0.25 * (toS - fromS)), s(toS), 0, reachMm, 12),
    { atMs: s(backAtS), value: reachMm },
    { atMs: s(backAtS + 1.5), value: reachMm - backMm },
    { atMs: s(outFromS), value: reachMm - backMm },
    { atMs: s(outToS), value: -60 },
  ];
}

const patient: OperatorEvent = { kind: 'patient', name: 'SIMULATED^PATIENT', id: 'SIM-0001', birthDate: '1950-01-01', sex: 'O' };
/**
 * A cement injectable from 3 to 18 min after mixing and hard after 24, in the scenarios' squeezed time: the clock then runs with
 * the procedure that is shown.
 */
const squeezedMin = (minutes: number): number => minutes / timeSqueeze;
const cementMixed = (lot: string): OperatorEvent => ({
  kind: 'cement-mixed',
  product: 'Simulated PMMA, 30 % barium sulphate',
  lot,
  times: { opensAfterMin: squeezedMin(3), closesAfterMin: squeezedMin(18), setsAfterMin: squeezedMin(24) },
});
const opening = [at(0.1, patient), at(0.2, { kind: 'stage', stage: 'access' }), at(0.3, { kind: 'mark', label: 'Time-out' })];

const turnsAt = (...seconds: readonly number[]): Story['turns'] => seconds.map((second, i) => ({ atMs: s(second), to: i % 2 === 0 ? 'b' : 'a' }));

const kyphoplastyOperator: Story['operator'] = [
  ...opening,
  at(6.5, { kind: 'mark', label: 'Bone entry' }),
  at(16.2, { kind: 'store-frame', plane: 'b' }),
  at(18, { kind: 'stage', stage: 'cavity' }),
  at(18.5, { kind: 'zero', device: 'injector' }),
  at(28.9, { kind: 'store-frame', plane: 'b' }),
  at(32.2, { kind: 'stage', stage: 'mixing' }),
  at(32.8, cementMixed('SIM-LOT-1')),
  at(35.4, { kind: 'zero', device: 'injector' }),
  at(36.2, { kind: 'reference' }),
  at(37, { kind: 'stage', stage: 'injection' }),
  at(54.3, { kind: 'store-frame', plane: 'a' }),
  at(54.5, { kind: 'store-frame', plane: 'b' }),
  at(55, { kind: 'stage', stage: 'closure' }),
  at(59.6, { kind: 'mark', label: 'Cannula out' }),
];

const kyphoplastyNeedle: NeedlePart = {
  side: 'left',
  presentFromMs: s(1.5),
  presentToMs: s(59.4),
  styletOutAtMs: s(17),
  cementInLumenAtMs: s(37.5),
  depth: access(1.5, 16, 17.1, 15, 55.6, 59.4),
};

const kyphoplasty: Story = {
  procedure: 'kyphoplasty',
  durationMs: s(60),
  gauge: 11,
  needles: [kyphoplastyNeedle],
  balloon: {
    needle: 0,
    inAtMs: s(18.8),
    outAtMs: s(31.8),
    volumeMl: [...steps(s(19.5), s(28), 0, 3.5, 7, 0.35), { atMs: s(29.8), value: 3.5 }, { atMs: s(31.2), value: 0 }],
    rupturesAtMs: null,
  },
  cement: { volumeMl: [steps(s(38), s(54), 0, 4.2, 8, 0.7)], leak: null },
  jerksAtMs: [s(12.7), s(47.3)],
  turns: turnsAt(8, 12, 14, 45.2, 48.5),
  beamOff: [{ fromMs: s(32.6), toMs: s(36) }],
  operator: kyphoplastyOperator,
};

const balloonRupture: Story = {
  ...kyphoplasty,
  balloon: {
    needle: 0,
    inAtMs: s(18.8),
    outAtMs: s(31.8),
    volumeMl: [...steps(s(19.5), s(28.5), 0, 4.5, 9, 0.35), { atMs: s(30), value: 4.5 }, { atMs: s(31.2), value: 0 }],
    rupturesAtMs: s(28.9),
  },
  operator: [...kyphoplastyOperator, at(29.6, { kind: 'note', text: 'Balloon pressure lost; deflated and withdrawn. Contrast only.' })].sort(
    (x, y) => x.atMs - y.atMs,
  ),
};

const vertebroplasty: Story = {
  procedure: 'vertebroplasty',
  durationMs: s(60),
  gauge: 13,
  needles: [
    { side: 'left', presentFromMs: s(1.5), presentToMs: s(56.5), styletOutAtMs: s(23.5), cementInLumenAtMs: s(29), depth: access(1.5, 12, 23, 0, 52.5, 56.5) },
    {
      side: 'right',
      presentFromMs: s(12.5),
      presentToMs: s(58.5),
      styletOutAtMs: s(24),
      cementInLumenAtMs: s(39.5),
      depth: access(12.5, 22.5, 23.5, 0, 54.5, 58.5),
    },
  ],
  balloon: null,
  cement: { volumeMl: [steps(s(29.5), s(39), 0, 2, 5, 0.7), steps(s(40), s(50), 0, 1.6, 4, 0.7)], leak: null },
  jerksAtMs: [s(9.1)],
  turns: turnsAt(6, 13, 18, 44, 47),
  beamOff: [{ fromMs: s(24.3), toMs: s(27.8) }],
  operator: [
    ...opening,
    at(12, { kind: 'mark', label: 'Left needle in place' }),
    at(22.6, { kind: 'mark', label: 'Right needle in place' }),
    at(22.8, { kind: 'store-frame', plane: 'b' }),
    at(24.2, { kind: 'stage', stage: 'mixing' }),
    at(24.8, cementMixed('SIM-LOT-2')),
    at(27.6, { kind: 'zero', device: 'injector' }),
    at(28.2, { kind: 'reference' }),
    at(28.8, { kind: 'stage', stage: 'injection' }),
    at(39.3, { kind: 'mark', label: 'Left done, right next' }),
    at(50.8, { kind: 'store-frame', plane: 'a' }),
    at(51, { kind: 'store-frame', plane: 'b' }),
    at(51.5, { kind: 'stage', stage: 'closure' }),
    at(58.8, { kind: 'mark', label: 'Needles out' }),
  ],
};

/** One needle, and cement that finds a way out; the operator sees it, waits, and goes on a little. */
function leaking(leak: NonNullable<CementScript['leak']>): Story {
  return {
    procedure: 'vertebroplasty',
    durationMs: s(50),
    gauge: 11,
    needles: [
      {
        side: 'left',
        presentFromMs: s(1.5),
        presentToMs: s(48.5),
        styletOutAtMs: s(15.5),
        cementInLumenAtMs: s(21),
        depth: access(1.5, 14, 15.5, 0, 44.5, 48.5),
      },
    ],
    balloon: null,
    cement: { volumeMl: [[...steps(s(21.5), s(35), 0, 3, 8, 0.7), { atMs: s(39.5), value: 3 }, { atMs: s(42.5), value: 3.3 }]], leak },
    jerksAtMs: [s(8.4)],
    turns: turnsAt(7, 10, 13),
    beamOff: [{ fromMs: s(16.4), toMs: s(19.6) }],
    operator: [
      ...opening,
      at(14.2, { kind: 'store-frame', plane: 'b' }),
      at(16.2, { kind: 'stage', stage: 'mixing' }),
      at(16.6, cementMixed('SIM-LOT-3')),
      at(19.5, { kind: 'zero', device: 'injector' }),
      at(20, { kind: 'reference' }),
      at(20.6, { kind: 'stage', stage: 'injection' }),
      at(35.4, { kind: 'leak-seen', site: leak.site }),
      at(35.8, { kind: 'store-frame', plane: 'b' }),
      at(43, { kind: 'stage', stage: 'closure' }),
    ],
  };
}

const quiet: Story = {
  procedure: 'vertebroplasty',
  durationMs: s(30),
  gauge: 11,
  needles: [],
  balloon: null,
  cement: null,
  jerksAtMs: [s(17.2)],
  turns: turnsAt(10, 20),
  beamOff: [{ fromMs: s(20), toMs: s(24) }],
  operator: opening,
};

/** Every story by the name that a source URI gives it. */
export const stories: Readonly<Record<string, Story | undefined>> = {
  kyphoplasty,
  vertebroplasty,
  'leak-posterior': leaking({ site: 'epidural', fromMl: 1.5, share: 0.45 }),
  'leak-disc': leaking({ site: 'disc-superior', fromMl: 1.7, share: 0.5 }),
  'leak-anterior': leaking({ site: 'venous-anterior', fromMl: 1.6, share: 0.45 }),
  'leak-lateral': leaking({ site: 'paravertebral', fromMl: 1.6, share: 0.45 }),
  'balloon-rupture': balloonRupture,
  quiet,
};

export const storyNames: readonly string[] = Object.keys(stories);
