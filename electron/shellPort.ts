/**
 * What the shell needs of Electron, and nothing more: the life cycle is written against this, so that it runs in a test
 * where the runtime cannot be had. `electronPort.ts` is the real one.
 */
export interface BridgeProcess {
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (code: number) => void): void;
  postMessage(message: unknown): void;
  kill(): void;
}

export interface ShellWindow {
  load(url: string): void;
  focus(): void;
  onClosed(listener: () => void): void;
}

export interface ShellPort {
  /** False when another instance is already running; it is then told, and this one must quit. */
  claimSingleInstance(onSecond: () => void): boolean;
  startBridge(args: readonly string[]): BridgeProcess;
  openWindow(): ShellWindow;
  /** Keeps the display on; returns what lets it go. */
  keepAwake(): () => void;
  /** Asks whether to quit although a procedure is being recorded. */
  confirmQuit(): Promise<boolean>;
  onQuitRequested(listener: (preventDefault: () => void) => void): void;
  onAllWindowsClosed(listener: () => void): void;
  showFailure(message: string): void;
  quit(): void;
}
