import type { DicomDataset, DicomItem } from './dataset.ts';
import { functionalGroups, geometryOf } from './geometryTags.ts';
import { rescaleOf, type StoredWindow, storedWindowOf } from './grayscale.ts';
import type { ImageDescription } from './image.ts';
import type { DisplayOverlay } from './overlay.ts';
import { burnedInAnnotationOf, lossyCompressionOf } from './pixelHistory.ts';
import { displayShutterOf } from './shutter.ts';
import { techniqueOf } from './technique.ts';
import { numberOf, textOf } from './values.ts';
import type { XrayFrameAttributes } from './xrayFrame.ts';

/**
 * Attributes of frame `index` as it is handed on: stored values made unsigned (`storedValues.ts`), window in those
 * values. `frameNumber` counts from 0 over the whole source, `index` within the file.
 */
export function frameAttributesOf(
  dataset: DicomDataset,
  image: ImageDescription,
  index: number,
  source: {
    readonly frameNumber: number;
    readonly frameTimeMs: number | null;
    readonly deviceTimeMs: number | null;
    readonly overlays?: readonly DisplayOverlay[];
  },
): XrayFrameAttributes {
  const colour = image.samplesPerPixel > 1 || image.photometric === 'PALETTE COLOR';
  const places: readonly DicomItem[] = [dataset, ...functionalGroups(dataset, index)];
  const window = image.photometric === 'YBR_PARTIAL_420' ? partialRange : colour ? null : storedWindowOf(places, image);
  const rescale = colour ? null : rescaleOf(places);
  const falling = window?.falling === true;
  const technique = techniqueOf(places);
  const shutter = displayShutterOf(places);
  const padding = colour ? null : paddingOf(dataset, image, 'x00280120');
  const lossy = lossyCompressionOf(dataset, image);
  const burnedIn = burnedInAnnotationOf(dataset);
  const limit = padding === null ? null : paddingOf(dataset, image, 'x00280121');
  return {
    rows: image.rows,
    columns: image.columns,
    bitsAllocated: colour || image.bitsAllocated <= 8 ? 8 : 16,
    bitsStored: colour ? 8 : image.bitsStored,
    photometric: (image.photometric === 'MONOCHROME1') !== falling ? 'MONOCHROME1' : 'MONOCHROME2',
    pixelIntensityRelationship: relationshipOf(places),
    frameNumber: source.frameNumber,
    deviceTimeMs: source.deviceTimeMs,
    frameTimeMs: source.frameTimeMs,
    windowCenter: window?.center ?? null,
    windowWidth: window?.width ?? null,
    ...(window === null || window.voiFunction === 'LINEAR' ? {} : { voiFunction: window.voiFunction }),
    geometry: geometryOf(dataset, index),
    simulated: false,
    ...(technique === null ? {} : { technique }),
    ...(shutter === null ? {} : { shutter }),
    ...(padding === null ? {} : { paddingValue: padding }),
    ...(limit === null ? {} : { paddingLimit: limit }),
    ...(rescale === null ? {} : { rescale }),
    ...(lossy === null ? {} : { lossyCompression: lossy }),
    ...(burnedIn === null ? {} : { burnedInAnnotation: burnedIn }),
    ...(source.overlays === undefined || source.overlays.length === 0 ? {} : { overlays: source.overlays }),
  };
}

/** Luma of YBR_PARTIAL: 16 is black and 235 white (PS3.3 C.7.6.3.1.2), as a linear window. */
const partialRange: StoredWindow = { center: 126, width: 220, voiFunction: 'LINEAR', falling: false };

function paddingOf(dataset: DicomDataset, image: ImageDescription, tag: string): number | null {
  const value = numberOf(dataset, tag, image.signed ? 'SS' : 'US');
  return value === null ? null : value + (image.signed ? 2 ** (image.bitsStored - 1) : 0);
}

function relationshipOf(places: readonly DicomItem[]): XrayFrameAttributes['pixelIntensityRelationship'] {
  for (const item of places) {
    const value = textOf(item, 'x00281040');
    if (value === 'LIN' || value === 'LOG' || value === 'DISP') return value;
  }
  return null;
}
