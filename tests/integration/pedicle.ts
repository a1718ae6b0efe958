import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../native-bridge/cli/pedicle.mjs', import.meta.url));

/** What a command said when it had ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of the program as a person starts it: a process of its own. */
export interface RunningPedicle {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stderr(): string;
}

export const startPedicle = (...args: readonly string[]): RunningPedicle => startProgram(entry, ...args);

/** Any program of the project or its tests, likewise. */
export function startProgram(path: string, ...args: readonly string[]): RunningPedicle {
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr?.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const ended = new Promise<Ended>((resolve) => child.once('close', (status) => resolve({ status, stdout, stderr })));
  return { child, ended, stderr: () => stderr };
}

export const pedicle = (...args: readonly string[]): Promise<Ended> => startPedicle(...args).ended;

/** The one JSON object that `--json` prints. */
export const jsonOf = (ended: Ended): unknown => JSON.parse(ended.stdout);
