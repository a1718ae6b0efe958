/** One line of the result: a figure of ours, the reference's from the same run, and what was aimed at. */
export interface Measure {
  readonly name: string;
  readonly measure: string;
  readonly unit: string;
  /** Median over the rounds. */
  readonly ours: number;
  readonly reference: number | null;
  /** Ours over the reference's, the median of the rounds' own ratios: rounds alternate, so both had the same machine. */
  readonly ratio: number | null;
  /** Least and most of the rounds. */
  readonly spread: readonly [least: number, most: number];
  readonly target: string | null;
  /** `null` where nothing is aimed at, or the reference is not on this machine. */
  readonly met: boolean | null;
  /** What the reference is, or why there is none. */
  readonly against: string;
}

export interface BenchContext {
  /** A folder of this benchmark's own; removed after it. */
  readonly folder: string;
  readonly rounds: number;
  say(line: string): void;
}

export interface Benchmark {
  readonly name: string;
  readonly what: string;
  /** Takes so many minutes that it runs only when it is named. */
  readonly onlyWhenNamed?: true;
  run(context: BenchContext): Promise<readonly Measure[]>;
}

/** What is aimed at: a bound on our figure or on the ratio. */
export type Target = { readonly of: 'ours' | 'ratio'; readonly atMost: number } | { readonly of: 'ours' | 'ratio'; readonly atLeast: number };

const targetText = (target: Target, unit: string): string => {
  const bound = 'atMost' in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`;
  return target.of === 'ratio' ? `${bound} × reference` : `${bound} ${unit}`;
};

function isMet(target: Target, ours: number, ratio: number | null): boolean | null {
  const figure = target.of === 'ours' ? ours : ratio;
  if (figure === null) return null;
  return 'atMost' in target ? figure <= target.atMost : figure >= target.atLeast;
}

/** The value below which `part` of the values lie; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
export const median = (values: readonly number[]): number => quantile(values, 0.5);

export interface MeasureOptions {
  readonly name: string;
  readonly measure: string;
  readonly unit: string;
  readonly target?: Target;
  readonly against: string;
}

/** One measure from what the rounds gave; `references` of the same rounds, or none. */
export function measureOf({ name, measure, unit, target, against }: MeasureOptions, ours: readonly number[], references: readonly number[] | null): Measure {
  const ratios = references?.map((reference, round) => (ours[round] ?? Number.NaN) / reference) ?? null;
  const ratio = ratios === null ? null : median(ratios);
  const figure = median(ours);
  return {
    name,
    measure,
    unit,
    ours: figure,
    reference: references === null ? null : median(references),
    ratio,
    spread: [Math.min(...ours), Math.max(...ours)],
    target: target ? targetText(target, unit) : null,
    met: target ? isMet(target, figure, ratio) : null,
    against,
  };
}

/** Ours and the reference in turns, as many rounds as asked for, after one of each that does not count. */
export async function alternate<T, R>(
  rounds: number,
  ours: (round: number) => T | Promise<T>,
  reference: (round: number) => R | Promise<R>,
): Promise<{ readonly ours: readonly T[]; readonly reference: readonly R[] }> {
  const result = { ours: [] as T[], reference: [] as R[] };
  for (let round = -1; round < rounds; round++) {
    const [mine, theirs] = [await ours(round), await reference(round)];
    if (round < 0) continue;
    result.ours.push(mine);
    result.reference.push(theirs);
  }
  return result;
}

const figure = (value: number | null): string =>
  value === null || Number.isNaN(value) ? '–' : Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);

/** A Markdown table that is also readable as text. */
export function tableOf(measures: readonly Measure[]): string {
  const head = ['benchmark', 'measure', 'ours (least – most)', 'reference', 'ratio', 'target', 'met', 'reference is'];
  const rows = measures.map(({ name, measure, unit, ours, spread, reference, ratio, target, met, against }) => [
    name,
    measure,
    `${figure(ours)} ${unit} (${figure(spread[0])} – ${figure(spread[1])})`,
    reference === null ? '–' : `${figure(reference)} ${unit}`,
    figure(ratio),
    target ?? '–',
    met === null ? '–' : met ? 'yes' : '**no**',
    against,
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
