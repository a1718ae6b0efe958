import type { BridgeProcess, ShellPort, ShellWindow } from './shellPort.ts';

/** What the bridge says to the shell. */
type BridgeMessage = { readonly kind: 'ready'; readonly url: string } | { readonly kind: 'failed'; readonly message: string } | { readonly kind: 'stopped' };

/** A bridge that dies is started again so soon. */
const restartAfterMs = 250;
/** One that dies so often within a minute is not started again: something is wrong that a restart does not mend. */
const restartsAMinute = 5;

function parseBridgeMessage(message: unknown): BridgeMessage | null {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return null;
  if (message.kind === 'ready' && 'url' in message && typeof message.url === 'string' && message.url.startsWith('http://127.0.0.1:'))
    return { kind: 'ready', url: message.url };
  if (message.kind === 'failed' && 'message' in message && typeof message.message === 'string') return { kind: 'failed', message: message.message };
  return message.kind === 'stopped' ? { kind: 'stopped' } : null;
}

/**
 * The life of the shell: one bridge, one window on it; a bridge that dies is started again and the window shown the new
 * one; quitting while it records is asked about, and then ends the session with its record closed.
 */
export function runShell(port: ShellPort, bridgeArgs: readonly string[], now: () => number): void {
  let window: ShellWindow | null = null;
  let bridge: BridgeProcess | null = null;
  let release: (() => void) | null = null;
  let quitting = false;
  let deaths: number[] = [];

  const show = (url: string) => {
    if (window === null) {
      window = port.openWindow();
      window.onClosed(() => {
        window = null;
      });
    }
    window.load(url);
  };

  const onMessage = (message: unknown) => {
    const said = parseBridgeMessage(message);
    switch (said?.kind) {
      case 'ready':
        release ??= port.keepAwake();
        show(said.url);
        break;
      case 'failed':
        quitting = true;
        port.showFailure(said.message);
        port.quit();
        break;
      case 'stopped':
      case undefined:
    }
  };

  const onExit = () => {
    bridge = null;
    release?.();
    release = null;
    if (quitting) {
      port.quit();
      return;
    }
    deaths = [...deaths.filter((at) => now() - at < 60_000), now()];
    if (deaths.length > restartsAMinute) {
      quitting = true;
      port.showFailure(
        'The bridge ended several times within a minute. What was recorded is kept; "pedicle recover" closes it. Start Pedicle again, and send its log if this happens again.',
      );
      port.quit();
      return;
    }
    setTimeout(start, restartAfterMs);
  };

  const start = () => {
    bridge = port.startBridge(bridgeArgs);
    bridge.onMessage(onMessage);
    bridge.onExit(onExit);
  };

  const quitWithRecordClosed = () => {
    quitting = true;
    if (bridge === null) port.quit();
    else bridge.postMessage({ kind: 'stop' });
  };

  if (!port.claimSingleInstance(() => window?.focus())) {
    port.quit();
    return;
  }
  port.onQuitRequested((preventDefault) => {
    if (quitting || bridge === null) return;
    preventDefault();
    void port.confirmQuit().then((yes) => {
      if (yes) quitWithRecordClosed();
    });
  });
  port.onAllWindowsClosed(() => {
    if (!quitting) quitWithRecordClosed();
  });
  start();
}
