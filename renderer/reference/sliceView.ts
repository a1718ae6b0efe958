import type { PictureAxes } from '../../src/dicom/orientation.ts';
import { oppositeLetters } from '../../src/dicom/orientation.ts';
import type { Cut, Slice } from './reslice.ts';

/** How a slice is looked at: enlarged about its middle, then moved by parts of its own size. */
export interface SliceCamera {
  readonly zoom: number;
  readonly panX: number;
  readonly panY: number;
}
export const wholeSlice: SliceCamera = { zoom: 1, panX: 0, panY: 0 };

const mostZoom = 16;
/** Of one notch of the wheel or press of a key. */
const zoomStep = 1.2;

/** `steps` > 0 enlarges. The whole slice is the least; there it stands in the middle again. */
export function zoomed(camera: SliceCamera, steps: number): SliceCamera {
  const zoom = Math.min(mostZoom, camera.zoom * zoomStep ** steps);
  if (zoom <= 1) return wholeSlice;
  const ratio = zoom / camera.zoom;
  return bounded({ zoom, panX: camera.panX * ratio, panY: camera.panY * ratio });
}

/** By parts of the slice's unenlarged width and height; some of the picture stays in view. */
export const panned = (camera: SliceCamera, dx: number, dy: number): SliceCamera => bounded({ ...camera, panX: camera.panX + dx, panY: camera.panY + dy });

function bounded({ zoom, panX, panY }: SliceCamera): SliceCamera {
  const most = zoom / 2;
  const within = (value: number) => Math.max(-most, Math.min(most, value));
  return { zoom, panX: within(panX), panY: within(panY) };
}

/** Letters at the edges of a cut. */
export interface EdgeLetters {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

const edges = (right: string, bottom: string): EdgeLetters => ({ left: oppositeLetters(right), right, top: oppositeLetters(bottom), bottom });

/** The other two cuts run through the slices from the last to the first downwards, see `sliceOf`. */
export function edgeLetters(axes: PictureAxes | null, cut: Cut): EdgeLetters | null {
  if (axes === null) return null;
  if (cut === 'stack') return edges(axes.right, axes.down);
  if (axes.deeper === null) return null;
  return edges(cut === 'coronal' ? axes.right : axes.down, oppositeLetters(axes.deeper));
}

/** In pixels of the slice: (0, 0) is the centre of its top-left pixel. */
export type SlicePoint = readonly [x: number, y: number];

/** A length in one slice of one cut. */
export interface SliceLength {
  readonly cut: Cut;
  readonly index: number;
  readonly ends: readonly [SlicePoint, SlicePoint];
}

/** In the middle of the slice, a third of it wide, its ends to be put where they belong. */
export function newLength(cut: Cut, index: number, slice: Pick<Slice, 'width' | 'height'>): SliceLength {
  const y = Math.round(slice.height / 2);
  return {
    cut,
    index,
    ends: [
      [Math.round(slice.width / 3), y],
      [Math.round((2 * slice.width) / 3), y],
    ],
  };
}

/** Millimetres where the pixels have a size, else pixels. */
export function lengthOf({ ends: [p, q] }: SliceLength, spacingMm: readonly [number, number] | null): { readonly value: number; readonly unit: 'mm' | 'px' } {
  const [dx, dy] = spacingMm ?? [1, 1];
  return { value: Math.hypot((q[0] - p[0]) * dx, (q[1] - p[1]) * dy), unit: spacingMm ? 'mm' : 'px' };
}

/** Whether pictures of one patient stand beside another; a missing identifier says nothing. */
export const isOfAnother = (priorId: string | null, patientId: string | null): boolean => priorId !== null && patientId !== null && priorId !== patientId;
