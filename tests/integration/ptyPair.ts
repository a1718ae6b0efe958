import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether this machine can make pairs of serial ports. */
export const hasSocat = process.platform !== 'win32' && spawnSync('socat', ['-V']).status === 0;
export const whyNoSocat = 'needs socat (Debian: apt-get install socat)';

/** Two serial ports of the kernel joined by a cable: what one end writes, the other reads. */
export interface PtyPair {
  readonly deviceEnd: string;
  readonly consoleEnd: string;
  plug(): Promise<void>;
  unplug(): Promise<void>;
  remove(): Promise<void>;
}

export async function ptyPair(): Promise<PtyPair> {
  const folder = mkdtempSync(join(tmpdir(), 'pedicle-pty-'));
  const deviceEnd = join(folder, 'device');
  const consoleEnd = join(folder, 'console');
  let cable: ChildProcess | null = null;
  const end = async () => {
    const running = cable;
    cable = null;
    if (running === null || running.exitCode !== null) return;
    const exited = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await exited;
  };
  const pair: PtyPair = {
    deviceEnd,
    consoleEnd,
    async plug() {
      // The links of a cable that was pulled still lie there and lead nowhere.
      for (const path of [deviceEnd, consoleEnd]) rmSync(path, { force: true });
      cable = spawn('socat', [`pty,raw,echo=0,link=${deviceEnd}`, `pty,raw,echo=0,link=${consoleEnd}`], { stdio: 'ignore' });
      while (!existsSync(deviceEnd) || !existsSync(consoleEnd)) await sleep(5);
    },
    unplug: end,
    async remove() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await pair.plug();
  return pair;
}
