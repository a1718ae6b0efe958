import { type Command, InvalidArgumentError } from 'commander';
import { printJson, reportFault } from './output.ts';
import { readSite } from './sessionOptions.ts';

interface WorklistOptions {
  readonly site?: string;
  readonly date?: string;
  readonly json?: true;
}

/** `2026-03-01`, or `any`. */
function dateArgument(text: string): string {
  if (text === 'any') return '';
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(text))) throw new InvalidArgumentError('It must be a date such as 2026-03-01, or "any".');
  return text.replaceAll('-', '');
}

async function worklist(options: WorklistOptions): Promise<void> {
  const { dicomDate, queryWorklist } = await import('../hospital/worklist.ts');
  const site = await readSite(options.site);
  if (!site.ok) return reportFault(site.fault);
  const answered = await queryWorklist(site.value.hospital, options.date ?? dicomDate(new Date()));
  if (!answered.ok) return reportFault(answered.fault);
  const { items, notice } = answered.value;
  if (notice !== null) process.stderr.write(`pedicle: ${notice}\n`);
  if (options.json) return printJson({ items, notice });
  if (items.length === 0) process.stdout.write(`Nothing is scheduled${options.date === '' ? '' : options.date === undefined ? ' today' : ' on that day'}.\n`);
  for (const { patient, scheduledAt, modality } of items) {
    const { order } = patient;
    const what = order.requestedProcedureDescription || order.scheduledStepDescription;
    process.stdout.write(
      `${(scheduledAt ?? '').replace('T', ' ').padEnd(16)}  ${order.accessionNumber.padEnd(16)}  ${patient.name.replaceAll('^', ' ').trim().padEnd(28)}  ${patient.id.padEnd(12)}  ${(modality ?? '').padEnd(3)} ${what}\n`,
    );
  }
}

export function register(program: Command): void {
  program
    .command('worklist')
    .description("today's scheduled procedures from the modality worklist; they are shown and not kept")
    .option('--site <file>', 'site configuration, which names the worklist')
    .option('--date <date>', 'another day, such as 2026-03-01, or "any"', dateArgument)
    .option('--json', 'one JSON object on standard output')
    .action(worklist);
}
