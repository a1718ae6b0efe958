import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const node = join(root, 'node_modules', '.bin', 'node');
const startMs = 60_000;

export interface RunningBridge {
  readonly url: string;
  /** Ends the session as Ctrl-C does, and waits until its record is closed. */
  stop(): Promise<void>;
  /** As a crash: nothing is closed. */
  kill(): Promise<void>;
}

async function addressOf(child: ChildProcess): Promise<string> {
  let said = '';
  const heard = Promise.withResolvers<string | null>();
  const hear = (chunk: Buffer) => {
    said += chunk.toString();
    const url = /Pedicle is at (\S+)/.exec(said)?.[1];
    if (url) heard.resolve(url);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  child.once('exit', () => heard.resolve(null));
  const giveUp = setTimeout(() => heard.resolve(null), startMs);
  const url = await heard.promise;
  clearTimeout(giveUp);
  if (url === null) throw new Error(`the bridge did not start: ${said}`);
  return url;
}

/** Starts `pedicle console --browser` as a person would, on any free port, with its records in `records`. */
export const startBridge = (records: string, args: readonly string[] = []): Promise<RunningBridge> =>
  startProgram(['native-bridge/cli/pedicle.mjs', 'console', '--browser', '--no-open', '--port', '0', '--records', records, ...args]);

/** The same of any program that says its address and ends its session on Ctrl-C. */
export async function startProgram(program: readonly string[]): Promise<RunningBridge> {
  const child = spawn(node, [...program], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let last = '';
  child.stderr.on('data', (chunk: Buffer) => {
    last = (last + chunk.toString()).slice(-4000);
  });
  let ending = false;
  // Whatever test runs then fails for a reason that its page cannot know.
  child.on('exit', (code, signal) => {
    if (!ending) process.stderr.write(`The bridge ended by itself (${signal ?? code}): ${last}\n`);
  });
  const end = async (signal: NodeJS.Signals) => {
    ending = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  try {
    return { url: await addressOf(child), stop: () => end('SIGINT'), kill: () => end('SIGKILL') };
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
}

/**
 * Arguments for a simulated session of both planes that outlasts the tests of a file. Small pictures at eight frames a second leave the
 * machine to what is tested; those taken for the documentation are larger.
 */
export function simulated(scenario: string, planes: 1 | 2 = 2): readonly string[] {
  const frames = `sim:${scenario}?repeat=30&fps=8&size=${process.env.PEDICLE_PICTURES ? 768 : 512}`;
  return ['--frames-a', frames, ...(planes === 2 ? ['--frames-b', frames] : []), '--injector', `sim:${scenario}?repeat=30`];
}

/** A record of a whole simulated procedure, made as fast as the machine can; larger pictures for the documentation. */
export function makeRecord(folder: string, scenario: string, planes: 1 | 2 = 1): void {
  const frames = `sim:${scenario}?size=${process.env.PEDICLE_PICTURES ? 768 : 256}&fps=${planes === 2 ? 6 : 4}`;
  const sources = ['--frames-a', frames, ...(planes === 2 ? ['--frames-b', frames] : []), '--injector', `sim:${scenario}`];
  const made = spawnSync(node, ['native-bridge/cli/main.ts', 'run', ...sources, '--out', folder, '--speed', 'max'], { cwd: root, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`no record was made: ${made.stderr}`);
}

/** A record of a simulated kyphoplasty that says it was made by another version of the program. */
export function makeRecordOfVersion(folder: string, version: string): void {
  const made = spawnSync(node, ['tests/e2e/recordOfVersion.ts', folder, version], { cwd: root, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`no record was made: ${made.stderr}`);
}

const temporaryFolders = new Set<string>();
const removeFolder = (folder: string) => {
  rmSync(folder, { recursive: true, force: true });
  temporaryFolders.delete(folder);
};
// The process that only lists the tests reads their files as well, and runs none of what they do at their end.
process.on('exit', () => temporaryFolders.forEach(removeFolder));

/** A folder for records that goes away with `remove`. */
export function temporaryRecords(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'pedicle-e2e-'));
  temporaryFolders.add(folder);
  return { folder, remove: () => removeFolder(folder) };
}
