import type { FrameHeader } from '../../src/link/link.ts';
import type { FromFrameWorker, ToFrameWorker } from './frameWorker.ts';

/** A frame as the main thread gets it; `dropped` counts what this viewer was too slow for, in the bridge and here. */
export interface ArrivedFrame {
  readonly header: FrameHeader;
  readonly pixels: ArrayBuffer;
  readonly dropped: number;
}

/**
 * Opens one plane's stream in a worker. `draw` is called with the newest frame each time the last one has been drawn; the
 * buffer is given back to the worker when `draw` returns. Call the result to close it.
 */
export function openFrameStream(path: string, draw: (frame: ArrivedFrame) => void): () => void {
  const worker = new Worker(new URL('./frameWorker.ts', import.meta.url), { type: 'module' });
  const tell = (message: ToFrameWorker, transfer: Transferable[] = []) => worker.postMessage(message, transfer);
  worker.onmessage = ({ data }: MessageEvent<FromFrameWorker>) => {
    const { header, pixels } = data.frame;
    try {
      draw({ header, pixels, dropped: header.dropped + data.superseded });
    } finally {
      tell({ kind: 'ready', spare: pixels }, [pixels]);
    }
  };
  tell({ kind: 'open', path: new URL(path, location.href).href });
  return () => worker.terminate();
}
