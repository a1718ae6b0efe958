/** What the shell puts into its windows; a plain browser has none. */
declare global {
  interface Window {
    readonly pedicleShell?: { togglePictures(): Promise<unknown> };
  }
}

/** The pictures alone in a window of their own: the shell puts it on the second monitor and takes it away again, a browser only opens it. */
export function openPictures(): void {
  if (window.pedicleShell) void window.pedicleShell.togglePictures();
  else window.open('/?view=pictures', 'pedicle-pictures', 'popup');
}
