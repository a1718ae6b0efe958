/** The part of time that a strip shows: so much up to `endMs`, or up to now and going on with it when null. Null: all of it. */
export type Range = { readonly spanMs: number; readonly endMs: number | null } | null;

const leastSpanMs = 2000;
const zoomStep = 1.6;

/** What is visible of a session that stands at `nowMs`; a short one is shown with room to grow. */
export function visibleRange(range: Range, nowMs: number, shortestMs: number): { readonly fromMs: number; readonly toMs: number } {
  const wholeMs = Math.max(shortestMs, nowMs);
  if (!range) return { fromMs: 0, toMs: wholeMs };
  const spanMs = Math.min(range.spanMs, wholeMs);
  const toMs = Math.min(Math.max(range.endMs ?? nowMs, spanMs), wholeMs);
  return { fromMs: toMs - spanMs, toMs };
}

/** After zooming by steps (negative: closer) about a moment, the end when null; null once everything is visible. */
export function zoomed(range: Range, nowMs: number, shortestMs: number, aboutMs: number | null, steps: number): Range {
  const { fromMs, toMs } = visibleRange(range, nowMs, shortestMs);
  const spanMs = Math.max(leastSpanMs, (toMs - fromMs) * zoomStep ** steps);
  if (spanMs >= Math.max(shortestMs, nowMs)) return null;
  if (aboutMs === null) return { spanMs, endMs: range?.endMs ?? null };
  const share = (aboutMs - fromMs) / Math.max(1, toMs - fromMs);
  return shifted({ spanMs, endMs: aboutMs + (1 - share) * spanMs }, 0, nowMs);
}

/** Moved in time; one that comes to the present end goes on with it. */
export function shifted(range: Range, byMs: number, nowMs: number): Range {
  if (!range) return null;
  const endMs = Math.max(range.spanMs, (range.endMs ?? nowMs) + byMs);
  return { spanMs: range.spanMs, endMs: endMs >= nowMs ? null : endMs };
}
