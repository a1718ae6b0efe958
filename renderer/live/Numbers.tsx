import { type PressureUnit, ratedBalloonPressureKpa } from '../../src/base/units.ts';
import { type CementClock, cementClock, cementPhase, unspecifiedCement } from '../../src/injector/cementClock.ts';
import { sourceKind } from '../../src/link/sourceKind.ts';
import type { Plan } from '../../src/sample/index.ts';
import { ageText, clockText, fixed, pressureText } from '../app/format.ts';
import { useConsole } from '../store/consoleStore.ts';
import { cementOfAllMl, needleShareMl } from '../store/injectors.ts';
import type { Moment } from '../store/moment.ts';
import type { NumberFreshness } from '../store/stale.ts';
import { mixedAtMs } from '../store/timeline.ts';
import { text } from '../text.ts';
import { shownGuidance } from '../viewport/pictureInfo.ts';
import {
  anyCement,
  anyNeedle,
  deliveryPhase,
  type GuidedLength,
  heightNow,
  offPlan,
  type SeenVolume,
  type ShownGuidance,
  seenVolume,
  wallDistance,
} from './guidanceNumbers.ts';
import { NumberBlock } from './NumberBlock.tsx';
import { OtherInjectors } from './OtherInjectors.tsx';
import { pictureFreshness } from './pictureFreshness.ts';

const words = text.numbers;
const barHeadroom = 1.08;
const nothing: NumberFreshness = 'none';

interface BlockProps {
  readonly moment: Moment;
  readonly frames: ShownGuidance;
  readonly unit: PressureUnit;
}

/** Why there is no injector value, in words; null when there is one. */
function injectorMissing({ session, reading, timeline, mode }: Moment): string | null {
  if (session && [session.sources.injector, session.sources.injector2].every((uri) => !uri || uri.startsWith('none:'))) return text.injector.none;
  if (reading.freshness !== 'none') return null;
  if (mode === 'review') return text.injector.notYet;
  return timeline.injector?.connection === 'lost' ? text.injector.lost : text.injector.waiting;
}

function injectorWhy({ reading, timeline, mode }: Moment): string | null {
  if (reading.freshness !== 'stale') return null;
  const connection = timeline.injector?.connection ?? 'connected';
  const what = { connected: null, lost: text.injector.lost, silent: text.injector.silent, ended: text.injector.ended }[connection];
  const age = reading.ageMs === null ? null : text.injector.lastReading(ageText(reading.ageMs));
  return mode === 'review' ? age : [what, age].filter(Boolean).join(' · ');
}

/** How an injector that is not as live as the pictures beside it is marked; nothing where both are alike, for the pictures say it. */
function injectorMark({ session }: Moment): string {
  if (!session) return '';
  const { framesA, framesB, injector, injector2 } = session.sources;
  const [pictures, injectors] = [
    [framesA, framesB],
    [injector, injector2],
  ].map((uris) => new Set(uris.map(sourceKind).filter((kind) => kind !== null)));
  const unlike = [...(injectors ?? [])].filter((kind) => kind !== 'live' && !(pictures?.size === 1 && pictures.has(kind)));
  return unlike.map((kind) => ` · ${words.marked[kind]}`).join('');
}

const phaseOf = ({ reading, timeline }: Moment) => deliveryPhase(reading.mode, timeline.procedure?.stage ?? null);

function volumeLimit(plan: Plan | null, phase: 'balloon' | 'cement' | 'unknown'): number | null {
  return (phase === 'balloon' ? plan?.limits?.balloonVolumeMl : phase === 'cement' ? plan?.limits?.cementVolumeMl : undefined) ?? null;
}

/** The limit of what is being delivered now. */
export const volumeLimitOf = (moment: Moment): number | null => volumeLimit(moment.timeline.procedure?.plan ?? null, phaseOf(moment));

/** Calibrated by the injector it is a number; by attenuation alone only with how far it may be off. */
function seenText({ volumeMl, calibrated, bound95Ml }: SeenVolume): string {
  if (calibrated) return words.seen(`${fixed(volumeMl, 1)} mL`);
  return words.seenUncalibrated(bound95Ml === null ? `${fixed(volumeMl, 1)} mL` : `${fixed(volumeMl, 1)} ± ${fixed(bound95Ml, 1)} mL`);
}

