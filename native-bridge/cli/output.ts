import type { Fault } from '../../src/base/result.ts';

/** Says what went wrong, on standard error, and sets the exit status: 2 for input that cannot be used, 1 for a failure. */
export function reportFault(fault: Fault): void {
  process.stderr.write(`pedicle: ${fault.message}\n`);
  process.exitCode = fault.kind === 'input' ? 2 : 1;
}

/** The one JSON object of `--json`, on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
