import { type KeyboardEvent, type PointerEvent, useEffect, useReducer, useRef } from 'react';
import type { ImagePoint } from '../../src/sample/index.ts';
import { arrowStep } from '../app/arrows.ts';
import { fixed } from '../app/format.ts';
import { useAtTick } from '../app/tick.ts';
import { text } from '../text.ts';
import { AddPointButton } from './AddPointButton.tsx';
import { type Affine, toCanvas } from './affine.ts';
import { isComplete, type Measure, measured } from './measure.ts';
import { mmPerPxShown, type PictureKey } from './pictureInfo.ts';
import type { PlaneController } from './planeController.ts';
import { addMeasurePoint, moveMeasurePoint, removeMeasure, useTools } from './toolStore.ts';

/** Canvas pixels of an arrow with Shift. */
const fastStep = 10;

interface Props {
  readonly pictureKey: PictureKey;
  readonly controller: PlaneController;
}

function Drawn({ m, measure, mmPerPx }: { readonly m: Affine; readonly measure: Measure; readonly mmPerPx: number | null }) {
  const points = measure.points.map((point) => toCanvas(m, point));
  const result = measured(measure, mmPerPx);
  const [x, y] = points[measure.kind === 'angle' ? 1 : points.length - 1] ?? [0, 0];
  return (
    <>
      <polyline points={points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ')} />
      {result && (
        <text x={x + 12} y={y - 10}>
          {fixed(result.value, result.unit === 'px' ? 0 : 1)}
          {result.unit === '°' ? '°' : ` ${result.unit}`}
        </text>
      )}
    </>
  );
}

/**
 * Lengths and angles over one picture. With a measuring tool in hand a click sets a point, without one a key lays a whole measure; points
 * are moved by dragging or with the arrows, Delete takes the measure away, Enter or Escape leaves it.
 */
export function MeasureLayer({ pictureKey, controller }: Props) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const { measuring, measures, placed } = useTools((state) => state);
  const layer = useRef<HTMLDivElement>(null);
  const dragged = useRef<readonly [index: number, pointIndex: number] | null>(null);
  useEffect(() => controller.onCamera(redraw), [controller]);
  // The C-arm may have moved under a measure that stays: its millimetres are those of the frame that is shown.
  const mmPerPx = useAtTick(() => mmPerPxShown(pictureKey));
  const placedBefore = useRef(placed);
  useEffect(() => {
    if (placedBefore.current === placed) return;
    placedBefore.current = placed;
    if (measures.at(-1)?.picture === pictureKey) layer.current?.querySelector<HTMLElement>(`[data-point="${measures.length - 1}-0"]`)?.focus();
  }, [placed, measures, pictureKey]);
  const plane = pictureKey.endsWith('a') ? 'a' : 'b';
  const mine = measures.map((measure, index) => ({ measure, index })).filter(({ measure }) => measure.picture === pictureKey);
  const m = controller.imageToCanvas();
  if (!m || (!measuring && mine.length === 0)) return null;

  const pointAt = (event: PointerEvent): ImagePoint | null => {
    const bounds = layer.current?.getBoundingClientRect();
    return bounds ? controller.imagePointAt([event.clientX - bounds.left, event.clientY - bounds.top]) : null;
  };
  const add = (event: PointerEvent) => {
    if (!measuring || event.button !== 0 || event.shiftKey || event.target !== event.currentTarget) return;
    const point = pointAt(event);
    if (point) addMeasurePoint(pictureKey, measuring, point);
  };
  const move = (event: PointerEvent) => {
    const point = dragged.current ? pointAt(event) : null;
    if (dragged.current && point) moveMeasurePoint(...dragged.current, point);
  };
  const leave = () => layer.current?.closest<HTMLElement>('.plane')?.focus();
  const onKey = (event: KeyboardEvent, index: number, pointIndex: number, point: ImagePoint) => {
    const arrow = arrowStep(event.key);
    if (arrow) {
      // The way the eye sees it, however the picture is turned.
      const [x, y] = toCanvas(m, point);
      const step = event.shiftKey ? fastStep : 1;
      const moved = controller.imagePointAt([x + arrow[0] * step, y + arrow[1] * step]);
      if (moved) moveMeasurePoint(index, pointIndex, moved);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      leave();
      removeMeasure(index);
    } else if (event.key === 'Escape' || event.key === 'Enter') leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      className="measure-layer"
      data-active={measuring !== null}
      data-gestures={measuring ? 'plan' : undefined}
      data-testid={`measure-${plane}`}
      ref={layer}
      onPointerDown={add}
      onPointerMove={move}
    >
      <svg aria-hidden="true">
        {mine.map(({ measure, index }) => (
          <Drawn key={index} m={m} measure={measure} mmPerPx={mmPerPx} />
        ))}
      </svg>
      {measuring && <AddPointButton plane={plane} controller={controller} onAdd={(point) => addMeasurePoint(pictureKey, measuring, point)} />}
      {mine.flatMap(({ measure, index }) =>
        measure.points.map((point, pointIndex) => {
          const [left, top] = toCanvas(m, point);
          const result = isComplete(measure) ? measured(measure, mmPerPx) : null;
          return (
            <button
              type="button"
              // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place in its measure
              key={`${index}-${pointIndex}`}
              className="plan-handle"
              data-point={`${index}-${pointIndex}`}
              style={{ left, top }}
              aria-label={text.tools.point(text.tools[measure.kind], pointIndex + 1, result ? `${fixed(result.value, 1)} ${result.unit}` : '')}
              onPointerDown={(event) => {
                dragged.current = [index, pointIndex];
                event.currentTarget.setPointerCapture(event.pointerId);
                event.stopPropagation();
              }}
              onPointerUp={() => {
                dragged.current = null;
              }}
              onKeyDown={(event) => onKey(event, index, pointIndex, point)}
            />
          );
        }),
      )}
    </div>
  );
}
