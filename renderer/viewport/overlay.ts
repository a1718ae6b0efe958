import type { CementObservation, DetectedNeedle, NeedleObservation, PlaneObservation } from '../../src/guidance/observation.ts';
import type { ImagePoint, PlanePlan } from '../../src/sample/index.ts';
import { type Affine, type CanvasPoint, scaleOf, toCanvas } from './affine.ts';
import type { CementPicture } from './arrival.ts';

/** Colours of the overlay, from the design tokens. */
export const overlayColours = {
  needle: '#58c4dc',
  plan: '#e8e27a',
  body: 'rgba(230, 233, 235, 0.85)',
  wall: '#ff4d4f',
  leak: '#ff6b6d',
  halo: 'rgba(0, 0, 0, 0.65)',
  plate: 'rgba(11, 12, 13, 0.8)',
} as const;

export interface OverlayContent {
  readonly observation: PlaneObservation | null;
  readonly plan: PlanePlan | null;
  readonly cement: CementPicture | null;
  readonly leakLabel: string | null;
  readonly wallLabel: string;
}

/** Which layers are shown. */
export interface OverlayLayers {
  readonly plan: boolean;
  readonly needle: boolean;
  readonly cement: boolean;
}

function stroke(context: CanvasRenderingContext2D, points: readonly CanvasPoint[], colour: string, widthPx: number, closed = false): void {
  const path = new Path2D();
  points.forEach(([x, y], i) => {
    if (i === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  });
  if (closed) path.closePath();
  // A dark halo keeps a thin line readable over bright lung and white collimator alike.
  context.strokeStyle = overlayColours.halo;
  context.lineWidth = widthPx + 2;
  context.stroke(path);
  context.strokeStyle = colour;
  context.lineWidth = widthPx;
  context.stroke(path);
}

function ring(context: CanvasRenderingContext2D, [x, y]: CanvasPoint, radiusPx: number, colour: string, widthPx: number): void {
  context.beginPath();
  context.arc(x, y, radiusPx, 0, 2 * Math.PI);
  context.strokeStyle = overlayColours.halo;
  context.lineWidth = widthPx + 2;
  context.stroke();
  context.strokeStyle = colour;
  context.lineWidth = widthPx;
  context.stroke();
}

export function label(context: CanvasRenderingContext2D, words: string, [x, y]: CanvasPoint, colour: string, sizePx: number): void {
  context.font = `600 ${sizePx}px "Inter Variable", system-ui, sans-serif`;
  context.fillStyle = overlayColours.plate;
  context.fillRect(x - 0.3 * sizePx, y - sizePx, context.measureText(words).width + 0.6 * sizePx, 1.3 * sizePx);
  context.fillStyle = colour;
  context.fillText(words, x, y);
}

const map = (m: Affine, points: readonly ImagePoint[]): CanvasPoint[] => points.map((point) => toCanvas(m, point));

function drawPlan(context: CanvasRenderingContext2D, m: Affine, plan: PlanePlan, unit: number, wallLabel: string): void {
  if (plan.vertebralBody) stroke(context, map(m, plan.vertebralBody), overlayColours.body, unit, true);
  if (plan.posteriorWall) {
    const wall = map(m, plan.posteriorWall);
    stroke(context, wall, overlayColours.wall, 2.5 * unit);
    const top = wall.reduce((highest, point) => (point[1] < highest[1] ? point : highest));
    label(context, wallLabel, [top[0] + 8 * unit, top[1] - 6 * unit], overlayColours.wall, 13 * unit);
  }
  for (const { entry, target } of plan.trajectories ?? []) {
    const [from, to] = [toCanvas(m, entry), toCanvas(m, target)];
    context.setLineDash([9 * unit, 7 * unit]);
    stroke(context, [from, to], overlayColours.plan, 1.5 * unit);
    context.setLineDash([]);
    ring(context, to, 6 * unit, overlayColours.plan, 1.5 * unit);
  }
}

/** Canvas pixels between the shaft's axis and the line drawn beside it: the needle's own edge stays free. */
const besidePx = 9;
const shaftImagePx = 320;

function drawNeedle(context: CanvasRenderingContext2D, m: Affine, needle: DetectedNeedle, unit: number): void {
  const tip = toCanvas(m, needle.tip);
  const hub = toCanvas(m, [needle.tip[0] - needle.direction[0] * shaftImagePx, needle.tip[1] - needle.direction[1] * shaftImagePx]);
  const length = Math.hypot(tip[0] - hub[0], tip[1] - hub[1]) || 1;
  const [ux, uy] = [(tip[0] - hub[0]) / length, (tip[1] - hub[1]) / length];
  const beside = (besidePx + Math.max(0, scaleOf(m) - 1) * besidePx) * unit;
  const off = ([x, y]: CanvasPoint): CanvasPoint => [x - uy * beside, y + ux * beside];
  const radius = 6 * unit;
  stroke(context, [off(hub), off([tip[0] - ux * radius, tip[1] - uy * radius])], overlayColours.needle, 1.5 * unit);
  ring(context, tip, radius, overlayColours.needle, 1.75 * unit);
}

function drawNeedles(context: CanvasRenderingContext2D, m: Affine, observation: NeedleObservation, unit: number): void {
  const advanced = observation.needle;
  context.globalAlpha = 0.6;
  for (const needle of observation.needles) {
    const isAdvanced = advanced && Math.hypot(needle.tip[0] - advanced.tip[0], needle.tip[1] - advanced.tip[1]) < 1;
    if (!isAdvanced) drawNeedle(context, m, needle, unit);
  }
  context.globalAlpha = 1;
  if (advanced) drawNeedle(context, m, advanced, unit);
}

/** Holds the small canvas that carries cement pixels, so that it is not made anew for each frame. */
export function createCementPainter() {
  const canvas = document.createElement('canvas');
  const small = canvas.getContext('2d');
  return (context: CanvasRenderingContext2D, m: Affine, { box, rgba }: CementPicture): void => {
    const width = box.x1 - box.x0;
    const height = box.y1 - box.y0;
    if (canvas.width < width || canvas.height < height) {
      canvas.width = Math.max(canvas.width, width);
      canvas.height = Math.max(canvas.height, height);
    }
    small?.clearRect(0, 0, canvas.width, canvas.height);
    small?.putImageData(new ImageData(rgba, width, height), 0, 0);
    context.save();
    context.transform(m.a, m.b, m.c, m.d, m.e, m.f);
    // Image coordinates name pixel centres, canvas coordinates pixel corners.
    context.drawImage(canvas, 0, 0, width, height, box.x0 - 0.5, box.y0 - 0.5, width, height);
    context.restore();
  };
}
export type CementPainter = ReturnType<typeof createCementPainter>;

function drawLeak(context: CanvasRenderingContext2D, m: Affine, cement: CementObservation, picture: CementPicture | null, words: string, unit: number): void {
  if (!cement.leak || !picture) return;
  const { box } = picture;
  const corners = map(m, [
    [box.x0, box.y0],
    [box.x1, box.y0],
    [box.x1, box.y1],
    [box.x0, box.y1],
  ]);
  context.setLineDash([4 * unit, 4 * unit]);
  stroke(context, corners, overlayColours.leak, 2 * unit, true);
  context.setLineDash([]);
  const bottom = Math.max(...corners.map(([, y]) => y));
  const left = Math.min(...corners.map(([x]) => x));
  label(context, words, [left, bottom + 20 * unit], overlayColours.leak, 16 * unit);
}

/** Draws everything over the frame. The context is in CSS pixels and already cleared; `unit` scales lines and text with the screen. */
export function drawOverlay(
  context: CanvasRenderingContext2D,
  m: Affine,
  content: OverlayContent,
  layers: OverlayLayers,
  paintCement: CementPainter,
  unit: number,
): void {
  context.lineJoin = 'round';
  context.lineCap = 'round';
  const { observation, plan, cement } = content;
  if (layers.cement && cement) paintCement(context, m, cement);
  if (layers.plan && plan) drawPlan(context, m, plan, unit, content.wallLabel);
  if (layers.needle && observation) drawNeedles(context, m, observation.needle, unit);
  if (layers.cement && observation && content.leakLabel) drawLeak(context, m, observation.cement, cement, content.leakLabel, unit);
}
