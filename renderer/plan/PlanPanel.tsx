import { NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import type { Plan, PlaneId } from '../../src/sample/index.ts';
import { text } from '../text.ts';
import { pictureInfo } from '../viewport/pictureInfo.ts';
import { addPoint, clearPart, isComplete, type PlanDraft, type PlanPart, planOf, withPlane } from './draft.ts';

interface Props {
  readonly planes: readonly PlaneId[];
  readonly draft: PlanDraft;
  readonly tool: PlanPart;
  readonly onTool: (tool: PlanPart) => void;
  readonly onChange: (draft: PlanDraft) => void;
  readonly onApply: (plan: Plan) => void;
  readonly onCancel: () => void;
}

const words = text.plan;
const hints: Readonly<Record<PlanPart, string>> = { trajectory: words.hintTrajectory, body: words.hintBody, wall: words.hintWall };
const tools: readonly { readonly value: PlanPart; readonly label: string }[] = [
  { value: 'trajectory', label: words.trajectory },
  { value: 'body', label: words.body },
  { value: 'wall', label: words.wall },
];
const isTool = (value: string): value is PlanPart => tools.some((tool) => tool.value === value);

/** Guidance takes the frame's own geometry where it has one; only else a scale may be entered. */
const needsScale = (plane: PlaneId): boolean => pictureInfo(`live/${plane}`).guidance?.observation.needle.scaleFrom !== 'geometry';

type Limits = NonNullable<Plan['limits']>;
const limitFields: readonly { readonly key: keyof Limits; readonly label: string; readonly max: number }[] = [
  { key: 'balloonVolumeMl', label: words.balloonLimit, max: 20 },
  { key: 'cementVolumeMl', label: words.cementLimit, max: 50 },
];

function withLimit(plan: Plan, key: keyof Limits, value: number | string): Plan {
  const { [key]: _, ...others } = plan.limits ?? {};
  const limits = typeof value === 'number' && value > 0 ? { ...others, [key]: value } : others;
  const { limits: __, ...rest } = plan;
  return Object.keys(limits).length > 0 ? { ...rest, limits } : rest;
}

function Details({ planes, draft, onChange }: Pick<Props, 'planes' | 'draft' | 'onChange'>) {
  const { base } = draft;
  const setBase = (next: Plan) => onChange({ ...draft, base: next });
  return (
    <div className="plan-details">
      <TextInput
        label={words.level}
        size="sm"
        maxLength={16}
        value={base.level ?? ''}
        onChange={({ currentTarget: { value } }) => {
          const { level: _, ...rest } = base;
          setBase(value ? { ...rest, level: value } : rest);
        }}
      />
      <Select
        label={words.procedure}
        size="sm"
        data={[
          { value: 'kyphoplasty', label: text.header.procedure.kyphoplasty },
          { value: 'vertebroplasty', label: text.header.procedure.vertebroplasty },
        ]}
        value={base.procedure ?? null}
        onChange={(value) => {
          if (value === 'kyphoplasty' || value === 'vertebroplasty') setBase({ ...base, procedure: value });
        }}
      />
      {limitFields.map(({ key, label, max }) => (
        <NumberInput
          key={key}
          label={label}
          size="sm"
          min={0}
          max={max}
          step={0.5}
          decimalScale={2}
          value={base.limits?.[key] ?? ''}
          onChange={(value) => setBase(withLimit(base, key, value))}
        />
      ))}
      {planes.filter(needsScale).map((plane) => (
        <NumberInput
          key={plane}
          label={`${words.calibration} ${plane.toUpperCase()}`}
          size="sm"
          min={0}
          max={10}
          step={0.01}
          decimalScale={4}
          value={draft.planes[plane].mmPerPx ?? ''}
          onChange={(value) => onChange(withPlane(draft, plane, { mmPerPx: typeof value === 'number' && value > 0 ? value : null }))}
        />
      ))}
    </div>
  );
}

/** Stands where the curve is while the plan is drawn: pictures and numbers stay in view. */
export function PlanPanel({ planes, draft, tool, onTool, onChange, onApply, onCancel }: Props) {
  const complete = isComplete(draft);
  const addInMiddle = (plane: PlaneId) => {
    const attributes = pictureInfo(`live/${plane}`).header?.attributes;
    if (attributes) onChange(addPoint(draft, plane, tool, [(attributes.columns - 1) / 2, (attributes.rows - 1) / 2]));
  };
  return (
    <section className="strip plan-panel" aria-label={words.title}>
      <div className="plan-row">
        <SegmentedControl
          aria-label={words.tool}
          size="md"
          transitionDuration={0}
          data={[...tools]}
          value={tool}
          onChange={(value) => {
            if (isTool(value)) onTool(value);
          }}
        />
        {planes.map((plane) => (
          <button type="button" className="action plan-button" key={plane} onClick={() => addInMiddle(plane)}>
            {words.addPoint(plane.toUpperCase())}
          </button>
        ))}
        <button type="button" className="action plan-button" onClick={() => onChange(clearPart(draft, tool))}>
          {words.clear}
        </button>
        <span className="plan-space" />
        <button type="button" className="action plan-button" onClick={onCancel}>
          {words.cancel}
        </button>
        <button type="button" className="action action-primary plan-button" disabled={!complete} onClick={() => onApply(planOf(draft))}>
          {words.apply}
        </button>
      </div>
      <p className="plan-hint">
        <b>{hints[tool]}</b> <span className="quiet">{words.hintMove}</span> {!complete && <span className="warn">{words.unfinished}</span>}
      </p>
      <Details planes={planes} draft={draft} onChange={onChange} />
    </section>
  );
}
