import type { Curve, ReviewOpened, ReviewPart, ReviewState } from '../../src/link/link.ts';
import type { Sample } from '../../src/sample/index.ts';

/** A record under review as far as the bridge has told of it. */
export interface OpenReview {
  readonly opened: ReviewOpened;
  readonly state: ReviewState;
  /** Events, alarms and states so far, in order of time. */
  readonly samples: readonly Sample[];
  readonly curve: Curve;
  /** How much of the record has been read for them, 0 to 1. */
  readonly fraction: number;
}

export const openedReview = (opened: ReviewOpened): OpenReview => ({
  opened,
  state: { review: opened.review, positionMs: 0, playing: false, speed: 1, injector: null, pose: null },
  samples: [],
  curve: { tMs: [], pressureKpa: [], volumeMl: [], mode: [] },
  fraction: 0,
});

/** With what has been read since; what is derived late stands a little out of order in the file. */
function withPart(review: OpenReview, { samples, curve, fraction }: ReviewPart): OpenReview {
  const { curve: before } = review;
  return {
    ...review,
    samples: [...review.samples, ...samples].sort((p, q) => p.tMs - q.tMs || p.seq - q.seq),
    curve: {
      tMs: before.tMs.concat(curve.tMs),
      pressureKpa: before.pressureKpa.concat(curve.pressureKpa),
      volumeMl: before.volumeMl.concat(curve.volumeMl),
      mode: before.mode.concat(curve.mode),
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
