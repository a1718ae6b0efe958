/** What ordering needs to know of a sample. */
interface Ordered {
  readonly seq: number;
  readonly raw: boolean;
}

/**
 * Samples were written as they came: what is derived from a frame may stand behind raw samples that arrived meanwhile. This
 * gives them in the order that a session has: by sequence number, a raw sample before those derived from it, derived ones in
 * the order of the file. A derived sample is at most `lag` raw samples late, so no more than that is held.
 */
export async function* inSessionOrder<T extends Ordered>(samples: AsyncIterable<T>, lag: number): AsyncGenerator<T> {
  const held = new Map<number, T[]>();
  let next = 0;
  let newestRaw = -1;
  function* releaseBelow(below: number): Generator<T> {
    for (; next < below; next++) {
      // Nothing held: a record that lacks a long stretch is not counted through.
      if (held.size === 0) next = below - 1;
      yield* held.get(next) ?? [];
      held.delete(next);
    }
  }
  for await (const sample of samples) {
    const group = held.get(sample.seq);
    if (!group) held.set(sample.seq, [sample]);
    else if (sample.raw) group.unshift(sample);
    else group.push(sample);
    if (!sample.raw) continue;
    newestRaw = Math.max(newestRaw, sample.seq);
    yield* releaseBelow(newestRaw - lag);
  }
  for (const seq of [...held.keys()].sort((a, b) => a - b)) yield* held.get(seq) ?? [];
}
