import { type KeyboardEvent, type PointerEvent, useEffect, useReducer, useRef } from 'react';
import type { ImagePoint, PlaneId } from '../../src/sample/index.ts';
import { arrowStep } from '../app/arrows.ts';
import { text } from '../text.ts';
import { type Affine, type CanvasPoint, toCanvas } from '../viewport/affine.ts';
import type { PlaneController } from '../viewport/planeController.ts';
import { addPoint, type DraftPlane, type PlanDraft, type PlanPart, type PointRef, pointsOf, setPoint } from './draft.ts';

interface Props {
  readonly plane: PlaneId;
  readonly controller: PlaneController;
  readonly draft: PlanDraft;
  readonly tool: PlanPart;
  readonly onChange: (draft: PlanDraft) => void;
}

const pathOf = (m: Affine, points: readonly ImagePoint[]): string =>
  points
    .map((point) =>
      toCanvas(m, point)
        .map((v) => v.toFixed(1))
        .join(','),
    )
    .join(' ');

function Lines({ m, plane }: { readonly m: Affine; readonly plane: DraftPlane }) {
  return (
    <svg className="plan-lines" aria-hidden="true">
      {plane.body.length > 0 && <polygon className="plan-body" points={pathOf(m, plane.body)} />}
      {plane.wall.length > 0 && <polyline className="plan-wall" points={pathOf(m, plane.wall)} />}
      {plane.trajectories.map(({ points }) => (
        <polyline className="plan-trajectory" key={points.join(' ')} points={pathOf(m, points)} />
      ))}
    </svg>
  );
}

const fastStep = 10;

const nameOf = ({ part, index }: PointRef): string => {
  if (part === 'trajectory') return text.plan.point(index % 2 === 0 ? text.plan.entry : text.plan.target, Math.floor(index / 2) + 1);
  return text.plan.point(part === 'body' ? text.plan.body : text.plan.wall, index + 1);
};

/** The plan over one picture while it is drawn: a click adds, a drag moves, keys do both. The wheel still zooms, Shift still pans. */
export function PlanLayer({ plane, controller, draft, tool, onChange }: Props) {
  const [, cameraChanged] = useReducer((count: number) => count + 1, 0);
  const layer = useRef<HTMLDivElement>(null);
  const dragged = useRef<PointRef | null>(null);
  useEffect(() => controller.onCamera(cameraChanged), [controller]);
  const m = controller.imageToCanvas();
  if (!m) return null;

  const imagePoint = (event: PointerEvent): ImagePoint | null => {
    const bounds = layer.current?.getBoundingClientRect();
    if (!bounds) return null;
    const at: CanvasPoint = [event.clientX - bounds.left, event.clientY - bounds.top];
    return controller.imagePointAt(at);
  };
  const add = (event: PointerEvent) => {
    if (event.button !== 0 || event.shiftKey || event.target !== event.currentTarget) return;
    const point = imagePoint(event);
    if (point) onChange(addPoint(draft, plane, tool, point));
  };
  const move = (event: PointerEvent) => {
    const point = dragged.current ? imagePoint(event) : null;
    if (dragged.current && point) onChange(setPoint(draft, plane, dragged.current, point));
  };
  const take = (event: PointerEvent<HTMLButtonElement>, ref: PointRef) => {
    if (event.button !== 0) return;
    dragged.current = ref;
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onKey = (event: KeyboardEvent, ref: PointRef, [x, y]: ImagePoint) => {
    const arrow = arrowStep(event.key);
    const step = event.shiftKey ? fastStep : 1;
    if (arrow) onChange(setPoint(draft, plane, ref, [x + arrow[0] * step, y + arrow[1] * step]));
    else if (event.key === 'Delete' || event.key === 'Backspace') onChange(setPoint(draft, plane, ref, null));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="plane-editor" data-gestures="plan" ref={layer} onPointerDown={add} onPointerMove={move} data-testid={`plan-${plane}`}>
      <Lines m={m} plane={draft.planes[plane]} />
      {pointsOf(draft.planes[plane]).map(({ ref, point }) => {
        const [left, top] = toCanvas(m, point);
        return (
          <button
            type="button"
            className="plan-handle"
            data-part={ref.part}
            key={`${ref.part}-${ref.index}`}
            aria-label={`${text.picture.plane[plane]}: ${nameOf(ref)}`}
            style={{ left, top }}
            onPointerDown={(event) => take(event, ref)}
            onPointerUp={() => {
              dragged.current = null;
            }}
            onKeyDown={(event) => onKey(event, ref, point)}
          />
        );
      })}
    </div>
  );
}
