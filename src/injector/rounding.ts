/**
 * A copy of plain data with every number rounded to six decimals (a thousandth of a µL, a mPa), no negative zero: what is
 * computed with sums is written as a person would write it, and compares equal after a trip through JSON.
 */
export function roundedNumbers<T>(value: T): T {
  return roundAny(value) as T;
}

function roundAny(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 1e6) / 1e6 + 0;
  if (Array.isArray(value)) return value.map(roundAny);
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, roundAny(inner)]));
  return value;
}
