/** Index of the last of these times, which never go back, that is at or before `atMs`; -1 when there is none. */
export function indexAt(tMs: readonly number[], atMs: number): number {
  let low = 0;
  let high = tMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tMs[middle] ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