function VolumeBlock({ moment, frames }: BlockProps) {
  const phase = phaseOf(moment);
  const { injector, injectors, procedure } = moment.timeline;
  const derived = phase === 'cement' && injector ? cementOfAllMl(injectors) : phase === 'balloon' ? injector?.balloon.volumeMl : undefined;
  const volumeMl = derived ?? moment.reading.volumeMl;
  const limit = volumeLimit(procedure?.plan ?? null, phase);
  const seen = phase === 'cement' ? seenVolume(frames) : null;
  const share = phase === 'cement' && injector ? needleShareMl(injector, injectors) : null;
  const rate = moment.reading.rateMlPerMin;
  const of = [share === null ? '' : words.thisNeedle(`${fixed(share, 1)} mL`), seen === null ? '' : seenText(seen)];
  return (
    <NumberBlock
      id="volume"
      size="first"
      label={{ balloon: words.balloonVolume, cement: words.cementVolume, unknown: words.volume }[phase] + injectorMark(moment)}
      corner={limit === null ? words.noLimit : words.limit(`${fixed(limit, 1)} mL`)}
      freshness={moment.reading.freshness}
      missing={volumeMl === null ? (injectorMissing(moment) ?? text.none) : injectorMissing(moment)}
      values={[{ value: fixed(volumeMl ?? 0, 1), unit: 'mL' }]}
      bar={limit === null ? null : { value: volumeMl ?? 0, max: limit * barHeadroom, limit, colour: 'var(--cement)' }}
      foot={[of.filter(Boolean).join(' · '), rate === null ? '' : words.rate(fixed(rate, 1))]}
      why={injectorWhy(moment)}
    />
  );
}

function PressureBlock({ moment, unit }: BlockProps) {
  const phase = phaseOf(moment);
  const { injector, procedure } = moment.timeline;
  const limitKpa = procedure?.plan.limits?.pressureKpa ?? (phase === 'balloon' ? ratedBalloonPressureKpa : null);
  const { pressureKpa } = moment.reading;
  const peakKpa = injector?.balloon.peakPressureKpa ?? 0;
  const ruptured = phase === 'balloon' && injector?.balloon.ruptured === true;
  return (
    <NumberBlock
      id="pressure"
      size="first"
      label={{ balloon: words.balloonPressure, cement: words.deliveryPressure, unknown: words.pressure }[phase] + injectorMark(moment)}
      corner={limitKpa === null ? words.noLimit : words.limit(`${pressureText(limitKpa, unit)} ${unit}`)}
      freshness={moment.reading.freshness}
      missing={pressureKpa === null ? (injectorMissing(moment) ?? text.none) : injectorMissing(moment)}
      values={[{ value: pressureText(pressureKpa ?? 0, unit), unit }]}
      bar={limitKpa === null ? null : { value: pressureKpa ?? 0, max: limitKpa * barHeadroom, limit: limitKpa, colour: 'var(--accent)' }}
      foot={[phase === 'balloon' && peakKpa > 0 ? words.peak(`${pressureText(peakKpa, unit)} ${unit}`) : '', '']}
      why={ruptured ? words.ruptured : injectorWhy(moment)}
    />
  );
}

function ClockBlock({ moment }: BlockProps) {
  const mixed = moment.timeline.injector?.cement.mixedAtMs ?? mixedAtMs(moment.timeline);
  if (mixed === null) {
    return (
      <NumberBlock
        id="clock"
        size="first"
        label={words.workingTime}
        freshness={nothing}
        missing={moment.mode === 'live' ? `${words.notMixed}. ${words.mixHint}` : words.notMixed}
        values={[]}
      />
    );
  }
  const clock = moment.timeline.injector?.cement.clock ?? cementClock(mixed, unspecifiedCement, null);
  const phase = cementPhase(clock, moment.nowMs);
  const waits = phase === 'mixing';
  const leftMs = (waits ? clock.opensAtMs : clock.closesAtMs) - moment.nowMs;
  const spanMs = clock.closesAtMs - clock.mixedAtMs;
  const over = phase === 'closed' || phase === 'set';
  return (
    <NumberBlock
      id="clock"
      size="first"
      label={waits ? words.workingTimeOpens : words.workingTime}
      corner={words.sinceMixing(clockText(moment.nowMs - mixed))}
      freshness="fresh"
      values={[{ value: over ? `−${clockText(-leftMs)}` : clockText(leftMs), unit: '' }]}
      bar={{ value: Math.max(0, clock.closesAtMs - moment.nowMs), max: spanMs, colour: over ? 'var(--alarm-medium)' : 'var(--good)' }}
      foot={[setTimeText(clock), { mixing: words.phaseMixing, working: words.phaseWorking, closed: words.phaseClosed, set: words.phaseSet }[phase]]}
    />
  );
}

