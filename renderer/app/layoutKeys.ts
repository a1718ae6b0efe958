import { type Layout, setLayout, toggleOverlay } from '../store/consoleStore.ts';

const layouts: Readonly<Record<string, Layout>> = { '1': 'a', '2': 'b', '3': 'even' };

/** Keys that live and review share: 1 and 2 make one plane large, 3 both alike, O shows or hides the overlay. True when it was one. */
export function pictureLayoutKey(key: string): boolean {
  const layout = layouts[key];
  if (layout) setLayout(layout);
  else if (key === 'o') toggleOverlay();
  else return false;
  return true;
}
