import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ReceiverOptions } from './dicomReceiver.ts';
import type { ReceiverMessage } from './dicomReceiverProcess.ts';

/** What comes from the receiving process, and its end when nobody asked for it. */
export type ChildMessage = ReceiverMessage | { readonly kind: 'died' };

export interface ReceiverChild {
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('./dicomReceiverProcess.ts', import.meta.url));

/** Starts the storage port in a process of its own: a hostile or slow peer takes nothing from the live picture. */
export function startReceiverChild(options: ReceiverOptions, onMessage: (message: ChildMessage) => void): ReceiverChild {
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
