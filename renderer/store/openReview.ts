import type { Curve, Curves, ReviewOpened, ReviewPart, ReviewState } from '../../src/link/link.ts';
import type { Sample } from '../../src/sample/index.ts';

/** A record under review as far as the bridge has told of it. */
export interface OpenReview {
  readonly opened: ReviewOpened;
  readonly state: ReviewState;
  /** Events, alarms and states so far, in order of time. */
  readonly samples: readonly Sample[];
  readonly curves: Curves;
  /** How much of the record has been read for them, 0 to 1. */
  readonly fraction: number;
}

export const openedReview = (opened: ReviewOpened): OpenReview => ({
  opened,
  state: { review: opened.review, positionMs: 0, playing: false, speed: 1, injectors: [], pose: null },
  samples: [],
  curves: {},
  fraction: 0,
});

/** Opened anew after a lost link, standing where it stood; what was read of it comes again. */
export const reopenedReview = (opened: ReviewOpened, before: OpenReview): OpenReview => {
  const fresh = openedReview(opened);
  return { ...fresh, state: { ...fresh.state, positionMs: Math.min(before.state.positionMs, opened.durationMs) } };
};

const noPoints: Curve = { tMs: [], pressureKpa: [], volumeMl: [], mode: [] };

const joined = (before: Curve, after: Curve): Curve => ({
  tMs: before.tMs.concat(after.tMs),
  pressureKpa: before.pressureKpa.concat(after.pressureKpa),
  volumeMl: before.volumeMl.concat(after.volumeMl),
  mode: before.mode.concat(after.mode),
});

/** The curve of the injector that is named first: what two records are compared by. */
export function firstCurve(curves: Curves): Curve {
  const [first] = Object.keys(curves).sort();
  return (first === undefined ? undefined : curves[first]) ?? noPoints;
}

/** With what has been read since; what is derived late stands a little out of order in the file. */
function withPart(review: OpenReview, { samples, curves, fraction }: ReviewPart): OpenReview {
  return {
    ...review,
    samples: [...review.samples, ...samples].sort((p, q) => p.tMs - q.tMs || p.seq - q.seq),
    curves: {
      ...review.curves,
      ...Object.fromEntries(Object.entries(curves).map(([device, curve]) => [device, joined(review.curves[device] ?? noPoints, curve)])),
    },
    fraction,
  };
}

type ReviewMessage = ReviewPart | { readonly kind: 'review-state'; readonly state: ReviewState };

/** The review after a message about it; the same object when the message is about another one. */
export function updatedReview<T extends OpenReview | null>(review: T, message: ReviewMessage): T | OpenReview {
  const of = message.kind === 'review-part' ? message.review : message.state.review;
  if (review === null || review.opened.review !== of) return review;
  return message.kind === 'review-part' ? withPart(review, message) : { ...review, state: message.state };
}
