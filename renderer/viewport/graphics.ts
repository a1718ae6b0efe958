import type { DisplayOverlay } from '../../src/dicom/overlay.ts';
import type { DisplayShutter } from '../../src/dicom/shutter.ts';
import type { XrayFrameAttributes } from '../../src/dicom/xrayFrame.ts';
import type { Affine } from './affine.ts';

/** Of graphics that the source draws, told apart from what this program draws. */
const graphicsColour = '#c9cdd2';
const regionColour = 'rgba(201, 205, 210, 0.35)';

type Shape = (path: Path2D) => void;

function shutterShapes({ rectangleImagePx, circleImagePx, polygonImagePx }: DisplayShutter): readonly Shape[] {
  const shapes: Shape[] = [];
  if (rectangleImagePx) {
    const { left, right, top, bottom } = rectangleImagePx;
    shapes.push((path) => path.rect(left - 0.5, top - 0.5, right - left + 1, bottom - top + 1));
  }
  if (circleImagePx) {
    const [x, y] = circleImagePx.center;
    shapes.push((path) => {
      path.moveTo(x + circleImagePx.radius, y);
      path.arc(x, y, circleImagePx.radius, 0, 2 * Math.PI);
    });
  }
  if (polygonImagePx) {
    shapes.push((path) => {
      // A subpath of its own: a line from the corner of the picture would be part of it.
      const [first, ...rest] = polygonImagePx;
      if (first) path.moveTo(...first);
      for (const point of rest) path.lineTo(...point);
      path.closePath();
    });
  }
  return shapes;
}

function inImagePx(context: CanvasRenderingContext2D, m: Affine, draw: () => void): void {
  context.save();
  context.transform(m.a, m.b, m.c, m.d, m.e, m.f);
  draw();
  context.restore();
}

/** Covers what the source's shutter leaves out (PS3.3 C.7.6.11): outside any of its shapes. */
export function drawShutter(context: CanvasRenderingContext2D, m: Affine, { rows, columns, shutter }: XrayFrameAttributes): void {
  if (!shutter) return;
  inImagePx(context, m, () => {
    const grey = Math.round(255 * (shutter.brightness ?? 0));
    context.fillStyle = `rgb(${grey} ${grey} ${grey})`;
    for (const shape of shutterShapes(shutter)) {
      const path = new Path2D();
      path.rect(-1, -1, columns + 1, rows + 1);
      shape(path);
      context.fill(path, 'evenodd');
    }
  });
}

function pathOf({ mask, originImagePx }: DisplayOverlay): Path2D {
  const path = new Path2D();
  const [, columns] = mask.size;
  const [left, top] = originImagePx;
  let at = 0;
  mask.counts.forEach((count, index) => {
    const end = at + count;
    for (let from = at; index % 2 === 1 && from < end; ) {
      const row = Math.floor(from / columns);
      const to = Math.min(end, (row + 1) * columns);
      path.rect(left + from - row * columns - 0.5, top + row - 0.5, to - from, 1);
      from = to;
    }
    at = end;
  });
  return path;
}

/** Tells overlays apart without comparing every run: the same one comes with each frame. */
const keyOf = ({ mask, originImagePx }: DisplayOverlay): string =>
  `${originImagePx} ${mask.size} ${mask.counts.length} ${mask.counts.reduce((sum, count, index) => (sum * 31 + count + index) | 0, 7)}`;

/** Draws the overlay planes of a frame (60xx); keeps the paths of those it has seen last. */
export function createGraphicsPainter() {
  let paths = new Map<string, Path2D>();
  return (context: CanvasRenderingContext2D, m: Affine, overlays: readonly DisplayOverlay[]): void => {
    if (overlays.length === 0) return;
    const next = new Map<string, Path2D>();
    inImagePx(context, m, () => {
      for (const overlay of overlays) {
        const key = keyOf(overlay);
        const path = paths.get(key) ?? pathOf(overlay);
        next.set(key, path);
        context.fillStyle = overlay.kind === 'region' ? regionColour : graphicsColour;
        context.fill(path);
      }
    });
    paths = next;
  };
}
