/** A label that wants to stand at a place on the strip. */
export interface WantedLabel {
  /** Of the mark, canvas pixels. */
  readonly x: number;
  readonly width: number;
  /** Higher is placed first; a label without room is left out, its mark stays. */
  readonly weight: number;
}

export interface PlacedLabel {
  /** Index into the wanted labels. */
  readonly index: number;
  /** Left edge. */
  readonly x: number;
  readonly lane: number;
}

/**
 * The marks worth a line: in each column of pixels one of each tone, and those that have a label. A session of hours has thousands of events
 * on a thousand pixels. `marks` from left to right, canvas pixels; gives their indices.
 */
export function distinctMarks(marks: readonly { readonly x: number; readonly tone: string }[], labelled: ReadonlySet<number>): number[] {
  const columns = new Map<string, number>();
  return marks.flatMap(({ x, tone }, index) => {
    const column = Math.round(x);
    if (columns.get(tone) === column && !labelled.has(index)) return [];
    columns.set(tone, column);
    return [index];
  });
}

const clearancePx = 8;

interface Taken {
  readonly from: number;
  readonly to: number;
}

const isFree = (lane: readonly Taken[], from: number, to: number): boolean =>
  lane.every((taken) => to + clearancePx <= taken.from || from >= taken.to + clearancePx);

/**
 * Places labels to the right of their marks, or to the left where they would leave the strip, each in the first lane where
 * it touches no other. Heavier labels choose first, then later ones: what is recent is what people look for.
 */
export function layOutLabels(wanted: readonly WantedLabel[], lanes: number, stripWidth: number): PlacedLabel[] {
  const taken: Taken[][] = Array.from({ length: lanes }, () => []);
  const order = wanted
    .map((_, index) => index)
    .sort((p, q) => (wanted[q]?.weight ?? 0) - (wanted[p]?.weight ?? 0) || (wanted[q]?.x ?? 0) - (wanted[p]?.x ?? 0));
  const placed: PlacedLabel[] = [];
  for (const index of order) {
    const label = wanted[index];
    if (!label) continue;
    const right = label.x + 4;
    const x = right + label.width <= stripWidth ? right : label.x - 4 - label.width;
    const lane = taken.findIndex((each) => isFree(each, x, x + label.width));
    if (lane < 0 || x < 0) continue;
    taken[lane]?.push({ from: x, to: x + label.width });
    placed.push({ index, x, lane });
  }
  return placed.sort((p, q) => p.index - q.index);
}
