import type { FrameHeader } from '../../src/link/link.ts';
import type { Developed, Look, LookReference } from './frameDeveloper.ts';
import type { FromFrameWorker, ToFrameWorker } from './frameWorker.ts';

/** A frame as the main thread gets it; `dropped` counts what this viewer was too slow for, in the bridge and here. */
export interface ArrivedFrame {
  readonly header: FrameHeader;
  readonly pixels: ArrayBuffer;
  /** Ready for the screen under the look last asked for, or one before; null when none was. */
  readonly developed: Developed | null;
  readonly dropped: number;
}

export interface FrameStream {
  /** How frames are wanted from now on; null for stored values only. */
  setLook(look: Look | null): void;
  setReference(reference: LookReference): void;
  close(): void;
}

/**
 * Opens one plane's stream in a worker. `draw` is called with the newest frame each time the last one has been drawn; it gives
 * back a buffer of pixels that it no longer needs, or null. A developed buffer is the worker's again when `draw` returns.
 */
export function openFrameStream(path: string, draw: (frame: ArrivedFrame) => ArrayBuffer | null): FrameStream {
  const worker = new Worker(new URL('./frameWorker.ts', import.meta.url), { type: 'module' });
  const tell = (message: ToFrameWorker, transfer: Transferable[] = []) => worker.postMessage(message, transfer);
  worker.onmessage = ({ data }: MessageEvent<FromFrameWorker>) => {
    const { header, pixels } = data.frame;
    const rgba = data.developed?.rgba ?? null;
    let spare: ArrayBuffer | null = null;
    try {
      spare = draw({ header, pixels, developed: data.developed, dropped: header.dropped + data.superseded });
    } finally {
      tell(
        { kind: 'ready', spare, rgba },
        [spare, rgba].filter((buffer) => buffer !== null),
      );
    }
  };
  tell({ kind: 'open', path: new URL(path, location.href).href });
  return {
    setLook: (look) => tell({ kind: 'look', look }),
    setReference: (reference) => tell({ kind: 'reference', reference }),
    close: () => worker.terminate(),
  };
}
