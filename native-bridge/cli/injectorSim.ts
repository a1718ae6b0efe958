import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type { InjectorFaultName, ScheduledFault } from './injectorFaults.ts';
import { faultSinceMs, injectorFaults, parseInjectorFault } from './injectorFaults.ts';
import { reportFault } from './output.ts';

interface InjectorSimOptions {
  readonly port: string;
  readonly driver: string;
  readonly scenario: string;
  readonly seed: number;
  readonly baud?: number;
  readonly rate: number;
  readonly speed: number;
  readonly fault: readonly ScheduledFault[];
  readonly once?: true;
}

const reopenEveryMs = 250;
/** More than this unsent means that nobody takes the bytes; what comes then is lost, as on a real line. */
const mostUnsentBytes = 4096;

const say = (text: string) => process.stderr.write(`${text}\n`);

function within(what: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least || value > most)
      throw new InvalidArgumentError(`${what} is a number from ${least} to ${most}.`);
    return value;
  };
}

function collectFault(text: string, before: readonly ScheduledFault[]): readonly ScheduledFault[] {
  const parsed = parseInjectorFault(text);
  if (!parsed.ok) throw new InvalidArgumentError(parsed.fault.message);
  return [...before, parsed.value];
}

/** Says each fault once, when it begins. */
function faultAnnouncer(faults: readonly ScheduledFault[]): (tMs: number) => void {
  const coming = [...faults].sort((x, y) => x.atMs - y.atMs);
  return (tMs) => {
    for (let next = coming[0]; next && next.atMs <= tMs; next = coming[0]) {
      coming.shift();
      say(`${(next.atMs / 1000).toFixed(1)} s: ${next.name}, ${injectorFaults[next.name].what}`);
    }
  };
}

async function simulate(options: InjectorSimOptions): Promise<void> {
  const { injectorDriver } = await import('../../src/injector/drivers.ts');
  const { defaultLineFormat } = await import('../../src/injector/lineFormat.ts');
  const { scenarioByName } = await import('../../src/simulation/scenario.ts');
  const { virtualInjectorAt } = await import('../../src/simulation/virtualInjector.ts');
  const { openSerialPort } = await import('../sources/serialPort.ts');
  const { simulatedDevice } = await import('./injectorSimDevice.ts');

  const driver = injectorDriver(options.driver, defaultLineFormat);
  if (!driver) return reportFault({ kind: 'input', message: `There is no injector driver ${options.driver}; "pedicle injector-sim --help" lists them.` });
  const scenario = scenarioByName(options.scenario, options.seed);
  if (!scenario.ok) return reportFault(scenario.fault);
  const device = simulatedDevice({ driver: driver.name, seed: options.seed, faults: options.fault, measure: (tMs) => virtualInjectorAt(scenario.value, tMs) });
  const settings = { path: options.port, baud: options.baud ?? driver.defaultBaud };
  const startedAt = performance.now();
  const nowMs = () => (performance.now() - startedAt) * options.speed;

  let unsent: Uint8Array = new Uint8Array(0);
  let lost = false;
  const send = (bytes: Uint8Array) => {
    if (unsent.length + bytes.length <= mostUnsentBytes) unsent = Buffer.concat([unsent, bytes]);
    if (unsent.length > 0 && port?.write(unsent)) unsent = new Uint8Array(0);
  };
  const open = () =>
    openSerialPort(settings, {
      onBytes: (bytes) => send(device.answer(bytes, nowMs())),
      onLost: () => {
        lost = true;
      },
    });
  const first = await open();
  if (!first.ok) return reportFault(first.fault);
  let port: typeof first.value | null = first.value;
  say(`Playing ${options.scenario} as a ${driver.name} injector on ${options.port}, ${settings.baud} baud. Ctrl-C ends.`);

  const stop = new AbortController();
  // Kept to the end: a terminal's Ctrl-C reaches this process twice, from the terminal and from the program that started it.
  const onSignal = () => stop.abort();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const announce = faultAnnouncer(options.fault);
  const everyMs = 1000 / options.rate;
  let spoken = 0;
  while (!stop.signal.aborted && !(options.once && nowMs() >= scenario.value.durationMs)) {
    const tMs = nowMs();
    announce(tMs);
    const unplugged = isActive(options.fault, 'unplug', tMs);
    if (port !== null && (unplugged || lost)) {
      if (lost) say('The port is gone; it is looked for until it is back.');
      await port.close();
      port = null;
      unsent = new Uint8Array(0);
    }
    if (port === null && !unplugged) {
      const again = await open();
      if (again.ok) {
        port = again.value;
        lost = false;
      } else await pause(reopenEveryMs, stop.signal);
    }
    for (; spoken * everyMs * options.speed <= nowMs(); spoken++) {
      const atMs = spoken * everyMs * options.speed;
      // On a busy machine the cable is pulled a little late; what the device says after that moment was never heard.
      if (port !== null && !isActive(options.fault, 'unplug', atMs)) send(device.speak(atMs));
    }
    await pause(Math.max(1, spoken * everyMs - nowMs() / options.speed), stop.signal);
  }
  await port?.close();
}

const isActive = (faults: readonly ScheduledFault[], name: InjectorFaultName, tMs: number): boolean => faultSinceMs(faults, name, tMs) !== null;

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

export function register(program: Command): void {
  const faults = Object.entries(injectorFaults).map(([name, { what }]) => `  ${name.padEnd(15)} ${what}`);
  program
    .command('injector-sim')
    .description('Plays an injector on a real serial port or pseudo terminal, in real time, until Ctrl-C.')
    .requiredOption('--port <path>', 'port to play on, for example one end of a socat pair')
    .option('--driver <name>', 'protocol: pedicle-v1, new-era or line', 'pedicle-v1')
    .option('--scenario <name>', 'what the injector does', 'kyphoplasty')
    .option('--seed <n>', 'seed of the scenario and of the faults', within('The seed', 0, 4294967295), 1)
    .option('--baud <n>', "baud rate (default: the driver's)", within('The baud rate', 50, 4_000_000))
    .option('--rate <hz>', 'messages a second', within('The rate', 1, 1000), 100)
    .option('--speed <n>', 'how fast the scenario runs', within('The speed', 0.1, 100), 1)
    .option('--fault <name@seconds>', 'a fault at a second of the scenario; may be repeated', collectFault, [])
    .option('--once', 'end with the scenario instead of playing its end until Ctrl-C')
    .addHelpText('after', `\nFaults:\n${faults.join('\n')}\n`)
    .action(simulate);
}
