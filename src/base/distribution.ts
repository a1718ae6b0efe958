/**
 * How values are spread, as plain data that adds up: the distribution of a library is the sum of those of its records.
 * Sizes are kept in bins four to the octave, so a quantile is good to 10 % of itself; count, mean and largest are exact.
 */
export interface Distribution {
  readonly count: number;
  /** How many of them are exactly zero. */
  readonly zeros: number;
  /** Sum with signs. */
  readonly sum: number;
  readonly largest: number;
  /** Values other than zero by `floor(4 · log2 |value|)`. */
  readonly bins: Readonly<Record<string, number>>;
}

export const noValues: Distribution = { count: 0, zeros: 0, sum: 0, largest: 0, bins: {} };

const binsPerOctave = 4;
const binOf = (value: number): number => Math.floor(binsPerOctave * Math.log2(Math.abs(value)));

/** Size at which a bin begins; it ends where the next one begins. */
export const binStart = (bin: number): number => 2 ** (bin / binsPerOctave);

/** Collects values; `distribution` gives what has been collected so far. */
export function startDistribution(): { readonly add: (value: number) => void; readonly distribution: () => Distribution } {
  let [count, zeros, sum, largest] = [0, 0, 0, 0];
  const bins: Record<string, number> = {};
  return {
    add(value) {
      if (!Number.isFinite(value)) return;
      count++;
      sum += value;
      largest = Math.max(largest, Math.abs(value));
      if (value === 0) zeros++;
      else bins[binOf(value)] = (bins[binOf(value)] ?? 0) + 1;
    },
    distribution: () => ({ count, zeros, sum, largest, bins: { ...bins } }),
  };
}

export function addDistributions(all: readonly Distribution[]): Distribution {
  let [count, zeros, sum, largest] = [0, 0, 0, 0];
  const bins: Record<string, number> = {};
  for (const one of all) {
    count += one.count;
    zeros += one.zeros;
    sum += one.sum;
    largest = Math.max(largest, one.largest);
    for (const [bin, values] of Object.entries(one.bins)) bins[bin] = (bins[bin] ?? 0) + values;
  }
  return { count, zeros, sum, largest, bins };
}

/** Bins in order of their size. */
export const binsInOrder = ({ bins }: Distribution): readonly { readonly bin: number; readonly values: number }[] =>
  Object.entries(bins)
    .map(([bin, values]) => ({ bin: Number(bin), values }))
    .sort((p, q) => p.bin - q.bin);

/** The size that `share` (0 … 1) of the values do not exceed, to the end of its bin; 0 when there are none. */
export function quantile(distribution: Distribution, share: number): number {
  const wanted = share * distribution.count;
  let seen = distribution.zeros;
  if (seen >= wanted) return 0;
  for (const { bin, values } of binsInOrder(distribution)) {
    seen += values;
    if (seen >= wanted) return Math.min(distribution.largest, binStart(bin + 1));
  }
  return distribution.largest;
}
