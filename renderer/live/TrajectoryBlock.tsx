import { fixed } from '../app/format.ts';
import type { Moment } from '../store/moment.ts';
import { text } from '../text.ts';
import { shownGuidance } from '../viewport/pictureInfo.ts';
import { type BullsEye, bullsEyeOf, bullsEyeWords } from './bullsEye.ts';
import { pictureFreshness } from './pictureFreshness.ts';

const words = text.trajectory;
const radius = 46;

function Target({ eye }: { readonly eye: BullsEye }) {
  const place = (value: number) => Math.max(-1, Math.min(1, value / eye.reach)) * radius;
  const x = eye.a ? place(eye.a.aside.value) : 0;
  const y = eye.b ? place(eye.b.aside.value) : 0;
  return (
    <svg className="bulls-eye" viewBox="-50 -50 100 100" role="img" aria-label={bullsEyeWords(eye)}>
      {[1, 2 / 3, 1 / 3].map((share) => (
        <circle key={share} r={radius * share} className="ring" />
      ))}
      <path d={`M${-radius} 0H${radius}M0 ${-radius}V${radius}`} className="ring" />
      <circle r="3" className="plan-dot" />
      {/* With one plane only, the other axis is not known: a line instead of a dot. */}
      {!eye.b && <path d={`M${x} ${-radius}V${radius}`} className="tip-line" />}
      {!eye.a && <path d={`M${-radius} ${y}H${radius}`} className="tip-line" />}
      {eye.a && eye.b && <circle cx={x} cy={y} r="6" className="tip-dot" />}
    </svg>
  );
}

/** Bull's eye and progress along the planned line. Takes what is left of the column, and nothing when there is nothing to say. */
export function TrajectoryBlock({ moment }: { readonly moment: Moment }) {
  const eye = bullsEyeOf(shownGuidance(moment.mode), moment.timeline.procedure?.plan ?? null);
  if (!eye) return <div className="trajectory-room" />;
  const { freshness } = pictureFreshness(moment.mode);
  const percent = Math.round(eye.progress * 100);
  return (
    <div className="trajectory-room">
      <section className="number trajectory" data-fresh={freshness} aria-label={words.title}>
        <Target eye={eye} />
        <div className="trajectory-words">
          <div className="number-head">
            <span>{words.title}</span>
            <span>{words.ring(fixed(eye.reach, 0), eye.unit)}</span>
          </div>
          <div className="trajectory-progress">
            {Math.max(0, percent)} % <span className="quiet">{percent > 100 ? words.past : percent < 0 ? words.before : words.ofWay}</span>
          </div>
          <div className="bar" aria-hidden="true">
            <div className="bar-fill" style={{ width: `${Math.max(0, Math.min(100, percent))}%`, background: 'var(--plan)' }} />
          </div>
        </div>
      </section>
    </div>
  );
}
