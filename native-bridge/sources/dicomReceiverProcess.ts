import { parentPort } from 'node:worker_threads';
import { type ReceivedInstance, type ReceiverOptions, startReceiver } from './dicomReceiver.ts';

/** What the receiving process tells its parent. */
export type ReceiverMessage =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'cannot-listen'; readonly code: string; readonly message: string }
  | { readonly kind: 'received'; readonly instance: ReceivedInstance }
  | { readonly kind: 'notice'; readonly message: string };

const tell = (message: ReceiverMessage): void => {
  if (parentPort) parentPort.postMessage(message);
  else process.send?.(message);
};

const serve = async (options: ReceiverOptions): Promise<void> => {
  try {
    const { port } = await startReceiver(options, {
      onReceived: (instance) => tell({ kind: 'received', instance }),
      onNotice: (message) => tell({ kind: 'notice', message }),
    });
    tell({ kind: 'listening', port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    tell({ kind: 'cannot-listen', code, message: error instanceof Error ? error.message : String(error) });
  }
};

if (parentPort) {
  parentPort.once('message', serve);
} else {
  // Without its parent it serves nobody.
  process.on('disconnect', () => process.exit(0));
  process.once('message', serve);
}
