/**
 * Reads one plane's stream away from the main thread: fetch → cut into frames → newest wins → developed under the look that the
 * main thread asked for. The main thread says `ready` when it has drawn; until then later frames replace the one waiting, and
 * those replaced are counted.
 */
import { createFrameDeveloper, type Developed, type Look, type LookReference } from './frameDeveloper.ts';
import { createFrameParser, type StreamedFrame } from './frameParser.ts';

export type ToFrameWorker =
  | { readonly kind: 'open'; readonly path: string }
  /** `spare` held pixels, `rgba` a developed frame; neither is shown any longer. */
  | { readonly kind: 'ready'; readonly spare: ArrayBuffer | null; readonly rgba: ArrayBuffer | null }
  | { readonly kind: 'look'; readonly look: Look | null }
  | { readonly kind: 'reference'; readonly reference: LookReference };
export interface FromFrameWorker {
  readonly kind: 'frame';
  readonly frame: StreamedFrame;
  readonly developed: Developed | null;
  readonly superseded: number;
}

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
const developer = createFrameDeveloper();

const keepSpare = (buffer: ArrayBuffer) => {
  if (spares.length < 2) spares.push(buffer);
};

/** Developed while guidance was still looking at it. */
let early: { readonly seq: number; readonly developed: Developed } | null = null;

function developEarly({ header, pixels }: StreamedFrame): void {
  if (early) developer.recycle(early.developed.rgba);
  const developed = mainIsReady ? developer.develop(header.attributes, pixels) : null;
  early = developed && { seq: header.seq, developed };
}

function developedOf(frame: StreamedFrame): Developed | null {
  const made = early;
  early = null;
  if (made && made.seq === frame.header.seq && made.developed.look === developer.lookId()) return made.developed;
  if (made) developer.recycle(made.developed.rgba);
  return developer.develop(frame.header.attributes, frame.pixels);
}

function post(frame: StreamedFrame): void {
  mainIsReady = false;
  const developed = developedOf(frame);
  scope.postMessage({ kind: 'frame', frame, developed, superseded }, developed ? [frame.pixels, developed.rgba] : [frame.pixels]);
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
  const parse = createFrameParser(receive, { spare: () => spares.pop(), onAhead: developEarly });
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

function drawn({ spare, rgba }: Extract<ToFrameWorker, { kind: 'ready' }>): void {
  if (spare) keepSpare(spare);
  if (rgba) developer.recycle(rgba);
  mainIsReady = true;
  if (!waiting) return;
  const frame = waiting;
  waiting = null;
  post(frame);
}

scope.onmessage = ({ data }) => {
  switch (data.kind) {
    case 'open':
      void readForever(data.path);
      return;
    case 'look':
      return developer.setLook(data.look);
    case 'reference':
      return developer.setReference(data.reference);
    case 'ready':
      return drawn(data);
  }
};