/** Times of a cement that nobody named are an assumption, and said to be one. */
const setTimeText = (clock: CementClock): string => {
  // Session times have microseconds: rounded to the second, or eleven minutes would read as 10:59.
  const after = clockText(Math.round((clock.setAtMs - clock.mixedAtMs) / 1000) * 1000);
  return clock.product === unspecifiedCement.name ? words.assumed(after) : words.setsAt(after);
};

const lengthText = ({ value, unit }: GuidedLength) => ({ value: fixed(value, unit === 'mm' ? 1 : 0), unit });

function WallBlock({ moment, frames }: BlockProps) {
  const plan = moment.timeline.procedure?.plan;
  const hasWall = plan?.planes.a?.posteriorWall !== undefined || plan?.planes.b?.posteriorWall !== undefined;
  const distance = wallDistance(frames);
  const missing = !hasWall ? words.noWall : distance ? null : anyCement(frames) ? text.none : words.noCement;
  const freshness = pictureFreshness(moment.mode);
  return (
    <NumberBlock
      id="wall"
      size="second"
      label={words.wall}
      freshness={freshness.freshness}
      missing={missing}
      values={distance ? [lengthText({ ...distance, value: Math.abs(distance.value) })] : []}
      // A minus sign is easily missed from two metres: behind the wall is said in words.
      corner={distance && distance.value < 0 ? <b className="number-danger">{words.pastWall}</b> : ''}
      foot={[distance?.unit === 'px' ? words.pixelsOnly : '', '']}
      why={missing ? null : freshness.why}
    />
  );
}

function NeedleBlock({ moment, frames }: BlockProps) {
  const plan = moment.timeline.procedure?.plan;
  const hasTrajectory = (['a', 'b'] as const).some((plane) => (plan?.planes[plane]?.trajectories?.length ?? 0) > 0);
  const deviation = offPlan(frames);
  const missing = !hasTrajectory
    ? moment.mode === 'live'
      ? words.noPlan
      : words.noTrajectory
    : deviation
      ? null
      : anyNeedle(frames)
        ? text.none
        : words.noNeedle;
  const freshness = pictureFreshness(moment.mode);
  const decimals = deviation?.off.unit === 'mm' ? 1 : 0;
  return (
    <NumberBlock
      id="needle"
      size="second"
      label={deviation ? `${words.offPlan}, ${deviation.plane.toUpperCase()}` : words.offPlan}
      corner={deviation ? words.target(`${fixed(deviation.toTarget.value, 0)} ${deviation.toTarget.unit}`) : ''}
      freshness={freshness.freshness}
      missing={missing}
      values={deviation ? [{ value: `${fixed(deviation.angleDeg, 1)}°`, unit: '' }, lengthText(deviation.off)] : []}
      foot={[deviation?.off.unit === 'px' ? words.pixelsOnly : '', deviation ? words.bound(fixed(deviation.bound95, decimals)) : '']}
      why={missing ? null : freshness.why}
    />
  );
}

/** Only once somebody has placed endplates. */
function HeightBlock({ moment, frames }: BlockProps) {
  const height = heightNow(frames);
  if (!height) return null;
  const freshness = pictureFreshness(moment.mode);
  const decimals = height.unit === 'mm' ? 1 : 0;
  const gained = height.gained === null ? '' : `${height.gained >= 0 ? '+' : ''}${fixed(height.gained, decimals)} ${height.unit}`;
  return (
    <NumberBlock
      id="height"
      size="second"
      label={text.heights.label(moment.timeline.procedure?.level ?? '')}
      corner={text.heights.wedge(fixed(height.wedgeAngleDeg, 0))}
      freshness={freshness.freshness}
      values={[{ value: fixed(height.value, decimals), unit: height.unit === '%' ? `% ${text.heights.ofNeighbour}` : height.unit }]}
      foot={[gained && text.heights.since(gained), height.bound95 === null ? '' : words.bound(fixed(height.bound95, decimals))]}
      why={freshness.why}
    />
  );
}

/** What the radiologist reads from two metres, always in the same places. */
export function Numbers({ moment }: { readonly moment: Moment }) {
  const unit = useConsole((state) => state.pressureUnit);
  const frames: ShownGuidance = shownGuidance(moment.mode);
  const props: BlockProps = { moment, frames, unit };
  return (
    <>
      <VolumeBlock {...props} />
      <PressureBlock {...props} />
      <OtherInjectors moment={moment} unit={unit} />
      <ClockBlock {...props} />
      <WallBlock {...props} />
      <NeedleBlock {...props} />
      <HeightBlock {...props} />
    </>
  );
}
