import { acceptableFeed, type BridgeMessage, parseBridgeMessage, type ShellMessage } from './bridgeMessages.ts';
import { menuOf } from './menu.ts';
import { parseShellArguments, recordFolderOf, type ShellStart } from './shellArguments.ts';
import type { BridgeProcess, ShellPort } from './shellPort.ts';
import { createWindows } from './windows.ts';

/** A bridge that dies is started again at once; one that dies again within a minute, so soon. */
const restartAgainAfterMs = 100;
/** One that dies so often within a minute is not started again: something is wrong that a restart does not mend. */
const restartsAMinute = 5;

export type ConsoleStart = Extract<ShellStart, { kind: 'console' }>;

/**
 * The life of the shell: one bridge, one or two windows on it; a bridge that dies is started again, with the procedure that ran, and
 * the windows shown the new one; quitting or shutting down while it records is asked about, and then ends the session with its record closed.
 */
export function runShell(port: ShellPort, start: ConsoleStart, now: () => number, isPackaged: boolean): void {
  let bridge: BridgeProcess | null = null;
  let url: string | null = null;
  let release: (() => void) | null = null;
  /** The record of the procedure that runs. */
  let running: { readonly record: string | null } | null = null;
  /** The record of a procedure that a bridge left behind, until another one goes on with it. */
  let toResume: string | null = null;
  /** Where the pages look for their bridge. */
  let formerPort: string | null = null;
  let quitting = false;
  let asking = false;
  let deaths: number[] = [];
  let toOpen = start.path;

  const tellBridge = (message: ShellMessage) => bridge?.postMessage(message);
  const giveUp = (message: string) => {
    quitting = true;
    port.showFailure(message);
    port.quit();
  };
  const quitWithRecordClosed = () => {
    quitting = true;
    if (bridge === null) port.quit();
    else tellBridge({ kind: 'stop' });
  };
  /** Whoever wants to end it is asked while a procedure runs; without one the bridge is ended at once. */
  const guard = (preventDefault: () => void) => {
    if (quitting || bridge === null) return;
    preventDefault();
    if (running === null) {
      quitWithRecordClosed();
      return;
    }
    if (asking) return;
    asking = true;
    void port.confirmQuit().then((yes) => {
      asking = false;
      if (yes) quitWithRecordClosed();
    });
  };

  const openPath = (path: string) => {
    toOpen = path;
    if (url !== null) tellBridge({ kind: 'offer-record', folder: recordFolderOf(path) });
    windows.focus();
  };
  const refreshMenu = () => {
    const state = { pictures: windows.picturesWanted, severalDisplays: port.displays().length > 1, isPackaged };
    const openRecord = () => void port.chooseRecord().then((folder) => folder !== null && openPath(folder));
    const { toggleFullScreen, togglePictures } = windows;
    port.setMenu(
      windows.isKiosk ? [] : menuOf({ openRecord, toggleFullScreen, togglePictures, showLogs: port.showLogs, quit: () => guard(() => undefined) }, state),
    );
  };

  const setRunning = (next: typeof running) => {
    running = next;
    if (running !== null) release ??= port.keepAwake();
    else {
      release?.();
      release = null;
    }
  };

  const onMessage = (said: BridgeMessage) => {
    switch (said.kind) {
      case 'ready': {
        url = said.url;
        windows.show(said.url, said.display);
        if (toOpen !== null) tellBridge({ kind: 'offer-record', folder: recordFolderOf(toOpen) });
        const feed = acceptableFeed(said.updateFeed);
        if (feed !== null) port.checkForUpdates(feed);
        else if (said.updateFeed !== null) port.log('The update address of the site configuration is not an https address; no updates are looked for.');
        return;
      }
      case 'key-wanted':
        tellBridge({ kind: 'key', keyHex: port.recordKey() });
        return;
      case 'procedure':
        if (said.running) toResume = null;
        setRunning(said.running ? { record: said.record } : null);
        return;
      case 'record-offered':
        toOpen = null;
        windows.showRecord(said.name);
        return;
      case 'refused':
        toOpen = null;
        port.showFailure(said.message);
        return;
      case 'failed':
        giveUp(said.message);
        return;
      case 'stopped':
    }
  };

  const onExit = (code: number) => {
    toResume = running?.record ?? toResume;
    if (url !== null) formerPort = new URL(url).port;
    bridge = null;
    url = null;
    setRunning(null);
    if (quitting) {
      port.quit();
      return;
    }
    port.log(`The bridge ended with status ${code}; it is started again.`);
    deaths = [...deaths.filter((at) => now() - at < 60_000), now()];
    if (deaths.length > restartsAMinute) {
      giveUp(
        'The bridge ended several times within a minute. What was recorded is kept; "pedicle recover" closes it. Start Pedicle again, and send its log if this happens again.',
      );
      return;
    }
    setTimeout(startBridge, deaths.length > 1 ? restartAgainAfterMs : 0);
  };

  const startBridge = () => {
    bridge = port.startBridge(formerPort === null ? [start.options] : [start.options, toResume ?? '', formerPort]);
    bridge.onMessage((message) => {
      const said = parseBridgeMessage(message);
      if (said) onMessage(said);
    });
    bridge.onExit(onExit);
  };

  const isFirst = port.claimSingleInstance((args) => {
    const second = parseShellArguments(args);
    if (second.kind === 'console' && second.path !== null) openPath(second.path);
    else windows.focus();
  });
  if (!isFirst) {
    port.quit();
    return;
  }
  const windows = createWindows(port, { kiosk: start.kiosk, onConsoleCloseRequested: guard, onChanged: () => refreshMenu() }, now);
  port.servePages(() => (url === null ? null : new URL(url).origin), {
    togglePictures: () => windows.togglePictures(),
    displays: () => windows.displays(),
  });
  port.onQuitRequested(guard);
  port.onShutdown(guard);
  port.onOpenPath(openPath);
  port.onAllWindowsClosed(() => {
    if (!quitting) quitWithRecordClosed();
  });
  refreshMenu();
  startBridge();
}
