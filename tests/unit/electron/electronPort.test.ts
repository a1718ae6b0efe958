import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';

/**
 * What the shell tells Electron, with Electron's module replaced by one that notes it down: the promises of `electron/security.ts` are
 * kept only where they are put in force.
 */
type Answer = (...args: readonly unknown[]) => unknown;
const electron = vi.hoisted(() => ({ handlers: new Map<string, unknown>(), windows: [] as Record<string, unknown>[], calls: [] as string[] }));
const folder = mkdtempSync(join(tmpdir(), 'pedicle-electron-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

vi.mock('electron-updater', () => ({ default: {} }));
vi.mock('electron', async () => {
  const { EventEmitter: Emitter } = await import('node:events');
  const note = (name: string) => (given: unknown) => void electron.handlers.set(name, given);
  const app = Object.assign(new Emitter(), {
    isPackaged: true,
    getPath: (name: string) => join(folder, name),
    getAppPath: () => folder,
    enableSandbox: () => void electron.calls.push('enableSandbox'),
    requestSingleInstanceLock: () => true,
    quit: () => void electron.calls.push('quit'),
    exit: (code: number) => void electron.calls.push(`exit ${code}`),
    // Never: what comes after is the shell's life, which has its own tests.
    whenReady: () => new Promise<void>(() => undefined),
  });
  class BrowserWindow extends Emitter {
    static getAllWindows = () => [];
    webContents = Object.assign(new Emitter(), { send: () => undefined });
    constructor(options: Record<string, unknown>) {
      super();
      electron.windows.push(options);
    }
    removeMenu() {}
  }
  return {
    app,
    BrowserWindow,
    crashReporter: { start: note('crashReporter') },
    dialog: {},
    ipcMain: { handle: (channel: string, handler: unknown) => void electron.handlers.set(`ipc ${channel}`, handler) },
    Menu: { setApplicationMenu: () => undefined, buildFromTemplate: () => null },
    powerMonitor: new Emitter(),
    powerSaveBlocker: {},
    safeStorage: {},
    screen: new Emitter(),
    session: {
      defaultSession: {
        setPermissionRequestHandler: note('permission request'),
        setPermissionCheckHandler: note('permission check'),
        setDevicePermissionHandler: note('device'),
        setDisplayMediaRequestHandler: note('screen capture'),
        webRequest: { onBeforeRequest: note('request') },
      },
    },
    shell: {},
    utilityProcess: { fork: () => Object.assign(new Emitter(), { stdout: null, stderr: null }) },
  };
});

const { app } = await import('electron');
const { electronPort, startCrashReports } = await import('../../../electron/electronPort.ts');
const handler = (name: string): Answer => electron.handlers.get(name) as Answer;

const consoleUrl = 'http://127.0.0.1:4711/';
const elsewhere = 'https://example.org/';
const requests = { togglePictures: vi.fn(), displays: () => [] };

beforeEach(() => {
  electron.handlers.clear();
  electron.windows.splice(0);
  app.removeAllListeners();
  const port = electronPort(folder);
  port.servePages(() => new URL(consoleUrl).origin, requests);
});

/** A new page, and what became of what it tried. */
function page() {
  let openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  const contents = Object.assign(new EventEmitter(), {
    setWindowOpenHandler: (given: typeof openHandler) => {
      openHandler = given;
    },
  });
  app.emit('web-contents-created', {}, contents as never);
  const isPrevented = (event: string, url: string): boolean => {
    let prevented = false;
    contents.emit(event, { url, preventDefault: () => (prevented = true) });
    return prevented;
  };
  return { isPrevented, opening: (url: string) => openHandler({ url }).action };
}

describe('put in force with Electron', () => {
  test('windows are made with isolated, sandboxed pages without Node', () => {
    electronPort(folder).openWindow('console', { bounds: { x: 0, y: 0, width: 800, height: 600 }, fullScreen: false, kiosk: false });
    expect(electron.windows[0]?.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      preload: expect.stringMatching(/preload\.cjs$/),
    });
  });

  test('no page opens a window, leaves the console’s address or holds a webview', () => {
    const { isPrevented, opening } = page();
    expect([opening(elsewhere), opening(consoleUrl)]).toEqual(['deny', 'deny']);
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
      expect(isPrevented(event, elsewhere), event).toBe(true);
      expect(isPrevented(event, 'file:///etc/passwd'), event).toBe(true);
      expect(isPrevented(event, consoleUrl), event).toBe(false);
    }
    expect(isPrevented('will-attach-webview', consoleUrl)).toBe(true);
  });

  test.each(['media', 'display-capture', 'geolocation', 'notifications', 'serial', 'usb', 'hid', 'midi', 'openExternal', 'clipboard-read'])(
    'the permission %s is refused, asked for or looked up',
    (permission) => {
      const answer = vi.fn();
      handler('permission request')({}, permission, answer, { requestingUrl: consoleUrl });
      expect(answer).toHaveBeenCalledWith(false);
      expect(handler('permission check')({}, permission, new URL(consoleUrl).origin)).toBe(false);
    },
  );

  test('full screen is granted to the console, and to nobody else; devices to nobody', () => {
    const answer = vi.fn();
    handler('permission request')({}, 'fullscreen', answer, { requestingUrl: consoleUrl });
    handler('permission request')({}, 'fullscreen', answer, { requestingUrl: elsewhere });
    expect(answer.mock.calls).toEqual([[true], [false]]);
    expect(handler('device')()).toBe(false);
  });

  test('the screen cannot be captured', () => {
    const answer = vi.fn();
    handler('screen capture')({}, answer);
    expect(answer).toHaveBeenCalledWith(null);
  });

  test.each([
    [consoleUrl, false],
    ['ws://127.0.0.1:4711/link', false],
    [elsewhere, true],
    ['http://127.0.0.1:4712/', true],
    ['file:///etc/passwd', true],
  ])('a request to %s is cancelled: %j', (url, cancel) => {
    const answer = vi.fn();
    handler('request')({ url }, answer);
    expect(answer).toHaveBeenCalledWith({ cancel });
  });

  test('requests of pages are heard from the main frame of the console alone', async () => {
    const ask = handler('ipc pedicle:request');
    const from = (url: string, parent: unknown = null) => ({ senderFrame: { url, parent } });
    await expect(ask(from(elsewhere), { kind: 'toggle-pictures' })).rejects.toThrow(/Only pages of the console/);
    await expect(ask(from(consoleUrl, {}), { kind: 'toggle-pictures' })).rejects.toThrow(/Only pages of the console/);
    await expect(ask({ senderFrame: null }, { kind: 'toggle-pictures' })).rejects.toThrow(/Only pages of the console/);
    expect(requests.togglePictures).not.toHaveBeenCalled();
    await ask(from(consoleUrl), { kind: 'toggle-pictures' });
    expect(requests.togglePictures).toHaveBeenCalledOnce();
  });

  test('crash reports stay here', () => {
    startCrashReports();
    expect(electron.handlers.get('crashReporter')).toMatchObject({ uploadToServer: false });
  });

  test('the application turns the sandbox on for every process, before anything else of it runs', async () => {
    void import('../../../electron/main.ts');
    await vi.waitFor(() => expect(electron.calls).toContain('enableSandbox'));
  });
});
