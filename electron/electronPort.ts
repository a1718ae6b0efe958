import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  app,
  BrowserWindow,
  crashReporter,
  dialog,
  ipcMain,
  Menu,
  type MenuItemConstructorOptions,
  powerMonitor,
  powerSaveBlocker,
  safeStorage,
  screen,
  session,
  shell,
  utilityProcess,
} from 'electron';
import { openElectronWindow } from './electronWindow.ts';
import { answerRequest, requestChannel } from './ipc.ts';
import { openLogFile } from './logFile.ts';
import type { MenuEntry } from './menu.ts';
import { recordKeyOf } from './recordKey.ts';
import { isNavigationAllowed, isPermissionGranted, isRequestAllowed } from './security.ts';
import type { ShellPort } from './shellPort.ts';
import { checkForUpdates } from './updater.ts';

/** Nothing that a page asks for is granted but what the console needs; it stays at its own address and loads from nowhere else. */
function confinePages(origin: () => string | null): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(isPermissionGranted(permission, requestingUrl, origin())),
  );
  defaultSession.setPermissionCheckHandler((_contents, permission, requestingOrigin) => isPermissionGranted(permission, requestingOrigin, origin()));
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.setDisplayMediaRequestHandler((_request, answer) => answer(null));
  defaultSession.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isRequestAllowed(url, origin(), app.isPackaged) }));
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-attach-webview', (event) => event.preventDefault());
    const stay = (event: { preventDefault(): void; readonly url: string }) => {
      if (!isNavigationAllowed(event.url, origin())) event.preventDefault();
    };
    contents.on('will-navigate', stay);
    contents.on('will-frame-navigate', stay);
    contents.on('will-redirect', stay);
  });
}

function menuItem(entry: MenuEntry): MenuItemConstructorOptions {
  if ('separator' in entry) return { type: 'separator' };
  if ('role' in entry) return { role: entry.role };
  if ('submenu' in entry) return { label: entry.label, submenu: entry.submenu.map(menuItem) };
  const { label, accelerator, enabled, checked, run } = entry;
  return {
    label,
    click: run,
    enabled: enabled ?? true,
    ...(accelerator === undefined ? {} : { accelerator }),
    ...(checked === undefined ? {} : { type: 'checkbox', checked }),
  };
}

async function chooseRecord(): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog({ title: 'Folder of a record', properties: ['openDirectory'] });
  return canceled ? null : (filePaths[0] ?? null);
}

/** The command line's environment for the bridge: serial ports must not wait for the disk, as in native-bridge/cli/pedicle.mjs. */
const bridgeEnvironment = () => ({ UV_THREADPOOL_SIZE: '16', ...process.env });

/** Runs a command of the command line in a process of its own and ends with its status. */
export function runCommandLine(root: string, args: readonly string[]): void {
  const child = utilityProcess.fork(join(root, 'native-bridge', 'cli', 'main.js'), [...args], {
    serviceName: 'Pedicle',
    stdio: 'inherit',
    env: bridgeEnvironment(),
  });
  child.on('exit', (code) => app.exit(code));
}

/** Keeps crash reports here and sends them nowhere. Before anything else is started. */
export function startCrashReports(): void {
  crashReporter.start({ uploadToServer: false, compress: false });
}

/** What macOS says that it was asked to open before the application was ready. */
const earlyPaths: string[] = [];
let openPath: (path: string) => void = (path) => earlyPaths.push(path);
export function catchEarlyPaths(): void {
  app.on('open-file', (event, path) => {
    event.preventDefault();
    openPath(path);
  });
}

