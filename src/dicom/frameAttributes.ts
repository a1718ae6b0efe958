import type { DicomDataset, DicomItem } from './dataset.ts';
import { functionalGroups, geometryOf } from './geometryTags.ts';
import type { ImageDescription } from './image.ts';
import { displayShutterOf, techniqueOf } from './technique.ts';
import { itemsOf, numberOf, textOf } from './values.ts';
import type { XrayFrameAttributes } from './xrayFrame.ts';

/**
 * Attributes of frame `index` as it is handed on: stored values made unsigned (`storedValues.ts`), window in those
 * values. `frameNumber` counts from 0 over the whole source, `index` within the file.
 */
export function frameAttributesOf(
  dataset: DicomDataset,
  image: ImageDescription,
  index: number,
  source: { readonly frameNumber: number; readonly frameTimeMs: number | null; readonly deviceTimeMs: number | null },
): XrayFrameAttributes {
  const colour = image.samplesPerPixel > 1 || image.photometric === 'PALETTE COLOR';
  const places: readonly DicomItem[] = [dataset, ...functionalGroups(dataset, index)];
  const window = image.photometric === 'YBR_PARTIAL_420' ? partialRange : colour ? null : windowOf(places, image);
  const technique = techniqueOf(places);
  const shutter = displayShutterOf(places);
  const padding = colour ? null : paddingOf(dataset, image);
  return {
    rows: image.rows,
    columns: image.columns,
    bitsAllocated: colour || image.bitsAllocated <= 8 ? 8 : 16,
    bitsStored: colour ? 8 : image.bitsStored,
    photometric: image.photometric === 'MONOCHROME1' ? 'MONOCHROME1' : 'MONOCHROME2',
    pixelIntensityRelationship: relationshipOf(places),
    frameNumber: source.frameNumber,
    deviceTimeMs: source.deviceTimeMs,
    frameTimeMs: source.frameTimeMs,
    windowCenter: window?.center ?? null,
    windowWidth: window?.width ?? null,
    geometry: geometryOf(dataset, index),
    simulated: false,
    ...(technique === null ? {} : { technique }),
    ...(shutter === null ? {} : { shutter }),
    ...(padding === null ? {} : { paddingValue: padding }),
  };
}

/** Luma of YBR_PARTIAL: 16 is black and 235 white (PS3.3 C.7.6.3.1.2), as a linear window. */
const partialRange = { center: 126, width: 220 };

function paddingOf(dataset: DicomDataset, image: ImageDescription): number | null {
  const value = numberOf(dataset, 'x00280120', image.signed ? 'SS' : 'US');
  return value === null ? null : value + (image.signed ? 2 ** (image.bitsStored - 1) : 0);
}

/**
 * Window centre and width, (0028,1050) and (0028,1051), carried back through rescale slope and intercept to stored
 * values (with a table instead of a rescale there is no way back, and no window). For signed pixels the offset that
 * makes them unsigned is added.
 */
function windowOf(places: readonly DicomItem[], image: ImageDescription): { center: number; width: number } | null {
  const find = (tag: string) => places.map((item) => numberOf(item, tag, 'text')).find((value) => value !== null) ?? null;
  const center = find('x00281050');
  const width = find('x00281051');
  if (center === null || width === null || width < 1 || places.some((item) => itemsOf(item, 'x00283000').length > 0)) return null;
  const slope = find('x00281053') ?? 1;
  const intercept = find('x00281052') ?? 0;
  if (slope === 0) return null;
  const offset = image.signed ? 2 ** (image.bitsStored - 1) : 0;
  return { center: (center - intercept) / slope + offset, width: Math.abs(width / slope) };
}

function relationshipOf(places: readonly DicomItem[]): XrayFrameAttributes['pixelIntensityRelationship'] {
  for (const item of places) {
    const value = textOf(item, 'x00281040');
    if (value === 'LIN' || value === 'LOG' || value === 'DISP') return value;
  }
  return null;
}
