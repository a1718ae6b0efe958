import type { PlaneId } from '../../src/sample/index.ts';
import { type MeasureKind, placedPoints } from './measure.ts';
import type { PictureKey, PictureMode } from './pictureInfo.ts';
import { controllerOf } from './planeController.ts';
import { countMeasures, placeMeasure } from './toolStore.ts';

/** D as in distance; V has the shape of an angle. */
export const measureKeys: Readonly<Record<MeasureKind, string>> = { length: 'd', angle: 'v' };

/** Lays a whole length or angle into the middle of the active picture, ready for the arrows. True when the key was one of theirs. */
export function measureKey(key: string, mode: PictureMode, activePlane: PlaneId): boolean {
  const kind = (['length', 'angle'] as const).find((each) => measureKeys[each] === key);
  if (!kind) return false;
  const pictures = ([activePlane, 'a', 'b'] as const).map((plane): PictureKey => `${mode}/${plane}`);
  const picture = pictures.find((each) => controllerOf(each)?.imageToCanvas());
  const controller = picture && controllerOf(picture);
  if (!controller) return true;
  const points = placedPoints(kind, controller.sizeCanvasPx(), countMeasures(picture)).map(controller.imagePointAt);
  placeMeasure({ picture, kind, points: points.filter((point) => point !== null) });
  return true;
}
