import { spawn } from 'node:child_process';
import { type Command, InvalidArgumentError } from 'commander';
import { encryptionReady } from '../security/required.ts';
import { bridgeOptionsOf, type ConsoleOptions } from './consoleOptions.ts';
import { reportFault } from './output.ts';
import { addFaultOptions, addSourceOptions, parseSpeed } from './sessionOptions.ts';

function portArgument(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  return port;
}

function timesRealTime(text: string): number {
  const speed = parseSpeed(text);
  if (!speed.ok) throw new InvalidArgumentError(speed.fault.message);
  if (speed.value === 'max') throw new InvalidArgumentError('A console shows time as it passes: give a number, such as 4.');
  return speed.value;
}

/** Opens the address in the person's browser where there is a display; a browser that is not there is no failure. */
function openBrowser(url: string): void {
  const onLinux = process.platform === 'linux';
  if (onLinux && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  const [command, args] = process.platform === 'win32' ? ['cmd', ['/c', 'start', '', url]] : [process.platform === 'darwin' ? 'open' : 'xdg-open', [url]];
  const child = spawn(command as string, args as string[], { stdio: 'ignore', detached: true });
  child.on('error', () => process.stderr.write('No browser could be opened; open the address yourself.\n'));
  child.unref();
}

async function inBrowser(options: ConsoleOptions): Promise<void> {
  const prepared = await bridgeOptionsOf(options, true);
  if (!prepared.ok) return reportFault(prepared.fault);
  const ready = encryptionReady(prepared.value.site.site);
  if (!ready.ok) return reportFault(ready.fault);
  const { ensureConsolePages } = await import('./consolePages.ts');
  const pages = await ensureConsolePages(() => process.stderr.write('Building the console (once) …\n'));
  if (!pages.ok) return reportFault(pages.fault);
  const { openEarly } = await import('../session/openEarly.ts');
  const { site } = prepared.value.site;
  const firstSources = openEarly(prepared.value.inputFor(site, false, true));
  const { startBridge } = await import('../bridge.ts');
  const bridge = await startBridge({ ...prepared.value, firstSources });
  if (!bridge.ok) return reportFault(bridge.fault);
  process.stdout.write(`Pedicle is at ${bridge.value.url}\n`);
  if (options.open !== false) openBrowser(bridge.value.url);
  const signalled = new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve(name));
  });
  const begun = await Promise.race([bridge.value.begun, signalled]);
  if (typeof begun !== 'string') {
    if (!begun.ok && prepared.value.namesSources) {
      await bridge.value.stop();
      return reportFault(begun.fault);
    }
    const folder = bridge.value.recordFolder();
    process.stdout.write(
      folder ? `Recording to ${folder}. Ctrl-C ends the session and closes the record.\n` : 'No procedure could be begun: the console says why.\n',
    );
  }
  const signal = await signalled;
  process.stderr.write(`${signal === 'SIGINT' ? '\n' : ''}Closing the record …\n`);
  const stopped = await bridge.value.stop();
  if (!stopped.ok) reportFault(stopped.fault);
}

/** Hands over to the shell, which starts the bridge itself and shows the same pages in its own window. */
async function inShell(runtime: string, options: ConsoleOptions): Promise<void> {
  const { ensureConsolePages } = await import('./consolePages.ts');
  const pages = await ensureConsolePages(() => process.stderr.write('Building the console (once) …\n'));
  if (!pages.ok) return reportFault(pages.fault);
  const { ensureShell } = await import('./shellBundle.ts');
  const built = ensureShell();
  if (!built.ok) return reportFault(built.fault);
  const child = spawn(runtime, [built.value.app, JSON.stringify(options)], { stdio: 'inherit' });
  process.exitCode = await new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

async function openConsole(options: ConsoleOptions): Promise<void> {
  if (options.browser) return inBrowser(options);
  const { findElectronRuntime, installedElectron } = await import('./electronRuntime.ts');
  // Where the shell has to be looked for elsewhere, the bridge's code is loaded meanwhile: mostly it is what is needed next.
  if (installedElectron() === null) void import('../bridge.ts');
  const runtime = await findElectronRuntime((line) => process.stderr.write(`${line}\n`));
  if (runtime !== null) return inShell(runtime, options);
  process.stderr.write('The Electron runtime is not here and its host cannot be reached: the console opens in the browser instead.\n');
  return inBrowser(options);
}

export function register(program: Command): void {
  addFaultOptions(addSourceOptions(program.command('console').description('the console; with nothing given, a simulated kyphoplasty, live')))
    .option('--records <dir>', 'folder that records are written to and read from')
    .option('--browser', 'in the browser rather than in its own window')
    .option('--port <n>', 'port on 127.0.0.1; any free one when not given', portArgument, 0)
    .option('--no-open', 'do not open a browser')
    .option('--speed <n>', 'times real time, of simulated and recorded sources: for endurance tests', timesRealTime, 1)
    .action(openConsole);
}
