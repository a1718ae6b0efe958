import { fileURLToPath } from 'node:url';
import { createCanvas, GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas';
import { decodeRunLengths, type RunLengthMask } from '../../../src/base/runLength.ts';
import type { DetectedNeedle, PlaneObservation } from '../../../src/guidance/observation.ts';
import type { ImagePoint, PlanePlan } from '../../../src/procedure/plan.ts';

/** The console's colours. */
const colours = {
  needle: '#58c4dc',
  plan: '#e8e27a',
  body: 'rgba(230, 233, 235, 0.85)',
  wall: '#ff4d4f',
  leak: '#ff6b6d',
  endplate: '#6fd08c',
  cement: [255, 157, 77, 120],
  halo: 'rgba(0, 0, 0, 0.65)',
  plate: 'rgba(11, 12, 13, 0.8)',
  text: '#e6e9eb',
} as const;

/** Length of the drawn shaft behind the tip, pixels of a 1024 × 1024 picture. */
const shaftPx = 320;
/** From the shaft's axis to the line beside it: the needle's own edge stays free. */
const besidePx = 9;

/** What is drawn over one frame: what was seen in this very frame, and the plan as it was then. */
export interface OverlayContent {
  readonly observation: Partial<PlaneObservation> | null;
  readonly plan: PlanePlan | null;
}

GlobalFonts.registerFromPath(fileURLToPath(import.meta.resolve('pdfmake/fonts/Roboto/Roboto-Medium.ttf')), 'Roboto');

/** Draws in image pixels: (0, 0) of an image point is the centre of the top-left pixel, of the canvas its corner. `unit` scales lines and text. */
export function drawOverlay(context: SKRSContext2D, { observation, plan }: OverlayContent, unit: number): void {
  context.save();
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.translate(0.5, 0.5);
  if (observation?.cement?.mask) drawMask(context, observation.cement.mask);
  if (plan) drawPlan(context, plan, unit);
  const body = observation?.vertebra?.treated;
  for (const plate of body ? [body.superior, body.inferior] : []) stroke(context, plate, colours.endplate, 1.5 * unit);
  if (observation?.needle) {
    const { needle: advanced, needles } = observation.needle;
    context.globalAlpha = 0.6;
    for (const needle of needles) if (!advanced || distance(needle.tip, advanced.tip) >= 1) drawNeedle(context, needle, unit);
    context.globalAlpha = 1;
    if (advanced) drawNeedle(context, advanced, unit);
  }
  if (observation?.cement?.leak && observation.cement.mask) {
    const box = boxOf(observation.cement.mask);
    context.setLineDash([4 * unit, 4 * unit]);
    stroke(context, corners(box), colours.leak, 2 * unit, true);
    context.setLineDash([]);
    label(context, 'LEAK', [box.x0, box.y1 + 20 * unit], colours.leak, 16 * unit);
  }
  context.restore();
}

/** Words on a dark plate, their baseline beginning at `at`. */
export function label(context: SKRSContext2D, words: string, [x, y]: ImagePoint, colour: string, sizePx: number): void {
  context.font = `${sizePx}px Roboto`;
  context.fillStyle = colours.plate;
  context.fillRect(x - 0.3 * sizePx, y - sizePx, context.measureText(words).width + 0.6 * sizePx, 1.3 * sizePx);
  context.fillStyle = colour;
  context.fillText(words, x, y);
}

export const captionColour: string = colours.text;
export const markColour: string = colours.plan;

const distance = ([x0, y0]: ImagePoint, [x1, y1]: ImagePoint): number => Math.hypot(x1 - x0, y1 - y0);

function stroke(context: SKRSContext2D, points: readonly ImagePoint[], colour: string, widthPx: number, closed = false): void {
  context.beginPath();
  points.forEach(([x, y], i) => {
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  if (closed) context.closePath();
  strokeTwice(context, colour, widthPx);
}

function ring(context: SKRSContext2D, [x, y]: ImagePoint, radiusPx: number, colour: string, widthPx: number): void {
  context.beginPath();
  context.arc(x, y, radiusPx, 0, 2 * Math.PI);
  strokeTwice(context, colour, widthPx);
}

/** A dark halo keeps a thin line readable over bright lung and white collimator alike. */
function strokeTwice(context: SKRSContext2D, colour: string, widthPx: number): void {
  context.strokeStyle = colours.halo;
  context.lineWidth = widthPx + 2;
  context.stroke();
  context.strokeStyle = colour;
  context.lineWidth = widthPx;
  context.stroke();
}

function drawPlan(context: SKRSContext2D, plan: PlanePlan, unit: number): void {
  if (plan.vertebralBody) stroke(context, plan.vertebralBody, colours.body, unit, true);
  if (plan.posteriorWall) {
    stroke(context, plan.posteriorWall, colours.wall, 2.5 * unit);
    const top = plan.posteriorWall.reduce((highest, point) => (point[1] < highest[1] ? point : highest));
    label(context, 'STOP', [top[0] + 8 * unit, top[1] - 6 * unit], colours.wall, 13 * unit);
  }
  for (const { entry, target } of plan.trajectories ?? []) {
    context.setLineDash([9 * unit, 7 * unit]);
    stroke(context, [entry, target], colours.plan, 1.5 * unit);
    context.setLineDash([]);
    ring(context, target, 6 * unit, colours.plan, 1.5 * unit);
  }
}

function drawNeedle(context: SKRSContext2D, { tip, direction: [dx, dy] }: DetectedNeedle, unit: number): void {
  const radius = 6 * unit;
  const off = (alongPx: number): ImagePoint => [tip[0] - dx * alongPx - dy * besidePx * unit, tip[1] - dy * alongPx + dx * besidePx * unit];
  stroke(context, [off(shaftPx * unit), off(radius)], colours.needle, 1.5 * unit);
  ring(context, tip, radius, colours.needle, 1.75 * unit);
}

interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

const corners = ({ x0, y0, x1, y1 }: Box): readonly ImagePoint[] => [
  [x0, y0],
  [x1, y0],
  [x1, y1],
  [x0, y1],
];

/** First and last column and row of the ones. */
function boxOf({ size: [rows, columns], counts }: RunLengthMask): Box {
  let box: Box = { x0: columns - 1, y0: rows - 1, x1: 0, y1: 0 };
  let at = 0;
  counts.forEach((count, index) => {
    if (index % 2 === 1 && count > 0) {
      const [firstRow, lastRow] = [Math.floor(at / columns), Math.floor((at + count - 1) / columns)];
      const [x0, x1] = firstRow === lastRow ? [at % columns, (at + count - 1) % columns] : [0, columns - 1];
      box = { x0: Math.min(box.x0, x0), y0: Math.min(box.y0, firstRow), x1: Math.max(box.x1, x1), y1: Math.max(box.y1, lastRow) };
    }
    at += count;
  });
  return box;
}

function drawMask(context: SKRSContext2D, mask: RunLengthMask): void {
  const box = boxOf(mask);
  const [width, height] = [box.x1 - box.x0 + 1, box.y1 - box.y0 + 1];
  if (width <= 0 || height <= 0) return;
  const columns = mask.size[1];
  const ones = decodeRunLengths(mask);
  const canvas = createCanvas(width, height);
  const own = canvas.getContext('2d');
  const image = own.createImageData(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (ones[(y + box.y0) * columns + x + box.x0]) image.data.set(colours.cement, 4 * (y * width + x));
  }
  own.putImageData(image, 0, 0);
  context.drawImage(canvas, box.x0 - 0.5, box.y0 - 0.5);
}
