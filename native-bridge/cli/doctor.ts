import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { injectorSettingsOf } from '../../src/injector/settings.ts';
import type { DoctorCheck } from './doctorChecks.ts';
import { printJson, reportFault } from './output.ts';
import { readSite } from './sessionOptions.ts';

interface DoctorOptions {
  readonly records: string;
  readonly site?: string;
  readonly probe?: true | readonly string[];
  readonly json?: true;
}

const marks: Readonly<Record<DoctorCheck['state'], string>> = { good: 'good   ', lacking: 'lacking', bad: 'BAD    ' };

async function examine(options: DoctorOptions): Promise<void> {
  const { checkDisk, checkInjector, checkPorts, checkRuntime, checkSocat, checkVideo, checkWindow } = await import('./doctorChecks.ts');
  const site = await readSite(options.site);
  if (!site.ok) return reportFault(site.fault);
  const { check: ports, ports: listed } = await checkPorts();
  const checks: DoctorCheck[] = [checkRuntime(), ...checkWindow(), ports];
  const probed = options.probe === undefined ? [] : options.probe === true ? listed.map((port) => port.path) : options.probe;
  for (const path of probed) checks.push(await checkInjector(path, injectorSettingsOf(site.value.injector).line));
  checks.push(await checkVideo(), checkSocat(), ...(await checkDisk(options.records)));
  if (site.value.hospital) {
    const { checkHospital } = await import('../hospital/checks.ts');
    // A procedure can go on without any of them: what is to be sent waits on the outbox.
    for (const { name, works, message } of await checkHospital(site.value.hospital))
      checks.push({ name, state: works ? 'good' : 'lacking', found: works ? message : 'it cannot be used', advice: works ? '' : message });
  }
  if (options.json) printJson({ fit: checks.every((check) => check.state !== 'bad'), checks, ports: listed });
  else {
    for (const { name, state, found, advice } of checks) {
      process.stdout.write(`${marks[state]} ${name}: ${found}\n`);
      if (advice !== '') process.stdout.write(`        ${advice}\n`);
    }
  }
  if (checks.some((check) => check.state === 'bad')) process.exitCode = 1;
}

export function register(program: Command): void {
  program
    .command('doctor')
    .description('What this workstation has and lacks: runtime, ports, disk, each with what to do. Exits with 1 when a procedure should not be run on it.')
    .option('--records <dir>', 'folder of the records, whose disk is measured', join(homedir(), 'Pedicle', 'records'))
    .option('--site <file>', 'site configuration, whose hospital systems are each asked with an echo, and whose text lines are listened for')
    .option('--probe [port...]', 'listen on these ports (or every port that is listed) and say which injector is there; only asks, never commands')
    .option('--json', 'one JSON object on standard output')
    .action(examine);
}
