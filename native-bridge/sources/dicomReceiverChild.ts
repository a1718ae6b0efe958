import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ReceiverOptions } from './dicomReceiver.ts';
import type { ReceiverMessage } from './dicomReceiverProcess.ts';

/** What comes from the receiving process, and its end when nobody asked for it. */
export type ChildMessage = ReceiverMessage | { readonly kind: 'died' };

export interface ReceiverChild {
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>;
}

const threadMemoryMb = 512;
const program = fileURLToPath(new URL('./dicomReceiverProcess.ts', import.meta.url));

/** Under Electron with its fuses set no process of Node's own can be started: there the storage port has a thread. */
const canFork = process.versions.electron === undefined;

/** Starts the storage port in a process of its own: a hostile or slow peer takes nothing from the live picture. */
export function startReceiverChild(options: ReceiverOptions, onMessage: (message: ChildMessage) => void): ReceiverChild {
  return canFork ? startProcess(options, onMessage) : startReceiverThread(options, onMessage);
}

/** As `startReceiverChild`, on a thread of this process. */
export function startReceiverThread(options: ReceiverOptions, onMessage: (message: ChildMessage) => void): ReceiverChild {
  // A peer that makes it hoard memory ends the thread, not the process.
  const worker = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: threadMemoryMb } });
  let stopping = false;
  worker.on('message', (message) => onMessage(message as ReceiverMessage));
  worker.on('error', (error) => process.stderr.write(`pedicle: the storage port's thread failed: ${error instanceof Error ? error.message : String(error)}\n`));
  worker.on('exit', () => {
    if (!stopping) onMessage({ kind: 'died' });
  });
  worker.postMessage(options);
  return {
    async stop() {
      stopping = true;
      await worker.terminate();
    },
  };
}

function startProcess(options: ReceiverOptions, onMessage: (message: ChildMessage) => void): ReceiverChild {
  const child: ChildProcess = fork(program, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: ['--disable-warning=ExperimentalWarning'] });
  let stopping = false;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
      if (!stopping) onMessage({ kind: 'died' });
    });
  });
  // A child that cannot even be started has no exit.
  child.once('error', () => {
    if (child.pid === undefined && !stopping) onMessage({ kind: 'died' });
  });
  child.on('message', (message) => onMessage(message as ReceiverMessage));
  child.send(options, (error) => {
    // The exit that belongs to this is reported above.
    if (error) child.kill();
  });
  return {
    async stop() {
      stopping = true;
      if (child.pid === undefined) return;
      child.kill();
      await gone;
    },
  };
}
