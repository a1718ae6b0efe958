import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = '/usr/lib/postgresql';
const versions = existsSync(root) ? readdirSync(root).sort((p, q) => Number(q) - Number(p)) : [];
const bin = versions[0] === undefined ? null : join(root, versions[0], 'bin');
const isRoot = process.getuid?.() === 0;

export const hasPostgres = bin !== null && existsSync(join(bin, 'initdb')) && (!isRoot || spawnSync('id', ['postgres'], { stdio: 'ignore' }).status === 0);
export const whyNoPostgres = 'PostgreSQL is not installed (Debian package postgresql)';

/** PostgreSQL refuses to run as root: then its own user runs it. */
function run(program: string, ...args: readonly string[]): void {
  const path = join(bin ?? '', program);
  const command = isRoot ? ['runuser', '-u', 'postgres', '--', path, ...args] : [path, ...args];
  const { status, stderr } = spawnSync(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${program} failed: ${stderr.toString()}`);
}

/** A PostgreSQL of the test's own, on a loopback port, in a folder that goes with it. */
export function startPostgres(): { readonly url: string; readonly stop: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'pedicle-postgres-'));
  if (isRoot) spawnSync('chown', ['postgres', folder]);
  chmodSync(folder, 0o700);
  const data = join(folder, 'data');
  const port = 20_000 + (process.pid % 10_000);
  run('initdb', '-D', data, '-U', 'tester', '--auth=trust', '--no-sync');
  run(
    'pg_ctl',
    '-D',
    data,
    '-w',
    '-l',
    join(folder, 'log'),
    '-o',
    `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off`,
    'start',
  );
  return {
    url: `postgres://tester:secret@127.0.0.1:${port}/postgres`,
    stop() {
      run('pg_ctl', '-D', data, '-m', 'immediate', 'stop');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
