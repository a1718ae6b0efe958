import type { Display } from '../../../electron/displays.ts';
import type { MenuEntry } from '../../../electron/menu.ts';
import { type ConsoleStart, runShell } from '../../../electron/shell.ts';
import type { BridgeProcess, PageRequests, ShellPort, ShellWindow, WindowKind, WindowPlace } from '../../../electron/shellPort.ts';

export const laptop: Display = {
  id: 1,
  bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  workArea: { x: 0, y: 40, width: 1920, height: 1040 },
  isPrimary: true,
};
export const ceiling: Display = {
  id: 2,
  bounds: { x: 1920, y: 0, width: 2560, height: 1440 },
  workArea: { x: 1920, y: 0, width: 2560, height: 1440 },
  isPrimary: false,
};

export interface FakeWindow {
  readonly kind: WindowKind;
  place: WindowPlace;
  url: string;
  loaded: boolean;
  closed: boolean;
  readonly told: unknown[];
  /** As the person does it; true when it was let go. */
  close(): boolean;
  moveTo(place: Partial<WindowPlace>): void;
  pageGone(reason: string): void;
}

/** A desktop and its bridges, as far as the shell can see. */
export function desktop(options: { first?: boolean; quitAnyway?: boolean; displays?: readonly Display[]; state?: string } = {}) {
  const log: string[] = [];
  const bridges: { readonly args: readonly string[]; message: (message: unknown) => void; exit: (code: number) => void }[] = [];
  const windows: FakeWindow[] = [];
  let displays = options.displays ?? [laptop];
  let state = options.state ?? null;
  let menu: readonly MenuEntry[] = [];
  let pages: { origin: () => string | null; requests: PageRequests } | null = null;
  const on = {
    displays: (): void => {},
    quit: (_preventDefault: () => void): void => {},
    shutdown: (_preventDefault: () => void): void => {},
    allClosed: (): void => {},
    open: (_path: string): void => {},
    second: (_args: readonly string[]): void => {},
  };

  function openWindow(kind: WindowKind, place: WindowPlace): ShellWindow {
    const listeners = { close: (_prevent: () => void): void => {}, closed: (): void => {}, place: (): void => {}, gone: (_reason: string): void => {} };
    const window: FakeWindow = {
      kind,
      place,
      url: '',
      loaded: false,
      closed: false,
      told: [],
      close() {
        let prevented = false;
        listeners.close(() => {
          prevented = true;
        });
        if (prevented) return false;
        window.closed = true;
        listeners.closed();
        return true;
      },
      moveTo(next) {
        window.place = { ...window.place, ...next };
        listeners.place();
      },
      pageGone: (reason) => listeners.gone(reason),
    };
    windows.push(window);
    log.push(`${kind} opened`);
    return {
      load(url) {
        window.url = url;
        log.push(`${kind} shows ${url}`);
      },
      isLoaded: () => window.loaded,
      focus: () => log.push(`${kind} focused`),
      close: () => void window.close(),
      place: () => window.place,
      setPlace(next) {
        window.place = next;
        listeners.place();
      },
      tell: (event) => window.told.push(event),
      onCloseRequested: (listener) => {
        listeners.close = listener;
      },
      onClosed: (listener) => {
        listeners.closed = listener;
      },
      onPlaceChanged: (listener) => {
        listeners.place = listener;
      },
      onPageGone: (listener) => {
        listeners.gone = listener;
      },
    };
  }

  const port: ShellPort = {
    claimSingleInstance(onSecond) {
      on.second = onSecond;
      return options.first ?? true;
    },
    startBridge(args) {
      const listeners = { message: (_message: unknown): void => {}, exit: (_code: number): void => {} };
      bridges.push({ args, message: (message) => listeners.message(message), exit: (code) => listeners.exit(code) });
      log.push('bridge started');
      const process: BridgeProcess = {
        onMessage: (listener) => {
          listeners.message = listener;
        },
        onExit: (listener) => {
          listeners.exit = listener;
        },
        postMessage: (message) => log.push(`told ${JSON.stringify(message)}`),
      };
      return process;
    },
    openWindow,
    displays: () => displays,
    onDisplaysChanged: (listener) => {
      on.displays = listener;
    },
    readState: () => state,
    writeState: (text) => {
      state = text;
    },
    keepAwake() {
      log.push('awake');
      return () => log.push('may sleep');
    },
    recordKey: () => 'ab'.repeat(32),
    setMenu: (entries) => {
      menu = entries;
    },
    confirmQuit: async () => {
      log.push('asked');
      return options.quitAnyway ?? false;
    },
    chooseRecord: async () => '/records/chosen',
    showLogs: () => log.push('logs shown'),
    log: (line) => log.push(`log: ${line}`),
    onQuitRequested: (listener) => {
      on.quit = listener;
    },
    onShutdown: (listener) => {
      on.shutdown = listener;
    },
    onAllWindowsClosed: (listener) => {
      on.allClosed = listener;
    },
    onOpenPath: (listener) => {
      on.open = listener;
    },
    servePages: (origin, requests) => {
      pages = { origin, requests };
    },
    checkForUpdates: (feedUrl) => log.push(`updates from ${feedUrl}`),
    showFailure: (message) => log.push(`failure: ${message}`),
    quit: () => log.push('quit'),
  };
  return {
    port,
    log,
    bridges,
    windows,
    on,
    menu: () => menu,
    pages: () => pages,
    state: () => state,
    setDisplays(next: readonly Display[]) {
      displays = next;
      on.displays();
    },
    /** The desktop again, as the next start finds it. */
    remembered: () => ({ ...options, displays, ...(state === null ? {} : { state }) }),
  };
}

export type Desktop = ReturnType<typeof desktop>;
export const start: ConsoleStart = { kind: 'console', options: '{}', kiosk: false, path: null };
export const address = 'http://127.0.0.1:5000/?token=x';

/** A shell whose bridge is there, with a procedure running or not. */
export function running(options: Parameters<typeof desktop>[0] & { procedure?: boolean; start?: Partial<ConsoleStart>; display?: object } = {}): Desktop {
  const made = desktop(options);
  runShell(made.port, { ...start, ...options.start }, () => 0, true);
  made.bridges[0]?.message({ kind: 'ready', url: address, updateFeed: null, display: options.display });
  if (options.procedure !== false) made.bridges[0]?.message({ kind: 'procedure', running: true, record: '/records/now' });
  return made;
}
