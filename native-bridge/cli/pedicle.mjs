#!/usr/bin/env node
// The command on the PATH. Plain JavaScript, so that whatever Node the machine has can start it; the program itself
// runs on the Node that the project pins.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

// Node reads serial ports on the same four threads that wait for the disk: three files being synced at once would hold up
// the injector. Has to be said before the first of these threads starts.
process.env.UV_THREADPOOL_SIZE ??= '16';

// Compiled code is kept beside the project, where only its owner writes: half of the time to start, of this process and its threads,
// went into compiling. Where it cannot be kept, it is compiled each time.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/pedicle', import.meta.url));
nodeModule.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);

// Once glibc has freed one piece of a frame's size, it keeps pieces of that size for later, between others that stay: a run's memory
// grew with its length. With a threshold that does not move, what a frame took goes back to the system at once. It is read when a
// process starts, so the commands that handle many frames replace themselves once; nobody else waits for that. Files that a shell hands
// over open (`--plan <(…)`) would be closed by it.
const threshold = 'MALLOC_MMAP_THRESHOLD_';
const handlesFrames = new Set(['console', 'run', 'replay', 'analyze', 'export', 'send', 'recover', 'compact', 'worker']);
const handedOver = process.argv.some((argument) => argument.includes('/dev/fd/') || argument.includes('/proc/self/fd/'));
const settled = process.platform !== 'linux' || process.env[threshold] !== undefined || handedOver || !handlesFrames.has(process.argv[2] ?? '');
if (!settled) process.env[threshold] = String(256 * 1024);
const limits = settled ? [] : ['--max-semi-space-size=16'];

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const [major] = process.versions.node.split('.').map(Number);
if (major === 24 && !settled && process.send === undefined)
  process.execve?.(process.execPath, [process.execPath, ...limits, ...process.execArgv, ...process.argv.slice(1)], process.env);
if (major === 24) {
  // What is experimental in the pinned runtime (its SQLite) is pinned with it: no news for who reads the output.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.stack ?? warning}\n`);
  });
  process.argv[1] = main;
  await import('./main.ts');
} else {
  const suffix = process.platform === 'win32' ? 'node.exe' : 'bin/node';
  const node = fileURLToPath(new URL(`../../node_modules/node/${suffix}`, import.meta.url));
  if (!existsSync(node)) {
    process.stderr.write(`pedicle: Node 24 is not installed beside the project (looked for ${node}). Run "npm ci" first.\n`);
    process.exit(2);
  }
  const child = spawn(node, [...limits, '--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal) process.kill(process.pid, signal);
    else process.exit(code ?? 1);
  });
}
