import type { ShellDisplays } from '../src/link/shellDisplays.ts';
import type { Bounds, Display } from './displays.ts';
import type { MenuEntry } from './menu.ts';

/**
 * What the shell needs of Electron, and nothing more: the life cycle is written against this, so that it runs in a test
 * where the runtime cannot be had. `electronPort.ts` is the real one.
 */
export interface BridgeProcess {
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (code: number) => void): void;
  postMessage(message: unknown): void;
}

/** The console, or the second window with the pictures alone. */
export type WindowKind = 'console' | 'pictures';

export interface WindowPlace {
  readonly bounds: Bounds;
  readonly fullScreen: boolean;
  /** Nothing but the console: no way out of the full screen, no menu. */
  readonly kiosk: boolean;
}

export interface ShellWindow {
  load(url: string): void;
  /** A page stands in it and can be told something. */
  isLoaded(): boolean;
  focus(): void;
  close(): void;
  place(): WindowPlace;
  setPlace(place: WindowPlace): void;
  /** Says something to the page; see `preload.ts`. */
  tell(event: ShellEvent): void;
  /** Somebody wants to close it; prevented, it stays. */
  onCloseRequested(listener: (preventDefault: () => void) => void): void;
  onClosed(listener: () => void): void;
  /** Moved, resized, into or out of the full screen. */
  onPlaceChanged(listener: () => void): void;
  /** Its page's process is gone; the window is still there. */
  onPageGone(listener: (reason: string) => void): void;
}

/** What the shell tells the console's page: the record of this name was opened from outside, show it. */
export interface ShellEvent {
  readonly kind: 'show-record';
  readonly name: string;
}

/** What a page may ask of the shell, checked on arrival: sender and form. */
export interface PageRequests {
  /** Opens or closes the second window. */
  togglePictures(): void;
  displays(): ShellDisplays;
}

export interface ShellPort {
  /** False when another instance is already running; it is then told what this one was started with, and this one must quit. */
  claimSingleInstance(onSecond: (args: readonly string[]) => void): boolean;
  /**
   * Starts a bridge: its options, the record of a procedure to go on with (or nothing), the port of the bridge that it stands in for.
   * Every one of a run admits the pages of those before it, which therefore stay open.
   */
  startBridge(args: readonly string[]): BridgeProcess;
  openWindow(kind: WindowKind, place: WindowPlace): ShellWindow;
  displays(): readonly Display[];
  onDisplaysChanged(listener: () => void): void;
  /** What was remembered from the last time; null when nothing was or it cannot be read. */
  readState(): string | null;
  writeState(text: string): void;
  /** Keeps the display on; returns what lets it go. */
  keepAwake(): () => void;
  /** The key of this workstation's records, made on first use and kept by the system's key store; null where there is none to trust. */
  recordKey(): string | null;
  setMenu(entries: readonly MenuEntry[]): void;
  /** Asks whether to quit although a procedure is being recorded. */
  confirmQuit(): Promise<boolean>;
  /** Asks for the folder of a record; null when nothing was chosen. */
  chooseRecord(): Promise<string | null>;
  /** Opens the folder of logs and crash reports in the system's file manager. */
  showLogs(): void;
  log(line: string): void;
  onQuitRequested(listener: (preventDefault: () => void) => void): void;
  /** The system is going down or the person signs out. */
  onShutdown(listener: (preventDefault: () => void) => void): void;
  onAllWindowsClosed(listener: () => void): void;
  /** The system asks to open this path: a record's folder or a file in it. */
  onOpenPath(listener: (path: string) => void): void;
  /** Answers pages that stand at `origin` and nowhere else. */
  servePages(origin: () => string | null, requests: PageRequests): void;
  /** Looks for a newer version at the site's own server; only called when the site configuration names one. */
  checkForUpdates(feedUrl: string): void;
  showFailure(message: string): void;
  quit(): void;
}
