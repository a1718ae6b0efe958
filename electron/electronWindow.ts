import { join } from 'node:path';
import { BrowserWindow } from 'electron';
import { eventChannel } from './ipc.ts';
import { webPreferencesOf } from './security.ts';
import type { ShellWindow, WindowKind, WindowPlace } from './shellPort.ts';

const background = '#0b0c0d';
/** A window that is being dragged has no place yet. */
const restMs = 500;

/** A window of Electron behind the port. */
export function openElectronWindow(kind: WindowKind, place: WindowPlace): ShellWindow {
  const window = new BrowserWindow({
    ...place.bounds,
    title: 'Pedicle',
    backgroundColor: background,
    autoHideMenuBar: true,
    fullscreen: place.fullScreen,
    kiosk: place.kiosk,
    webPreferences: webPreferencesOf(join(import.meta.dirname, 'preload.cjs')),
  });
  if (kind === 'pictures') window.removeMenu();
  let failed = false;
  return {
    load(url) {
      failed = false;
      window.loadURL(url).catch(() => {
        // What stands there now is an error page.
        failed = true;
      });
    },
    isLoaded: () => !failed && window.webContents.getURL() !== '' && !window.webContents.isLoading(),
    focus() {
      if (window.isMinimized()) window.restore();
      window.focus();
    },
    close: () => window.close(),
    place: () => ({ bounds: window.getNormalBounds(), fullScreen: window.isFullScreen(), kiosk: window.isKiosk() }),
    setPlace(next) {
      // A full-screen window stays on its display: out, over, and in again.
      if (window.isFullScreen()) window.setFullScreen(false);
      window.setBounds(next.bounds);
      if (next.kiosk) window.setKiosk(true);
      else if (next.fullScreen) window.setFullScreen(true);
    },
    tell: (event) => window.webContents.send(eventChannel, event),
    onCloseRequested: (listener) => window.on('close', (event) => listener(() => event.preventDefault())),
    onClosed: (listener) => window.on('closed', listener),
    onPlaceChanged(listener) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const soon = () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (!window.isDestroyed()) listener();
        }, restMs);
      };
      window.on('move', soon);
      window.on('resize', soon);
      window.on('enter-full-screen', soon);
      window.on('leave-full-screen', soon);
    },
    onPageGone: (listener) => window.webContents.on('render-process-gone', (_event, { reason }) => listener(reason)),
  };
}
