import type { ImagePoint } from '../../src/sample/index.ts';

/** Image pixels to canvas (CSS) pixels: x' = a·x + c·y + e, y' = b·x + d·y + f, as `CanvasRenderingContext2D.setTransform` takes them. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

export type CanvasPoint = readonly [xCanvasPx: number, yCanvasPx: number];

/** The map that takes image points (0, 0), (1, 0) and (0, 1) to the three given canvas points, measured over a long base for exactness. */
export function affineFromThree(origin: CanvasPoint, alongX: CanvasPoint, alongY: CanvasPoint, basePx: number): Affine {
  return {
    a: (alongX[0] - origin[0]) / basePx,
    b: (alongX[1] - origin[1]) / basePx,
    c: (alongY[0] - origin[0]) / basePx,
    d: (alongY[1] - origin[1]) / basePx,
    e: origin[0],
    f: origin[1],
  };
}

export const toCanvas = (m: Affine, [x, y]: ImagePoint): CanvasPoint => [m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f];

/** Back to image pixels; null when the map flattens the plane (a viewport without size). */
export function toImage(m: Affine, [x, y]: CanvasPoint): ImagePoint | null {
  const determinant = m.a * m.d - m.b * m.c;
  if (Math.abs(determinant) < 1e-12) return null;
  const dx = x - m.e;
  const dy = y - m.f;
  return [(m.d * dx - m.c * dy) / determinant, (m.a * dy - m.b * dx) / determinant];
}

/** Canvas pixels for one image pixel. */
export const scaleOf = (m: Affine): number => Math.sqrt(Math.abs(m.a * m.d - m.b * m.c));
