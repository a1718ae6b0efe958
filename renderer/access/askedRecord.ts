import { consoleStore, openRecord, showRecords } from '../store/consoleStore.ts';

/** What the shell gives its pages; in a browser there is none. */
interface ShellOfPage {
  onEvent(listener: (event: { readonly kind: string; readonly name?: string }) => void): () => void;
}

function open(record: string): void {
  showRecords();
  openRecord(record);
}

/** Opens the record that the page's address names, once the link is up, and later those that the shell is asked to show. */
export function openAskedRecords(): void {
  const asked = new URLSearchParams(location.search).get('record');
  if (asked !== null) {
    // Once: after a reload the console is where it was left.
    history.replaceState(null, '', '/');
    if (consoleStore.getState().linkUp) open(asked);
    else {
      const stop = consoleStore.subscribe(({ linkUp }) => {
        if (!linkUp) return;
        stop();
        open(asked);
      });
    }
  }
  const shell = (globalThis as { readonly pedicleShell?: ShellOfPage }).pedicleShell;
  shell?.onEvent((event) => {
    if (event.kind === 'show-record' && event.name !== undefined) open(event.name);
  });
}
