import type { ReactNode } from 'react';
import type { NumberFreshness } from '../store/stale.ts';

export interface Bar {
  readonly value: number;
  readonly max: number;
  /** Where the limit stands on the bar; absent without one. */
  readonly limit?: number;
  readonly colour: string;
}

interface Props {
  readonly id: string;
  readonly label: string;
  readonly size: 'first' | 'second';
  readonly corner?: ReactNode;
  readonly freshness: NumberFreshness;
  /** Shown instead of a value, in words, when there is none. */
  readonly missing?: string | null;
  readonly values: readonly { readonly value: string; readonly unit: string }[];
  readonly bar?: Bar | null;
  readonly foot?: readonly [left: ReactNode, right: ReactNode];
  /** Why the value is not to be trusted right now. */
  readonly why?: string | null;
}

const percent = (share: number) => `${(Math.max(0, Math.min(1, share)) * 100).toFixed(1)}%`;

/** One live value: label and limit above, the figure with its unit, a bar to its limit, and its bound below. */
export function NumberBlock({ id, label, size, corner, freshness, missing, values, bar, foot, why }: Props) {
  return (
    <section className="number" data-size={size} data-fresh={freshness} data-testid={`number-${id}`} aria-label={label}>
      <div className="number-head">
        <span>{label}</span>
        <span>{corner}</span>
      </div>
      {missing ? (
        <div className="number-missing">{missing}</div>
      ) : (
        <div className="number-value">
          {values.map(({ value, unit }) => (
            <span key={unit}>
              {value}
              {unit && <small> {unit}</small>}
            </span>
          ))}
        </div>
      )}
      {bar && !missing && (
        <div className="bar" aria-hidden="true">
          <div className="bar-fill" style={{ width: percent(bar.value / bar.max), background: bar.colour }} />
          {bar.limit !== undefined && <div className="bar-limit" style={{ left: percent(bar.limit / bar.max) }} />}
        </div>
      )}
      {why ? (
        <div className="number-foot">
          <span className="number-why">{why}</span>
        </div>
      ) : (
        foot && (
          <div className="number-foot">
            <span>{foot[0]}</span>
            <span>{foot[1]}</span>
          </div>
        )
      )}
    </section>
  );
}
