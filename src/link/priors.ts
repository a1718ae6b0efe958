import type { PictureAxes } from '../dicom/orientation.ts';
import type { VoiWindow } from '../dicom/voi.ts';

/** Prior images: series of pictures from before the procedure, looked at beside the live one. */

export const priorPath = (series: string): string => `/api/prior/${encodeURIComponent(series)}`;

export interface PriorSeries {
  /** Series instance UID. */
  readonly id: string;
  readonly modality: string;
  /** Whose pictures these are, as the files say; null where they do not. */
  readonly patient: { readonly id: string | null; readonly name: string | null };
  /** `YYYY-MM-DD`, or as the file has it. */
  readonly date: string | null;
  /** Description of the study, and of the series. */
  readonly study: string;
  readonly description: string;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  /** Between rows, and between columns. */
  readonly spacingMm: readonly [number, number] | null;
}

/**
 * Goes before the pixels of a loaded series: `uint32 LE bytes of header | header (UTF-8 JSON), padded to whole four bytes | int16 LE`,
 * frame after frame, row by row.
 */
export interface PriorHeader {
  readonly columns: number;
  readonly rows: number;
  readonly frames: number;
  /** Between columns, rows and slices; null without geometry: then there is no third dimension. */
  readonly spacingMm: readonly [number, number, number] | null;
  /** Rescaled values (Hounsfield units in CT); a window by the file, or from the values themselves. */
  readonly window: VoiWindow;
  readonly isInverted: boolean;
  /** Where rows, columns and slices point in the patient; null where the files do not say. */
  readonly axes: PictureAxes | null;
  /** Slices at even distances in one direction: can be cut in every direction. */
  readonly isVolume: boolean;
  /** Frames that could not be decoded and stand black. */
  readonly damaged: number;
}
