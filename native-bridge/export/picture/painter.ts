import { createCanvas } from '@napi-rs/canvas';
import { type DisplayShutter, shutterMask } from '../../../src/dicom/shutter.ts';
import { sameVoiFunction } from '../../../src/dicom/voi.ts';
import { paddingRangeOf, type XrayFrame } from '../../../src/dicom/xrayFrame.ts';
import { type DataMark, markWord } from '../dataMark.ts';
import { captionColour, drawOverlay, label, markColour, type OverlayContent } from './overlay.ts';
import { greyTable, type Window } from './window.ts';

/** Words in the corners: upper left, and lower left what marks a picture that is not of this time and place. */
export interface Caption {
  readonly text: string | null;
  readonly mark: DataMark | null;
}

const black = 0xff000000;

const sameWindow = (p: Window, q: Window): boolean => p.lower === q.lower && p.upper === q.upper && sameVoiFunction(p.voiFunction, q.voiFunction);

/** A canvas for pictures of one size, so that it is not made anew for each frame. */
export interface Painter {
  readonly columns: number;
  readonly rows: number;
  /** Paints over what was there; `overlay` null leaves the picture plain. A frame that is smaller than the canvas stands in its upper left corner. */
  paint(frame: XrayFrame, window: Window, overlay: OverlayContent | null, caption: Caption | null): void;
  /** RGBA, row-major, of this moment. */
  rgba(): Uint8Array;
  jpeg(): Promise<Uint8Array>;
}

/** Masks of the shutters seen last: the same one comes with every frame of a run. */
const masks = new Map<string, Uint8Array>();
const mostMasks = 4;

function maskOf(shutter: DisplayShutter, rows: number, columns: number): Uint8Array {
  const key = JSON.stringify([shutter, rows, columns]);
  const mask = masks.get(key) ?? shutterMask(shutter, rows, columns);
  masks.delete(key);
  masks.set(key, mask);
  if (masks.size > mostMasks) for (const oldest of [...masks.keys()].slice(0, 1)) masks.delete(oldest);
  return mask;
}

/** Covers what the source's shutter leaves out. */
function cover(words: Uint32Array, stride: number, shutter: DisplayShutter, { rows, columns }: XrayFrame['attributes']): void {
  const mask = maskOf(shutter, rows, columns);
  const grey = Math.round(255 * (shutter.brightness ?? 0));
  const word = (black | (grey << 16) | (grey << 8) | grey) >>> 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) if (mask[row * columns + column] === 1) words[row * stride + column] = word;
}

/** `larger` than on a screen: lines and words. */
export function createPainter(columns: number, rows: number, larger = 1): Painter {
  const canvas = createCanvas(columns, rows);
  const context = canvas.getContext('2d');
  const image = context.createImageData(columns, rows);
  const words = new Uint32Array(image.data.buffer);
  const unit = larger * Math.max(0.5, Math.max(columns, rows) / 900);
  let shown: { readonly window: Window; readonly of: string; readonly packed: Uint32Array } | null = null;

  const packedFor = (window: Window, attributes: XrayFrame['attributes']): Uint32Array => {
    const padding = paddingRangeOf(attributes);
    const of = `${attributes.photometric} ${padding}`;
    if (shown && shown.of === of && sameWindow(shown.window, window)) return shown.packed;
    const packed = Uint32Array.from(
      greyTable(window, attributes.photometric === 'MONOCHROME1', padding),
      (grey) => (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0,
    );
    shown = { window, of, packed };
    return packed;
  };

  return {
    columns,
    rows,
    paint({ attributes, pixels }, window, overlay, caption) {
      const packed = packedFor(window, attributes);
      if (attributes.columns !== columns || attributes.rows !== rows) words.fill(black);
      for (let row = 0; row < attributes.rows; row++) {
        const from = row * attributes.columns;
        const to = row * columns;
        for (let column = 0; column < attributes.columns; column++) words[to + column] = packed[pixels[from + column] ?? 0] ?? 0;
      }
      if (attributes.shutter) cover(words, columns, attributes.shutter, attributes);
      context.putImageData(image, 0, 0);
      if (overlay) drawOverlay(context, overlay, unit);
      if (caption?.text) label(context, caption.text, [8 * unit, 20 * unit], captionColour, 13 * unit);
      if (caption?.mark) label(context, markWord[caption.mark], [8 * unit, rows - 10 * unit], markColour, 15 * unit);
    },
    rgba: () => new Uint8Array(context.getImageData(0, 0, columns, rows).data.buffer),
    jpeg: () => canvas.encode('jpeg', 92),
  };
}
