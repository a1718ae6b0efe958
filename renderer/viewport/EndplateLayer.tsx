import { type KeyboardEvent, type PointerEvent, useEffect, useReducer, useRef } from 'react';
import type { ImagePoint, PlaneId } from '../../src/sample/index.ts';
import { arrowStep } from '../app/arrows.ts';
import { text } from '../text.ts';
import { AddPointButton } from './AddPointButton.tsx';
import { toCanvas } from './affine.ts';
import { addEndplate, moveEndplate, useEndplates } from './endplateStore.ts';
import type { PlaneController } from './planeController.ts';

interface Props {
  readonly plane: PlaneId;
  readonly controller: PlaneController;
}

/** Endplate points over one picture while they are placed: a click sets the next, a drag or the arrows move one. */
export function EndplateLayer({ plane, controller }: Props) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const draft = useEndplates();
  const layer = useRef<HTMLDivElement>(null);
  const dragged = useRef<number | null>(null);
  useEffect(() => controller.onCamera(redraw), [controller]);
  const m = controller.imageToCanvas();
  if (!m || !draft) return null;
  const points = draft.plane === plane ? draft.points : [];
  const pointAt = (event: PointerEvent): ImagePoint | null => {
    const bounds = layer.current?.getBoundingClientRect();
    return bounds ? controller.imagePointAt([event.clientX - bounds.left, event.clientY - bounds.top]) : null;
  };
  const add = (event: PointerEvent) => {
    if (event.button !== 0 || event.shiftKey || event.target !== event.currentTarget) return;
    const point = pointAt(event);
    if (point) addEndplate(plane, point);
  };
  const move = (event: PointerEvent) => {
    const point = dragged.current === null ? null : pointAt(event);
    if (dragged.current !== null && point) moveEndplate(dragged.current, point);
  };
  const onKey = (event: KeyboardEvent, index: number, [x, y]: ImagePoint) => {
    const arrow = arrowStep(event.key);
    if (!arrow) return;
    moveEndplate(index, [x + arrow[0], y + arrow[1]]);
    event.preventDefault();
    event.stopPropagation();
  };
  const line = (from: number) =>
    points
      .slice(from, from + 2)
      .map((point) => toCanvas(m, point).join(','))
      .join(' ');
  return (
    <div className="measure-layer" data-active data-gestures="plan" data-testid={`endplates-${plane}`} ref={layer} onPointerDown={add} onPointerMove={move}>
      <svg aria-hidden="true">
        <polyline points={line(0)} />
        <polyline points={line(2)} />
      </svg>
      <AddPointButton plane={plane} controller={controller} onAdd={(point) => addEndplate(plane, point)} />
      {points.map((point, index) => {
        const [left, top] = toCanvas(m, point);
        return (
          <button
            type="button"
            key={text.heights.points[index]}
            className="plan-handle"
            style={{ left, top }}
            aria-label={text.heights.points[index]}
            onPointerDown={(event) => {
              dragged.current = index;
              event.currentTarget.setPointerCapture(event.pointerId);
              event.stopPropagation();
            }}
            onPointerUp={() => {
              dragged.current = null;
            }}
            onKeyDown={(event) => onKey(event, index, point)}
          />
        );
      })}
    </div>
  );
}
