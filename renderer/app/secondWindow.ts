import { type ShellDisplays, shellDisplaysSchema } from '../../src/link/shellDisplays.ts';
import type { PictureLayout } from '../../src/procedure/displaySite.ts';

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

/** As the menu does it: the shell takes an open window away again, a browser's own is closed by its cross. */
export function togglePictures(): void {
  if (window.pedicleShell) void window.pedicleShell.togglePictures();
  else void openPictures(null);
}
