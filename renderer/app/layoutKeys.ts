import { consoleStore, type Layout, setLayout, toggleOverlay } from '../store/consoleStore.ts';
import { measureKey } from '../viewport/measureKeys.ts';
import type { PictureMode } from '../viewport/pictureInfo.ts';
import { toggleMagnifier } from '../viewport/toolStore.ts';

const layouts: Readonly<Record<string, Layout>> = { '1': 'a', '2': 'b', '3': 'even', '4': 'last', '5': 'reference' };

/** Keys that live and review share: 1 and 2 make one plane large, 3 both alike, 4 and 5 put last images or references beside them, O shows or hides the overlay, G takes a magnifier, D and V lay a length and an angle. True when it was one. */
export function pictureLayoutKey(key: string, mode: PictureMode): boolean {
  const layout = layouts[key];
  if (layout) setLayout(layout);
  else if (key === 'o') toggleOverlay();
  else if (key === 'g') toggleMagnifier();
  else return measureKey(key, mode, consoleStore.getState().activePlane);
  return true;
}
