import type { Sample } from '../../src/sample/index.ts';

/** A moment that two records may both have, and by which they can be laid over each other. */
export interface Anchor {
  readonly id: string;
  readonly tMs: number;
}

/** The start, the first entry into each stage, the start of mixing and the first mark of a record. */
export function anchorsOf(samples: readonly Sample[]): readonly Anchor[] {
  const anchors = new Map<string, number>([['start', 0]]);
  const add = (id: string, tMs: number) => {
    if (!anchors.has(id)) anchors.set(id, tMs);
  };
  for (const sample of samples) {
    if (sample.topic !== '/operator') continue;
    const { kind } = sample.data;
    if (kind === 'stage') add(`stage-${sample.data.stage}`, sample.tMs);
    if (kind === 'cement-mixed') add('mixed', sample.tMs);
    if (kind === 'mark') add('mark', sample.tMs);
  }
  return [...anchors].map(([id, tMs]) => ({ id, tMs }));
}

/** Anchors that both have, each with how much later it is in the second one. */
export function commonAnchors(first: readonly Sample[], second: readonly Sample[]): readonly { readonly id: string; readonly offsetMs: number }[] {
  const ofSecond = new Map(anchorsOf(second).map(({ id, tMs }) => [id, tMs]));
  return anchorsOf(first).flatMap(({ id, tMs }) => {
    const other = ofSecond.get(id);
    return other === undefined ? [] : [{ id, offsetMs: other - tMs }];
  });
}
