import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { arrowStep } from '../app/arrows.ts';
import { fixed } from '../app/format.ts';
import { text } from '../text.ts';
import type { Slice } from './reslice.ts';
import { lengthOf, type SliceLength, type SlicePoint } from './sliceView.ts';

const words = text.reference;

interface Props {
  readonly slice: Slice;
  readonly zoom: number;
  /** Those of this slice. */
  readonly lengths: readonly SliceLength[];
  readonly onLength: (length: SliceLength, ends: SliceLength['ends']) => void;
  /** Null beside the picture. */
  readonly pointAt: (event: PointerEvent) => SlicePoint | null;
}

const withEnd = ({ ends: [p, q] }: SliceLength, end: 0 | 1, point: SlicePoint): SliceLength['ends'] => (end === 0 ? [point, q] : [p, point]);

/** Lengths over one slice; their ends are dragged, or moved with the arrows. They keep their size however far the slice is enlarged. */
export function SliceLengths({ slice, zoom, lengths, onLength, pointAt }: Props) {
  const dragged = useRef<{ readonly length: number; readonly end: 0 | 1 } | null>(null);
  const place = ([x, y]: SlicePoint) => ({
    left: `${(100 * (x + 0.5)) / slice.width}%`,
    top: `${(100 * (y + 0.5)) / slice.height}%`,
    transform: `scale(${1 / zoom})`,
  });
  const move = (event: PointerEvent, index: number) => {
    const { current } = dragged;
    const length = lengths[index];
    if (current?.length !== index || !length) return;
    event.stopPropagation();
    const point = pointAt(event);
    if (point) onLength(length, withEnd(length, current.end, point));
  };
  const onKey = (event: KeyboardEvent, length: SliceLength, end: 0 | 1) => {
    const arrow = arrowStep(event.key);
    if (!arrow) return;
    const step = event.shiftKey ? 10 : 1;
    const [x, y] = length.ends[end];
    const within = (value: number, size: number) => Math.max(0, Math.min(size - 1, value));
    onLength(length, withEnd(length, end, [within(x + arrow[0] * step, slice.width), within(y + arrow[1] * step, slice.height)]));
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <svg
        className="slice-lengths"
        viewBox={`-0.5 -0.5 ${slice.width} ${slice.height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        style={{ strokeWidth: 2 / zoom }}
      >
        {lengths.map(({ ends: [p, q] }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a length is its place in the list
          <line key={index} x1={p[0]} y1={p[1]} x2={q[0]} y2={q[1]} />
        ))}
      </svg>
      {lengths.map((length, index) => {
        const { value, unit } = lengthOf(length, slice.spacingMm);
        const said = `${fixed(value, unit === 'mm' ? 1 : 0)} ${unit}`;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a length is its place in the list
          <div key={index} className="slice-length">
            <span className="slice-length-text" style={place(length.ends[1])}>
              {said}
            </span>
            {([0, 1] as const).map((end) => (
              <button
                type="button"
                key={end}
                className="plan-handle"
                style={place(length.ends[end])}
                aria-label={words.lengthEnd(end + 1, said)}
                onPointerDown={(event) => {
                  event.stopPropagation();
                  dragged.current = { length: index, end };
                  event.currentTarget.setPointerCapture(event.pointerId);
                }}
                onPointerMove={(event) => move(event, index)}
                onPointerUp={(event) => {
                  event.stopPropagation();
                  dragged.current = null;
                }}
                onKeyDown={(event) => onKey(event, length, end)}
              />
            ))}
          </div>
        );
      })}
    </>
  );
}
