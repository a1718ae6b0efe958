import { type Command, InvalidArgumentError } from 'commander';
import { ok, type Result } from '../../src/base/result.ts';
import { injectorSettingsOf } from '../../src/injector/settings.ts';
import type { OperatorEvent } from '../../src/procedure/operatorEvent.ts';
import type { Site } from '../../src/procedure/site.ts';
import { patientEventOf } from '../../src/procedure/worklistItem.ts';
import { encryptionReady } from '../security/required.ts';
import { namedSources } from '../session/openSources.ts';
import { softwareVersion } from '../softwareVersion.ts';
import { printJson, reportFault } from './output.ts';
import { addFaultOptions, addSourceOptions, type FaultOptions, parseSpeed, readFaults, readSite, type SourceOptions } from './sessionOptions.ts';

interface RunOptions extends SourceOptions, FaultOptions {
  readonly worklistItem?: string;
  readonly out: string;
  readonly speed: number | 'max';
  readonly json?: true;
}

function speedArgument(text: string): number | 'max' {
  const speed = parseSpeed(text);
  if (!speed.ok) throw new InvalidArgumentError(speed.fault.message);
  return speed.value;
}

async function patientOfWorklist({ worklistItem }: RunOptions, site: Site): Promise<Result<OperatorEvent | null>> {
  if (worklistItem === undefined) return ok(null);
  const { pickWorklistItem } = await import('../hospital/pickItem.ts');
  const item = await pickWorklistItem(site.hospital, worklistItem);
  return item.ok ? ok(patientEventOf(item.value, null)) : item;
}

async function run(options: RunOptions): Promise<void> {
  const { openSources } = await import('../session/openSources.ts');
  const { underSiteLimits, withSiteLimits } = await import('../session/siteLimits.ts');
  const { startSession } = await import('../session/session.ts');
  const { collectLosses } = await import('../record/losses.ts');
  const { openRecordWriter } = await import('../record/writer.ts');
  const site = await readSite(options.site);
  if (!site.ok) return reportFault(site.fault);
  const ready = encryptionReady(site.value);
  if (!ready.ok) return reportFault(ready.fault);
  const picked = await patientOfWorklist(options, site.value);
  if (!picked.ok) return reportFault(picked.fault);
  const faults = await readFaults(options);
  if (!faults.ok) return reportFault(faults.fault);
  const input = {
    framesA: options.framesA ?? null,
    framesB: options.framesB ?? null,
    injector: options.injector ?? null,
    injector2: options.injector2 ?? null,
    planFile: options.plan ?? null,
    scriptFile: options.script ?? null,
    faults: faults.value,
    speed: options.speed,
  };
  const opened = await openSources(input);
  if (!opened.ok) return reportFault(opened.fault);
  const { sources, plan, simulated, procedure } = opened.value;
  const losses = collectLosses();
  const session = await startSession({
    sources: underSiteLimits(sources, site.value.limits),
    planes: opened.value.planes,
    speed: options.speed,
    injectorSettings: injectorSettingsOf(site.value.injector),
    describe: {
      softwareVersion: softwareVersion(),
      runtime: `node ${process.versions.node}, v8 ${process.versions.v8}`,
      procedure,
      simulated,
      sources: namedSources(input),
    },
    openRecord: (header, onTrouble) =>
      openRecordWriter({ folder: options.out }, header, (message, trouble) => {
        losses.note(trouble);
        onTrouble(message, trouble);
      }),
  });
  if (!session.ok) return reportFault(session.fault);
  if (plan) session.value.writer?.attachFile('plan.json', `${JSON.stringify(withSiteLimits(plan, site.value.limits), null, 1)}\n`);
  if (options.site !== undefined) session.value.writer?.attachFile('site.json', `${JSON.stringify(site.value, null, 1)}\n`);

  if (picked.value) session.value.operator(picked.value);
  const stop = () => session.value.stop();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const progress = process.stderr.isTTY ? setInterval(() => process.stderr.write(`\r${(session.value.nowMs() / 1000).toFixed(1)} s of procedure `), 250) : null;
  const ended = await session.value.run();
  if (progress) {
    clearInterval(progress);
    process.stderr.write('\r');
  }
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
  if (!ended.ok) return reportFault(ended.fault);
  const incomplete = losses.sentence(options.out);
  if (incomplete !== null) reportFault({ kind: 'failed', message: incomplete });
  const { durationMs, planes, telemetry, alarms } = ended.value;
  if (options.json) return printJson({ record: options.out, durationMs, planes, telemetry, alarms });
  const frames = Object.entries(planes).map(([plane, { rows, columns, frames: count }]) => `plane ${plane}: ${count} frames of ${columns} × ${rows}`);
  process.stdout.write(
    `Recorded ${(durationMs / 1000).toFixed(1)} s in ${options.out}; ${frames.join(', ') || 'no frames'}; ${telemetry['/injector/reading'] ?? 0} injector readings; ${alarms.length} ${alarms.length === 1 ? 'alarm' : 'alarms'}.\n`,
  );
}

export function register(program: Command): void {
  addFaultOptions(addSourceOptions(program.command('run').description('the session without a window: ends when the sources end, writes a record')))
    .requiredOption('--out <dir>', 'folder of the record; must not exist or be empty')
    .option('--speed <n>', 'times real time, or "max": as fast as this machine can', speedArgument, 1)
    .option('--worklist-item <accession>', "patient and order of this entry of today's worklist")
    .option('--json', 'one JSON object on standard output')
    .action(run);
}
