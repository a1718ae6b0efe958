import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const entry = fileURLToPath(new URL('../../native-bridge/cli/pedicle.mjs', import.meta.url));

export interface Ran {
  readonly wallMs: number;
  /** Processor time of the process and its threads. */
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly json: unknown;
}

/** Runs one command of the program to its end, as a process of its own, and says what it took. `core`: on this one only (Linux). */
export async function runProgram(args: readonly string[], core?: number): Promise<Ran> {
  const usage = fileURLToPath(new URL('./usage.ts', import.meta.url));
  const pinned = core !== undefined && process.platform === 'linux';
  const command = pinned ? 'taskset' : process.execPath;
  const before = pinned ? ['-c', String(core), process.execPath] : [];
  // As the program sets it for itself; replacing itself for that, it would close the descriptor on which its usage is told.
  const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: String(256 * 1024) };
  const startMs = performance.now();
  const child = spawn(command, [...before, '--max-semi-space-size=16', '--import', usage, entry, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env,
  });
  const said = ['', '', ''];
  for (const [index, stream] of [child.stdout, child.stderr, child.stdio[3]].entries())
    stream?.on('data', (chunk: Buffer) => {
      said[index] += chunk.toString();
    });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`pedicle ${args.join(' ')} ended with ${status}: ${said[1]}`);
  const used = JSON.parse(said[2] ?? '') as { cpuMs: number; peakMb: number };
  return { wallMs: performance.now() - startMs, ...used, json: JSON.parse(said[0] ?? 'null') };
}