/** Electron itself behind the port. Call when the app is ready. */
export function electronPort(root: string): ShellPort {
  let consoleOrigin: () => string | null = () => null;
  confinePages(() => consoleOrigin());
  const logs = app.getPath('logs');
  const log = openLogFile(logs);
  const linkSecret = randomBytes(24).toString('hex');
  const stateFile = join(app.getPath('userData'), 'windows.json');
  return {
    claimSingleInstance(onSecond) {
      // Chromium adds switches of its own to what a second start was given: it hands its arguments over itself.
      app.on('second-instance', (_event, _argv, _folder, given) => {
        const args = typeof given === 'object' && given !== null && 'args' in given && Array.isArray(given.args) ? given.args : [];
        onSecond(args.filter((arg) => typeof arg === 'string'));
      });
      return app.requestSingleInstanceLock({ args: shellArguments() });
    },
    startBridge(args) {
      const child = utilityProcess.fork(join(root, 'native-bridge', 'bridgeProcess.js'), [...args], {
        serviceName: 'Pedicle bridge',
        stdio: 'pipe',
        env: { ...bridgeEnvironment(), PEDICLE_LINK_SECRET: linkSecret },
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk: Buffer) => {
          process.stderr.write(chunk);
          log(chunk.toString());
        });
      }
      return {
        onMessage: (listener) => child.on('message', listener),
        onExit: (listener) => child.on('exit', listener),
        postMessage: (message) => child.postMessage(message),
      };
    },
    openWindow: openElectronWindow,
    displays() {
      const primary = screen.getPrimaryDisplay().id;
      return screen.getAllDisplays().map(({ id, bounds, workArea }) => ({ id, bounds, workArea, isPrimary: id === primary }));
    },
    onDisplaysChanged(listener) {
      screen.on('display-added', listener);
      screen.on('display-removed', listener);
      screen.on('display-metrics-changed', listener);
    },
    readState() {
      try {
        return readFileSync(stateFile, 'utf8');
      } catch {
        // Not there the first time; when it cannot be read the windows go where they go the first time.
        return null;
      }
    },
    writeState(text) {
      try {
        writeFileSync(`${stateFile}.new`, text, { mode: 0o600 });
        renameSync(`${stateFile}.new`, stateFile);
      } catch (error) {
        log(`Where the windows stand could not be kept: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    keepAwake() {
      const id = powerSaveBlocker.start('prevent-display-sleep');
      return () => powerSaveBlocker.stop(id);
    },
    recordKey() {
      // Without a key ring Linux only disguises what it is given.
      const isTrusted = safeStorage.isEncryptionAvailable() && (process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text');
      const store = { isTrusted, encrypt: (text: string) => safeStorage.encryptString(text), decrypt: (bytes: Buffer) => safeStorage.decryptString(bytes) };
      return recordKeyOf(store, join(app.getPath('userData'), 'record-key'), log);
    },
    setMenu: (entries) => Menu.setApplicationMenu(entries.length === 0 ? null : Menu.buildFromTemplate(entries.map(menuItem))),
    async confirmQuit() {
      const { response } = await dialog.showMessageBox({
        type: 'question',
        buttons: ['Keep recording', 'Close the record and quit'],
        defaultId: 0,
        cancelId: 0,
        message: 'A procedure is being recorded.',
        detail: 'Quitting ends the session and closes its record.',
      });
      return response === 1;
    },
    chooseRecord,
    showLogs: () => void shell.openPath(logs),
    log,
    onQuitRequested: (listener) => app.on('before-quit', (event) => listener(() => event.preventDefault())),
    onShutdown(listener) {
      // The documentation gives this listener an event; the types leave it out.
      const asked = (event: { preventDefault(): void }) => listener(() => event.preventDefault());
      powerMonitor.on('shutdown', asked as unknown as () => void);
      // Windows asks each window.
      const ask = (window: BrowserWindow) => window.on('query-session-end', (event) => listener(() => event.preventDefault()));
      BrowserWindow.getAllWindows().forEach(ask);
      app.on('browser-window-created', (_event, window) => ask(window));
    },
    onAllWindowsClosed: (listener) => app.on('window-all-closed', listener),
    onOpenPath(listener) {
      openPath = listener;
      for (const path of earlyPaths.splice(0)) listener(path);
    },
    servePages(origin, requests) {
      consoleOrigin = origin;
      ipcMain.handle(requestChannel, ({ senderFrame }, request: unknown) =>
        answerRequest(request, { url: senderFrame?.url ?? '', isMainFrame: senderFrame !== null && senderFrame.parent === null }, origin(), requests),
      );
    },
    checkForUpdates: (feedUrl) => checkForUpdates(feedUrl, log),
    showFailure: (message) => dialog.showErrorBox('Pedicle', message),
    quit: () => app.quit(),
  };
}

/** What the application was started with, without its own path (and, in a checkout, the folder that Electron was given). */
export const shellArguments = (): readonly string[] => process.argv.slice(app.isPackaged ? 1 : 2);
