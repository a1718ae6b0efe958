import { spawnSync } from 'node:child_process';

/** What a package says of the sources it was made of; the same for the same commit, whenever and wherever it is built. */
export interface BuildInfo {
  readonly version: string;
  /** Twelve digits of the commit; `null` when the sources are no git checkout. */
  readonly commit: string | null;
  /** Sources differ from the commit. */
  readonly modified: boolean;
  /** Unix time of the commit in seconds, for archives that need a date (`SOURCE_DATE_EPOCH`). */
  readonly commitTimeS: number | null;
}

function git(root: string, args: readonly string[]): string | null {
  const { status, stdout } = spawnSync('git', ['-C', root, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

export function buildInfoOf(root: string, version: string): BuildInfo {
  const commit = git(root, ['rev-parse', '--short=12', 'HEAD']);
  const time = git(root, ['show', '-s', '--format=%ct', 'HEAD']);
  const changes = git(root, ['status', '--porcelain', '--untracked-files=no']);
  return { version, commit, modified: changes !== null && changes !== '', commitTimeS: time === null ? null : Number(time) };
}
