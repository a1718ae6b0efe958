import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Electron's `process.parentPort` over Node's own channel to a child. */
const parentPort = `data:text/javascript,${encodeURIComponent(`
process.parentPort = {
  on: (_event, listener) => process.on('message', (data) => listener({ data })),
  postMessage: (message) => process.send(message),
};`)}`;

/** The bridge as the shell starts it, as a child of plain Node. `secret`: of the pages of one run of the shell. */
export function forkBridgeProcess(args: readonly string[], secret: string): ChildProcess {
  return fork(join(root, 'native-bridge', 'bridgeProcess.ts'), [...args], {
    execPath: join(root, 'node_modules', '.bin', 'node'),
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', parentPort],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'pedicle'), ...process.env, PEDICLE_LINK_SECRET: secret },
  });
}
