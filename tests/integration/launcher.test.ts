import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const launcher = fileURLToPath(new URL('../../native-bridge/cli/pedicle.mjs', import.meta.url));

/** With which threshold, and which limit of young objects, each process began that a command went through, told by a module that each of them loads first. */
function startsOf(command: string, given: Record<string, string> = {}): readonly string[] {
  const { MALLOC_MMAP_THRESHOLD_: _, ...env } = process.env;
  const told = 'data:text/javascript,process.stderr.write("<"+[process.env.MALLOC_MMAP_THRESHOLD_,...process.execArgv]+">")';
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, command, '--help'], {
    encoding: 'utf8',
    env: { ...env, ...given, NODE_OPTIONS: `--import ${JSON.stringify(told)}` },
  });
  expect({ status, usage: stdout.startsWith(`Usage: pedicle ${command}`) }).toEqual({ status: 0, usage: true });
  return [...stderr.matchAll(/<([^>]*)>/g)].map(([, start]) => start ?? '');
}

describe.runIf(process.platform === 'linux')('the pedicle command on Linux', () => {
  it('has memory of frames go back to the system in commands that handle many of them', () => {
    expect(startsOf('run')).toEqual(['', '262144,--max-semi-space-size=16']);
  });

  it('starts other commands at once', () => {
    expect(startsOf('inspect')).toEqual(['']);
  });

  it('leaves alone what somebody has chosen', () => {
    expect(startsOf('run', { MALLOC_MMAP_THRESHOLD_: '1000000' })).toEqual(['1000000']);
  });
});
