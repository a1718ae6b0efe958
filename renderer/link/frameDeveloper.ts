import type { FrameHeader } from '../../src/link/link.ts';
import { type Development, develop, greyTable } from '../viewport/develop.ts';
import { createRoadmap, type Roadmap } from '../viewport/roadmap.ts';

/** How the main thread wants its frames; each change has a number of its own. */
export interface Look {
  readonly id: number;
  readonly development: Development;
  /** The number of the reference that is taken off; null for the plain picture. */
  readonly reference: number | null;
}

/** A frame that roadmaps take off. */
export interface LookReference {
  readonly id: number;
  readonly attributes: FrameHeader['attributes'];
  readonly pixels: Uint8Array | Uint16Array;
}

/** A frame ready for the screen: RGBA under the look of that number. */
export interface Developed {
  readonly look: number;
  readonly rgba: ArrayBuffer;
  /** By how much the picture has moved since the reference, where one was taken off. */
  readonly movedPx: readonly [dx: number, dy: number] | null;
}

/** Turns stored values into what is put on the screen, so that the main thread need not. */
export interface FrameDeveloper {
  setLook(look: Look | null): void;
  setReference(reference: LookReference): void;
  /** Null when nothing is wanted, or the frame does not fit the reference: then the main thread shows it as it can. */
  develop(attributes: FrameHeader['attributes'], pixels: ArrayBuffer): Developed | null;
  /** The number of the look that is wanted now; null for stored values. */
  lookId(): number | null;
  /** Takes back a buffer that is no longer shown. */
  recycle(rgba: ArrayBuffer): void;
}

export function createFrameDeveloper(): FrameDeveloper {
  let look: Look | null = null;
  let table: { readonly look: number; readonly bits: 8 | 16; readonly words: Uint32Array } | null = null;
  let reference: LookReference | null = null;
  let roadmap: Roadmap | null = null;
  const spares: ArrayBuffer[] = [];

  const wordsFor = (wanted: Look, bits: 8 | 16): Uint32Array => {
    if (table?.look !== wanted.id || table.bits !== bits) table = { look: wanted.id, bits, words: greyTable(bits, wanted.development) };
    return table.words;
  };
  const fits = (attributes: FrameHeader['attributes'], other: FrameHeader['attributes']): boolean =>
    attributes.rows === other.rows && attributes.columns === other.columns && attributes.bitsAllocated === other.bitsAllocated;

  return {
    setLook(next) {
      look = next;
    },
    setReference(next) {
      reference = next;
      roadmap = null;
    },
    lookId: () => look?.id ?? null,
    develop(attributes, pixels) {
      if (!look) return null;
      const values = attributes.bitsAllocated === 8 ? new Uint8Array(pixels) : new Uint16Array(pixels);
      let shown: Uint8Array | Uint16Array = values;
      let movedPx: Developed['movedPx'] = null;
      if (look.reference !== null) {
        if (reference?.id !== look.reference || !fits(attributes, reference.attributes)) return null;
        roadmap ??= createRoadmap(reference.pixels, reference.attributes);
        const subtracted = roadmap.subtract(values);
        if (!subtracted) return null;
        shown = subtracted.pixels;
        movedPx = subtracted.movedPx;
      }
      const bytes = shown.length * 4;
      const spare = spares.pop();
      const rgba = spare?.byteLength === bytes ? spare : new ArrayBuffer(bytes);
      develop(shown, wordsFor(look, attributes.bitsAllocated), new Uint32Array(rgba));
      return { look: look.id, rgba, movedPx };
    },
    recycle(rgba) {
      if (spares.length < 2) spares.push(rgba);
    },
  };
}
