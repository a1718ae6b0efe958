import type { CementObservation, DetectedNeedle, NeedleObservation, PlaneObservation, VertebraObservation } from '../../src/guidance/observation.ts';
import type { ImagePoint, PlanePlan } from '../../src/sample/index.ts';
import { type Affine, type CanvasPoint, scaleOf, toCanvas } from './affine.ts';
import type { CementPicture } from './arrival.ts';
import type { LayerName, OverlayLayers } from './layers.ts';
import { nearestOnPlan } from './planShapes.ts';

/** Colours of the overlay, from the design tokens. */
export const overlayColours = {
  needle: '#58c4dc',
  plan: '#e8e27a',
  body: 'rgba(230, 233, 235, 0.85)',
  wall: '#ff4d4f',
  leak: '#ff6b6d',
  halo: 'rgba(0, 0, 0, 0.65)',
  plate: 'rgba(11, 12, 13, 0.8)',
  deviation: '#ffffff',
  epipolar: '#d78cff',
  height: '#9be7a6',
  zone: '#f5c542',
  band: 'rgba(88, 196, 220, 0.28)',
} as const;

export interface OverlayContent {
  readonly observation: PlaneObservation | null;
  readonly plan: PlanePlan | null;
  readonly cement: CementPicture | null;
  readonly leakLabel: string | null;
  readonly wallLabel: string;
  /** How far the tip is off its line, in words; null without a plan or a needle. */
  readonly deviationLabel: string | null;
  /** The strip before the posterior wall where cement is to stop. */
  readonly quarter: readonly ImagePoint[] | null;
  readonly quarterLabel: string;
  /** Where the tip that the other plane sees must lie in this one. */
  readonly epipolar: readonly [ImagePoint, ImagePoint] | null;
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

/** Where the tip and the shaft may be with 95 % probability, when that is more than the line itself. */
function drawBand(context: CanvasRenderingContext2D, m: Affine, needle: DetectedNeedle, acrossPx: number): void {
  const { tip, direction } = needle;
  const [ux, uy] = direction;
  const along = 2 * needle.tipSigmaPx;
  const corner = (back: number, side: number): CanvasPoint => toCanvas(m, [tip[0] - ux * back - uy * side, tip[1] - uy * back + ux * side]);
  context.fillStyle = overlayColours.band;
  context.beginPath();
  for (const [x, y] of [corner(-along, acrossPx), corner(shaftImagePx, acrossPx), corner(shaftImagePx, -acrossPx), corner(-along, -acrossPx)])
    context.lineTo(x, y);
  context.fill();
}

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
  const opacity = context.globalAlpha;
  const { deviation, mmPerPx } = observation;
  if (advanced && deviation) drawBand(context, m, advanced, deviation.tipToLineBound95 / (deviation.tipToLineMm === null ? 1 : (mmPerPx ?? 1)));
  context.globalAlpha = 0.6 * opacity;
  for (const needle of observation.needles) {
    const isAdvanced = advanced && Math.hypot(needle.tip[0] - advanced.tip[0], needle.tip[1] - advanced.tip[1]) < 1;
    if (!isAdvanced) drawNeedle(context, m, needle, unit);
  }
  context.globalAlpha = opacity;
  if (advanced) drawNeedle(context, m, advanced, unit);
}

/** From the tip square to its planned line, with how much that is beside the tip, away from the shaft. */
function drawDeviation(context: CanvasRenderingContext2D, m: Affine, needle: DetectedNeedle, content: OverlayContent, unit: number): void {
  const foot = nearestOnPlan(needle.tip, content.plan);
  if (!foot || !content.deviationLabel) return;
  const tip = toCanvas(m, needle.tip);
  stroke(context, [tip, toCanvas(m, foot)], overlayColours.deviation, 2 * unit);
  const ahead = toCanvas(m, [needle.tip[0] + needle.direction[0], needle.tip[1] + needle.direction[1]]);
  const down = ahead[1] >= tip[1] ? 1 : -1;
  label(context, content.deviationLabel, [tip[0] - 60 * unit, tip[1] + (down > 0 ? 40 : -28) * unit], overlayColours.deviation, 13 * unit);
}

/** Both endplates as they are followed, and the anterior and posterior height between their ends; the neighbour's fainter. */
function drawHeights(context: CanvasRenderingContext2D, m: Affine, vertebra: VertebraObservation, unit: number): void {
  const opacity = context.globalAlpha;
  for (const [body, share] of [
    [vertebra.reference, 0.6],
    [vertebra.treated, 1],
  ] as const) {
    if (!body) continue;
    context.globalAlpha = opacity * share;
    for (const plate of [body.superior, body.inferior]) {
      context.setLineDash(body.snappedPlates === 2 ? [] : [3 * unit, 4 * unit]);
      stroke(context, map(m, plate), overlayColours.height, 1.5 * unit);
    }
    context.setLineDash([2 * unit, 4 * unit]);
    for (const end of [0, 2] as const) stroke(context, map(m, [body.superior[end], body.inferior[end]]), overlayColours.height, unit);
    context.setLineDash([]);
  }
}

function drawQuarter(context: CanvasRenderingContext2D, m: Affine, quarter: readonly ImagePoint[], words: string, unit: number): void {
  const corners = map(m, quarter);
  context.beginPath();
  for (const [x, y] of corners) context.lineTo(x, y);
  context.closePath();
  context.save();
  context.clip();
  const ys = corners.map(([, y]) => y);
  const xs = corners.map(([x]) => x);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  context.strokeStyle = overlayColours.zone;
  context.lineWidth = unit;
  context.beginPath();
  for (let x = left - (bottom - top); x < right; x += 9 * unit) {
    context.moveTo(x, bottom);
    context.lineTo(x + (bottom - top), top);
  }
  context.stroke();
  context.restore();
  stroke(context, corners, overlayColours.zone, unit, true);
  label(context, words, [left, bottom + 16 * unit], overlayColours.zone, 12 * unit);
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
  const { observation, plan, cement, quarter, epipolar } = content;
  const layer = (name: LayerName, draw: () => void) => {
    const { shown, opacity } = layers[name];
    if (!shown) return;
    context.save();
    context.globalAlpha = opacity;
    draw();
    context.restore();
  };
  const needle = observation?.needle.needle ?? null;
  layer('cement', () => cement && paintCement(context, m, cement));
  layer('zones', () => quarter && drawQuarter(context, m, quarter, content.quarterLabel, unit));
  layer('plan', () => plan && drawPlan(context, m, plan, unit, content.wallLabel));
  layer('heights', () => observation?.vertebra && drawHeights(context, m, observation.vertebra, unit));
  layer('epipolar', () => epipolar && stroke(context, map(m, epipolar), overlayColours.epipolar, 1.25 * unit));
  layer('needle', () => observation && drawNeedles(context, m, observation.needle, unit));
  layer('deviation', () => needle && drawDeviation(context, m, needle, content, unit));
  // A leak is not a layer to be switched off: its frame and words stay whatever the opacity of the cement.
  if (layers.cement.shown && observation && content.leakLabel) drawLeak(context, m, observation.cement, cement, content.leakLabel, unit);
}
