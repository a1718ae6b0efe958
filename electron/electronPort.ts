import { join } from 'node:path';
import { app, BrowserWindow, dialog, powerSaveBlocker, session, utilityProcess } from 'electron';
import type { ShellPort } from './shellPort.ts';

/** Nothing that a page asks for is granted: the console needs no camera, location, notifications or downloads by itself. */
function denyByDefault(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.defaultSession.setPermissionCheckHandler(() => false);
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.on('will-navigate', (event, url) => {
      if (new URL(url).origin !== new URL(contents.getURL()).origin) event.preventDefault();
    });
  });
}

/** Electron itself behind the port. Call when the app is ready. */
export function electronPort(root: string): ShellPort {
  denyByDefault();
  return {
    claimSingleInstance(onSecond) {
      app.on('second-instance', onSecond);
      return app.requestSingleInstanceLock();
    },
    startBridge(args) {
      const child = utilityProcess.fork(join(root, 'native-bridge', 'bridgeProcess.js'), [...args], {
        serviceName: 'Pedicle bridge',
        stdio: 'inherit',
        // As in native-bridge/cli/pedicle.mjs: serial ports must not wait for the disk.
        env: { UV_THREADPOOL_SIZE: '16', ...process.env },
      });
      return {
        onMessage: (listener) => child.on('message', listener),
        onExit: (listener) => child.on('exit', listener),
        postMessage: (message) => child.postMessage(message),
        kill: () => child.kill(),
      };
    },
    openWindow() {
      const window = new BrowserWindow({
        width: 1600,
        height: 900,
        backgroundColor: '#0b0c0d',
        autoHideMenuBar: true,
        webPreferences: { preload: join(import.meta.dirname, 'preload.cjs'), contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true },
      });
      return {
        load: (url) => void window.loadURL(url),
        focus: () => window.focus(),
        onClosed: (listener) => window.on('closed', listener),
      };
    },
    keepAwake() {
      const id = powerSaveBlocker.start('prevent-display-sleep');
      return () => powerSaveBlocker.stop(id);
    },
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
    onQuitRequested: (listener) => app.on('before-quit', (event) => listener(() => event.preventDefault())),
    onAllWindowsClosed: (listener) => app.on('window-all-closed', listener),
    showFailure: (message) => dialog.showErrorBox('Pedicle', message),
    quit: () => app.quit(),
  };
}
