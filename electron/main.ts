import { app } from 'electron';
import { catchEarlyPaths, electronPort, runCommandLine, shellArguments, startCrashReports } from './electronPort.ts';
import { runShell } from './shell.ts';
import { parseShellArguments } from './shellArguments.ts';

startCrashReports();
app.enableSandbox();
catchEarlyPaths();
const start = parseShellArguments(shellArguments());
await app.whenReady();
if (start.kind === 'cli') runCommandLine(app.getAppPath(), start.args);
else runShell(electronPort(app.getAppPath()), start, () => performance.now(), app.isPackaged);
