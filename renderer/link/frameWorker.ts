/**
 * Reads one plane's stream away from the main thread: fetch → cut into frames → newest wins. The main thread says `ready`
 * when it has drawn; until then later frames replace the one waiting, and those replaced are counted.
 */
import { createFrameParser, type StreamedFrame } from './frameParser.ts';

export type ToFrameWorker = { readonly kind: 'open'; readonly path: string } | { readonly kind: 'ready'; readonly spare: ArrayBuffer | null };
export type FromFrameWorker = { readonly kind: 'frame'; readonly frame: StreamedFrame; readonly superseded: number };

interface WorkerScope {
  onmessage: ((event: MessageEvent<ToFrameWorker>) => void) | null;
  postMessage(message: FromFrameWorker, transfer: Transferable[]): void;
}
const scope = globalThis as unknown as WorkerScope;

const retryMs = 400;
let waiting: StreamedFrame | null = null;
let mainIsReady = true;
let superseded = 0;
const spares: ArrayBuffer[] = [];

const keepSpare = (buffer: ArrayBuffer) => {
  if (spares.length < 2) spares.push(buffer);
};

function post(frame: StreamedFrame): void {
  mainIsReady = false;
  scope.postMessage({ kind: 'frame', frame, superseded }, [frame.pixels]);
}

function receive(frame: StreamedFrame): void {
  if (mainIsReady) {
    post(frame);
    return;
  }
  if (waiting) {
    superseded++;
    keepSpare(waiting.pixels);
  }
  waiting = frame;
}

async function readOnce(path: string): Promise<void> {
  const response = await fetch(path);
  if (!response.ok || !response.body) return;
  const parse = createFrameParser(receive, () => spares.pop());
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    try {
      parse(value);
    } catch {
      // The stream broke its own framing; closing it and opening it again is the only way back to a frame's start.
      await reader.cancel();
      return;
    }
  }
}

async function readForever(path: string): Promise<never> {
  for (;;) {
    try {
      await readOnce(path);
    } catch {
      // The bridge is away: the main thread sees the age of the last frame grow and says so; here it is only tried again.
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

scope.onmessage = ({ data }) => {
  if (data.kind === 'open') {
    void readForever(data.path);
    return;
  }
  if (data.spare) keepSpare(data.spare);
  mainIsReady = true;
  if (!waiting) return;
  const frame = waiting;
  waiting = null;
  post(frame);
};
