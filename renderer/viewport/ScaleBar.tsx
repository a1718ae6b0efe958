import type { PlaneId } from '../../src/sample/index.ts';
import { fixed } from '../app/format.ts';
import { rootFontPx } from '../app/rootFont.ts';
import { text } from '../text.ts';
import { type PictureMode, pictureInfo } from './pictureInfo.ts';
import { barLengthMm } from './scaleLength.ts';

interface Props {
  readonly plane: PlaneId;
  readonly mode: PictureMode;
  readonly mmPerPx: number | null;
  readonly scaleFrom: 'geometry' | 'calibration' | null;
}

/** A length in millimetres at the isocentre, only where something says how large a pixel is. */
export function ScaleBar({ plane, mode, mmPerPx, scaleFrom }: Props) {
  const { canvasPxPerImagePx } = pictureInfo(`${mode}/${plane}`);
  if (mmPerPx === null || canvasPxPerImagePx === null) return <div className="quiet">{text.picture.noScale}</div>;
  const perMm = canvasPxPerImagePx / mmPerPx;
  const length = barLengthMm(perMm, rootFontPx());
  return (
    <div className="scale-bar">
      {scaleFrom === 'calibration' && <span className="quiet">{text.picture.calibrated} </span>}
      {fixed(length, 0)} mm
      <div style={{ width: `${fixed(length * perMm, 1)}px` }} />
    </div>
  );
}
