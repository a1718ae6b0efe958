import { paddingRangeOf } from '../../src/dicom/xrayFrame.ts';
import { develop, greyTable } from './develop.ts';
import { createGraphicsPainter, drawShutter } from './graphics.ts';
import type { Still } from './stills.ts';

/** Image coordinates name the centres of pixels, canvas coordinates their corners. */
const toCorners = { a: 1, b: 0, c: 0, d: 1, e: 0.5, f: 0.5 };

/** Stored values through the window into a canvas of the frame's own size, with the source's shutter and graphics. */
export function paintStill(canvas: HTMLCanvasElement, { header, pixels, window, inverted }: Still): void {
  const { attributes } = header;
  const { rows, columns, bitsAllocated, voiFunction } = attributes;
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = new ImageData(columns, rows);
  const table = greyTable(bitsAllocated, { range: window, voiFunction: voiFunction ?? 'LINEAR', inverted, padding: paddingRangeOf(attributes) });
  develop(pixels, table, new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, 0);
  drawShutter(context, toCorners, attributes);
  createGraphicsPainter()(context, toCorners, attributes.overlays ?? []);
}
