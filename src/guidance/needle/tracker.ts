import type { FoundBar, NeedleDetector } from './detect.ts';
import { degreesBetween, forwardOfNew, mayBeNew, middleOf } from './newcomers.ts';
import { createRestingScene } from './restingScene.ts';
import {
  aloneSighting,
  belongsTo,
  belongsToAnother,
  besideSighting,
  comesBeside,
  hostSighting,
  type NeedleView,
  nearestBar,
  type Sighting,
  sightingOf,
} from './sighting.ts';
import { frameAsTipPicture } from './tip.ts';
import { followedBy, missed, type NeedleContext, type NeedleTrack, started } from './track.ts';

const rules = {
  /** A followed needle shorter than this may be found by its point again. */
  shortMm: 9,
  /** An entry so near to a bar's axis is that bar. */
  sameMm: 3,
} as const;

export interface NeedleTracker {
  update(context: NeedleContext, detector: NeedleDetector): readonly NeedleTrack[];
  reset(): void;
  /** A new reference was taken: what was at `shift` before is at zero now. */
  rebase(shift: readonly [x: number, y: number]): void;
  readonly tracks: readonly NeedleTrack[];
}

/** `fineWidth`, `fineHeight`: of the fine grid. */
export function createNeedleTracker(fineWidth: number, fineHeight: number): NeedleTracker {
  let tracks: readonly NeedleTrack[] = [];
  let candidates: readonly NeedleTrack[] = [];
  let nextId = 0;
  const scene = createRestingScene(fineWidth, fineHeight);
  return {
    get tracks() {
      return tracks;
    },
    reset() {
      scene.forget();
      tracks = [];
      candidates = [];
    },
    rebase([x, y]) {
      scene.forget();
      const moved = (track: NeedleTrack): NeedleTrack => ({ ...track, tipBone: [track.tipBone[0] + x, track.tipBone[1] + y] });
      tracks = tracks.map(moved);
      candidates = candidates.map(moved);
    },
    update(frameContext, detector) {
      const beside = scene.beside(tracks, frameContext);
      const context = beside === null ? frameContext : withNoise(frameContext, beside.noiseShare);
      const frameView: NeedleView = { sizes: context.pyramid, tipPicture: frameAsTipPicture(context.frame, context.pyramid.ofStoredValue) };
      const view = beside?.view ?? frameView;
      const bars = detector.bars(view.sizes, context.field, context.scale);
      if (mayComeIn(tracks, candidates.length > 0, context))
        bars.push(...detector.entries(view.sizes, context.field, bars, context.scale).filter((one) => isElsewhere(one, bars, context)));
      const followed: NeedleTrack[] = [];
      for (const track of tracks) {
        const own = bars.filter((bar) => !belongsToAnother(bar, track, tracks, context));
        const found = track === beside?.host ? undefined : own[nearestBar(own, track, context)];
        if (found !== undefined) bars.splice(bars.indexOf(found), 1);
        const seen =
          beside === null
            ? aloneSighting(track, found, context, view, detector)
            : track === beside.host
              ? hostSighting(beside, context, frameView, detector)
              : besideSighting(track, found, context, view, detector);
        const sighting = seen !== null && belongsToAnother(seen.bar, track, tracks, context) ? null : seen;
        const next = sighting === null ? missed(track, context, detector) : followedBy(track, sighting, context);
        if (next !== null) followed.push(next);
      }
      const fresh = bars
        .filter(
          (bar) =>
            mayBeNew(bar, context) && (beside === null || comesBeside(beside.host, bar, context) || candidates.some((one) => belongsTo(bar, one, context))),
        )
        .flatMap((bar) => {
          const forward = forwardOfNew(bar, context);
          return forward === null ? [] : [sightingOf(bar, forward, view, detector)];
        });
      candidates = candidates.flatMap((track) => {
        const at = fresh.findIndex((s) => belongsTo(s.bar, track, context));
        const [sighting] = at >= 0 ? fresh.splice(at, 1) : [];
        if (sighting !== undefined) return [followedBy(track, sighting, context)];
        // Behind steel one frame may be too noisy to show it.
        return beside !== null && track.missedFrames === 0 ? [{ ...track, missedFrames: 1 }] : [];
      });
      for (const sighting of fresh)
        if (!followed.some((t) => t.id !== beside?.host.id && crosses(t, sighting))) candidates = [...candidates, started(nextId++, sighting, context)];
      // The first needle is shown at once; a second one has to last, because cement and balloons can look straight for a moment.
      const ready = (track: NeedleTrack) =>
        ((followed.length === 0 && tracks.length === 0 && track.certain) || track.seenFrames >= (track.comesIn ? 2 : 3)) && followed.length < 2;
      for (const track of [...candidates].sort((p, q) => q.lengthPx * q.contrast - p.lengthPx * p.contrast)) {
        if (!ready(track)) continue;
        followed.push(track);
        candidates = candidates.filter((c) => c !== track);
      }
      scene.settle(followed.length > 1 || candidates.length > 0);
      tracks = followed;
      return tracks;
    },
  };
}

/**
 * Nothing but its point may be seen of a needle, and no cement is there yet, which may lie at a border too. A second one is looked for
 * in every other frame, until something has been seen of it.
 */
function mayComeIn(tracks: readonly NeedleTrack[], isAwaited: boolean, { cementSeen, scale, frameCount }: NeedleContext): boolean {
  if (cementSeen) return false;
  if (tracks.length === 0 || isAwaited || tracks.some((track) => track.lengthPx * scale.mmPerPx < rules.shortMm)) return true;
  return tracks.length < 2 && frameCount % 2 === 0;
}

/** Whether none of the bars lies where an entry was found. */
function isElsewhere(entry: FoundBar, bars: readonly FoundBar[], { pyramid, scale }: NeedleContext): boolean {
  const [x, y] = middleOf(entry, pyramid.factor);
  return bars.every(({ shaft }) => {
    const fromAxis = Math.abs((x / pyramid.factor - shaft.x) * -shaft.dy + (y / pyramid.factor - shaft.y) * shaft.dx);
    return fromAxis * pyramid.factor * scale.mmPerPx > rules.sameMm;
  });
}

const withNoise = (context: NeedleContext, share: number): NeedleContext => ({ ...context, scale: { ...context.scale, noise: share * context.scale.noise } });

/** Whether a fresh bar is only a part or a crossing copy of a needle already followed. */
function crosses(track: NeedleTrack, sighting: Sighting): boolean {
  const [dx, dy] = track.direction;
  const x = sighting.tip[0] - track.tip[0];
  const y = sighting.tip[1] - track.tip[1];
  const across = Math.abs(x * -dy + y * dx);
  return across < 1.2 * track.widthPx && degreesBetween(track.direction, sighting.direction) < 20;
}
