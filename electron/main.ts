import { app } from 'electron';
import { electronPort } from './electronPort.ts';
import { runShell } from './shell.ts';

await app.whenReady();
runShell(electronPort(app.getAppPath()), process.argv.slice(2), () => performance.now());
