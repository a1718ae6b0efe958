import type { ChildProcess } from 'node:child_process';
import type { Browser, Page } from '@playwright/test';
import { runShell } from '../../electron/shell.ts';
import type { ShellPort, ShellWindow } from '../../electron/shellPort.ts';
import { forkBridgeProcess } from '../bridgeChild.ts';

/** After the death of a bridge, s. */
export interface Restarted {
  readonly listensS: number;
  readonly linkedS: number;
  readonly liveS: number;
}

const display = { id: 1, bounds: { x: 0, y: 0, width: 1280, height: 800 }, workArea: { x: 0, y: 0, width: 1280, height: 800 }, isPrimary: true };
const nothing = (): void => undefined;

function windowOf(page: Page): ShellWindow {
  return {
    load: (url) => void page.goto(url),
    isLoaded: () => true,
    focus: nothing,
    close: nothing,
    place: () => ({ bounds: display.bounds, fullScreen: false, kiosk: false }),
    setPlace: nothing,
    tell: nothing,
    onCloseRequested: nothing,
    onClosed: nothing,
    onPlaceChanged: nothing,
    onPageGone: nothing,
  };
}

/** The shell's own life cycle with a bridge of plain Node and a page for a window: what of a desktop it needs not is left out. */
function shellPortOf(page: Page, onBridge: (child: ChildProcess) => void) {
  let askToQuit = (_prevent: () => void): void => undefined;
  const hasQuit = Promise.withResolvers<void>();
  const port: ShellPort = {
    claimSingleInstance: () => true,
    startBridge(args) {
      const child = forkBridgeProcess(args, 'ab'.repeat(24));
      onBridge(child);
      return {
        onMessage: (listener) => child.on('message', listener),
        onExit: (listener) => child.on('exit', (code) => listener(code ?? 1)),
        postMessage: (message) => child.send(message as object),
      };
    },
    openWindow: () => windowOf(page),
    displays: () => [display],
    onDisplaysChanged: nothing,
    readState: () => null,
    writeState: nothing,
    keepAwake: () => nothing,
    recordKey: () => null,
    setMenu: nothing,
    confirmQuit: async () => true,
    chooseRecord: async () => null,
    showLogs: nothing,
    log: nothing,
    onQuitRequested: (listener) => {
      askToQuit = listener;
    },
    onShutdown: nothing,
    onAllWindowsClosed: nothing,
    onOpenPath: nothing,
    servePages: nothing,
    checkForUpdates: nothing,
    showFailure: (message) => process.stderr.write(`${message}\n`),
    quit: hasQuit.resolve,
  };
  /** As a person quits: the record is closed first. */
  const quit = (): Promise<void> => {
    askToQuit(nothing);
    return hasQuit.promise;
  };
  return { port, quit };
}

const patienceMs = 60_000;

async function measured(page: Page, bridges: readonly ChildProcess[]): Promise<Restarted> {
  const lost = page.getByText('LINK LOST');
  await page.locator('.plane[data-seq]').first().waitFor({ timeout: patienceMs });
  const killedMs = performance.now();
  const killedEpochMs = performance.timeOrigin + killedMs;
  const since = () => (performance.now() - killedMs) / 1000;
  bridges[0]?.kill('SIGKILL');
  await lost.waitFor({ state: 'visible', timeout: patienceMs });
  const listening = new Promise<number>((resolve) => {
    bridges[1]?.on('message', (message: { readonly kind?: string }) => {
      if (message.kind === 'ready') resolve(since());
    });
  });
  await lost.waitFor({ state: 'hidden', timeout: patienceMs });
  const linkedS = since();
  const isLive = (after: number) => Number(document.querySelector<HTMLElement>('.plane[data-seq]')?.dataset.stampedMs) > after;
  await page.waitForFunction(isLive, killedEpochMs, { timeout: patienceMs });
  return { listensS: await listening, linkedS, liveS: since() };
}

/** Kills the bridge of a running procedure as a crash would, and waits until the page has pictures again. */
export async function restart(chrome: Browser, options: object): Promise<Restarted> {
  const page = await chrome.newPage({ viewport: { width: 1280, height: 800 } });
  const bridges: ChildProcess[] = [];
  const { port, quit } = shellPortOf(page, (child) => bridges.push(child));
  runShell(port, { kind: 'console', options: JSON.stringify(options), kiosk: false, path: null }, () => performance.now(), false);
  try {
    return await measured(page, bridges);
  } finally {
    await page.close();
    await quit();
  }
}
