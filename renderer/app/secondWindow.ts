import { type ShellDisplays, shellDisplaysSchema } from '../../src/link/shellDisplays.ts';
import type { PictureLayout } from '../../src/procedure/displaySite.ts';
import { notify } from '../store/consoleStore.ts';
import { text } from '../text.ts';

/** What the shell puts into its windows; a plain browser has none. */
declare global {
  interface Window {
    readonly pedicleShell?: { togglePictures(): Promise<unknown>; listDisplays(): Promise<unknown> };
  }
}

const picturesAddress = (layout: PictureLayout | null): string => `/?view=pictures${layout ? `&layout=${layout}` : ''}`;

/** The displays of this computer and what stands on them; null where only a browser could say. */
export async function shellDisplays(): Promise<ShellDisplays | null> {
  if (!window.pedicleShell) return null;
  const said = await window.pedicleShell.listDisplays();
  const parsed = shellDisplaysSchema.safeParse(typeof said === 'string' ? JSON.parse(said) : null);
  return parsed.success ? parsed.data : [];
}

const isShown = (displays: ShellDisplays | null): boolean => displays?.some(({ shows }) => shows.includes('pictures')) ?? false;

/** The pictures alone in a window of their own, on the second monitor where there is a shell to put it there; false when none could be opened. */
export async function openPictures(layout: PictureLayout | null): Promise<boolean> {
  if (!window.pedicleShell) return window.open(picturesAddress(layout), 'pedicle-pictures', 'popup') !== null;
  if (isShown(await shellDisplays())) return true;
  await window.pedicleShell.togglePictures();
  return isShown(await shellDisplays());
}

/** As the menu does it: the shell takes an open window away again, a browser's own is closed by its cross. Where none can be opened, that is said. */
export async function togglePictures(): Promise<void> {
  if (!window.pedicleShell) {
    if (!(await openPictures(null))) notify('trouble', text.menu.picturesBlocked);
    return;
  }
  const displays = await shellDisplays();
  // The shell never lays the pictures over the only console.
  if (displays?.length === 1 && !isShown(displays)) notify('trouble', text.menu.oneDisplay);
  else await window.pedicleShell.togglePictures();
}
