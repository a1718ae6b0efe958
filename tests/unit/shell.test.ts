import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runShell } from '../../electron/shell.ts';
import type { BridgeProcess, ShellPort, ShellWindow } from '../../electron/shellPort.ts';

/** A desktop and its bridges, as far as the shell can see. */
function desktop(options: { first?: boolean; quitAnyway?: boolean } = {}) {
  const log: string[] = [];
  const bridges: { message: (message: unknown) => void; exit: (code: number) => void }[] = [];
  let requestQuit = (_preventDefault: () => void): void => {};
  let closeWindow = (): void => {};
  let second = (): void => {};
  const port: ShellPort = {
    claimSingleInstance(onSecond) {
      second = onSecond;
      return options.first ?? true;
    },
    startBridge() {
      const listeners = { message: (_message: unknown): void => {}, exit: (_code: number): void => {} };
      const bridge = { message: (message: unknown) => listeners.message(message), exit: (code: number) => listeners.exit(code) };
      bridges.push(bridge);
      log.push('bridge started');
      const process: BridgeProcess = {
        onMessage: (listener) => {
          listeners.message = listener;
        },
        onExit: (listener) => {
          listeners.exit = listener;
        },
        postMessage: (message) => log.push(`told ${JSON.stringify(message)}`),
        kill: () => log.push('killed'),
      };
      return process;
    },
    openWindow() {
      log.push('window opened');
      const window: ShellWindow = {
        load: (url) => log.push(`shows ${url}`),
        focus: () => log.push('focused'),
        onClosed: (listener) => {
          closeWindow = listener;
        },
      };
      return window;
    },
    keepAwake() {
      log.push('awake');
      return () => log.push('may sleep');
    },
    confirmQuit: async () => options.quitAnyway ?? false,
    onQuitRequested: (listener) => {
      requestQuit = listener;
    },
    onAllWindowsClosed: () => {},
    showFailure: (message) => log.push(`failure: ${message}`),
    quit: () => log.push('quit'),
  };
  return { port, log, bridges, requestQuit: (prevent: () => void) => requestQuit(prevent), closeWindow: () => closeWindow(), second: () => second() };
}

describe('the shell', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('opens one window on the bridge and keeps the display on', () => {
    const { port, log, bridges } = desktop();
    runShell(port, [], () => 0);
    bridges[0]?.message({ kind: 'ready', url: 'http://127.0.0.1:5000/?token=x' });
    expect(log).toEqual(['bridge started', 'awake', 'window opened', 'shows http://127.0.0.1:5000/?token=x']);
  });

  it('starts a bridge that died again within a second and shows the new one in the same window', () => {
    const { port, log, bridges } = desktop();
    runShell(port, [], () => 0);
    bridges[0]?.message({ kind: 'ready', url: 'http://127.0.0.1:5000/' });
    bridges[0]?.exit(1);
    vi.advanceTimersByTime(1000);
    bridges[1]?.message({ kind: 'ready', url: 'http://127.0.0.1:5001/' });
    expect(log.filter((line) => line === 'window opened')).toHaveLength(1);
    expect(log.at(-1)).toBe('shows http://127.0.0.1:5001/');
  });

  it('gives up on a bridge that keeps dying, and says what to do', () => {
    const { port, log, bridges } = desktop();
    runShell(port, [], () => 0);
    for (let i = 0; i < 10; i++) {
      bridges.at(-1)?.exit(1);
      vi.advanceTimersByTime(1000);
    }
    expect(bridges).toHaveLength(6);
    expect(log.at(-1)).toBe('quit');
    expect(log.some((line) => line.startsWith('failure: ') && line.includes('pedicle recover'))).toBe(true);
  });

  it('does not quit while recording unless told to, and then closes the record first', async () => {
    const stays = desktop();
    runShell(stays.port, [], () => 0);
    const prevented = vi.fn();
    stays.requestQuit(prevented);
    await vi.runAllTimersAsync();
    expect(prevented).toHaveBeenCalledOnce();
    expect(stays.log).not.toContain('quit');

    const goes = desktop({ quitAnyway: true });
    runShell(goes.port, [], () => 0);
    goes.requestQuit(() => {});
    await vi.runAllTimersAsync();
    expect(goes.log.at(-1)).toBe('told {"kind":"stop"}');
    goes.bridges[0]?.exit(0);
    expect(goes.log.at(-1)).toBe('quit');
  });

  it('ignores messages that are not the bridge’s, and addresses that are not this machine', () => {
    const { port, log, bridges } = desktop();
    runShell(port, [], () => 0);
    for (const message of [null, 'ready', { kind: 'ready' }, { kind: 'ready', url: 'http://evil.example/' }, { kind: 'open' }]) bridges[0]?.message(message);
    expect(log).toEqual(['bridge started']);
  });

  it('is one: a second start brings the first to the front', () => {
    const { port, log, bridges, second } = desktop();
    runShell(port, [], () => 0);
    bridges[0]?.message({ kind: 'ready', url: 'http://127.0.0.1:5000/' });
    second();
    expect(log.at(-1)).toBe('focused');
    const later = desktop({ first: false });
    runShell(later.port, [], () => 0);
    expect(later.log).toEqual(['quit']);
  });
});
