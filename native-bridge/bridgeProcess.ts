import type { Result } from '../src/base/result.ts';
import { type Bridge, startBridge } from './bridge.ts';
import { bridgeOptionsOf, type ConsoleOptions } from './cli/consoleOptions.ts';

/** Electron's end of the channel to a utility process; its types come with Electron, which this process does not import. */
interface ParentPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

const parent = (process as unknown as { readonly parentPort?: ParentPort }).parentPort;
if (!parent) throw new Error('bridgeProcess is started by the shell; from a command line use "pedicle console"');

const options = JSON.parse(process.argv[2] ?? '{}') as ConsoleOptions;
const prepared = await bridgeOptionsOf(options, false);
const bridge: Result<Bridge> = prepared.ok ? await startBridge(prepared.value) : prepared;

if (bridge.ok) {
  parent.on('message', ({ data }) => {
    if (typeof data !== 'object' || data === null || !('kind' in data) || data.kind !== 'stop') return;
    void bridge.value.stop().then(() => {
      parent.postMessage({ kind: 'stopped' });
      process.exit(0);
    });
  });
  parent.postMessage({ kind: 'ready', url: bridge.value.url });
} else {
  parent.postMessage({ kind: 'failed', message: bridge.fault.message });
}
