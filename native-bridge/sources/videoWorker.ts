import { parentPort, workerData } from 'node:worker_threads';
import { frameMemory } from './frameMemory.ts';
import { watchDisplay } from './videoDisplay.ts';
import { type DecodedPicture, openVideoInput, type VideoInput } from './videoLibrary.ts';
import { createPictureWriter, type PictureWriter, pictureSize, pixelLayout } from './videoPicture.ts';
import type { VideoRequest } from './videoUri.ts';

/** What the video thread is told: open (again), give so many pictures, end. */
export type VideoOrder = { readonly kind: 'open' } | { readonly kind: 'more'; readonly count: number } | { readonly kind: 'stop' };

/** One picture as it goes to the session, in memory that nobody writes again. */
export interface VideoFrame {
  readonly pixels: Uint8Array | Uint16Array;
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
  readonly pixelFormat: string;
  readonly limitedRange: boolean;
  readonly sourceTimeMs: number | null;
}

export type VideoMessage =
  | { readonly kind: 'opened'; readonly codec: string; readonly frameTimeMs: number | null; readonly finite: boolean }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'picture'; readonly frame: VideoFrame }
  | { readonly kind: 'damaged' }
  /** It is over, or cannot be used: `why` completes "URI: …". The input is closed; `open` begins again. */
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly why: string };

const port = parentPort;
if (port === null) throw new Error('videoWorker.ts runs as a worker thread only');
const request = workerData as VideoRequest;
const say = (message: VideoMessage) => port.postMessage(message);

let writer: { readonly key: string; readonly bits: number; readonly made: PictureWriter } | null = null;

const outsideOf = ({ width, height }: { readonly width: number; readonly height: number }) =>
  `the region lies outside the picture, which has ${width} columns and ${height} rows; give one that lies within.`;

/** The writer for pictures of this size and format, or why there is none. */
function writerFor(picture: DecodedPicture): NonNullable<typeof writer> | string {
  const key = `${picture.pixelFormat} ${picture.width} ${picture.height}`;
  if (writer?.key === key) return writer;
  const layout = pixelLayout(picture.pixelFormat);
  if (layout === null) return `its pixels are coded as ${picture.pixelFormat}, which is not read here; ask the device for others with ?pixels=yuyv422.`;
  const made = createPictureWriter(layout, request.picture, picture.width, picture.height);
  if (made === null) return outsideOf(picture);
  writer = { key, bits: layout.bits, made };
  return writer;
}

function frameOf(picture: DecodedPicture): VideoFrame | string {
  const found = writerFor(picture);
  if (typeof found === 'string') return found;
  const { made, bits } = found;
  const { rows, columns } = made;
  const count = rows * columns;
  const pixels = bits > 8 ? new Uint16Array(frameMemory(count * 2)) : new Uint8Array(frameMemory(count));
  made.write(picture, pixels);
  const { pixelFormat, limitedRange, sourceTimeMs } = picture;
  return { pixels, rows, columns, bits, pixelFormat, limitedRange, sourceTimeMs };
}

let input: VideoInput | null = null;
let wanted = 0;
let stopped = false;
let ending = new AbortController();

async function open(): Promise<void> {
  const opened = await openVideoInput(request.input, request.deinterlace, ending.signal);
  if (!opened.ok) return say({ kind: 'refused', why: opened.fault.message });
  const { width, height } = opened.value;
  if (width > 0 && height > 0 && pictureSize(request.picture, width, height) === null) {
    await opened.value.close();
    return say({ kind: 'refused', why: outsideOf({ width, height }) });
  }
  input = opened.value;
  const { codec, frameTimeMs, finite } = input;
  if (request.input.format === 'x11grab') display = watchDisplay(request.input.url, displayGone);
  say({ kind: 'opened', codec, frameTimeMs, finite });
  await read();
}

let display: ReturnType<typeof watchDisplay> | null = null;

function displayGone(): void {
  ending.abort();
  input?.interrupt();
  enqueue(async () => {
    await closeInput();
    say({ kind: 'failed', why: 'the display is gone.' });
  });
}

async function closeInput(): Promise<void> {
  display?.stop();
  display = null;
  const closing = input;
  input = null;
  await closing?.close();
}

/** Gives pictures for as long as some are wanted. */
async function read(): Promise<void> {
  while (input !== null && wanted > 0 && !ending.signal.aborted) {
    const step = await input.next();
    if (ending.signal.aborted) break;
    if (step.kind === 'picture') {
      const frame = frameOf(step.picture);
      wanted--;
      if (typeof frame !== 'string') say({ kind: 'picture', frame });
      else {
        await closeInput();
        say({ kind: 'failed', why: frame });
      }
    } else if (step.kind === 'damaged') {
      wanted--;
      say(step);
    } else {
      await closeInput();
      say(step);
    }
  }
}

/** One thing after the other, except being told to stop. */
let work: Promise<void> = Promise.resolve();

/** What the library throws costs the input, not the thread. */
function enqueue(step: () => Promise<void>): void {
  work = work.then(step).catch(async (error: unknown) => {
    await closeInput().catch(() => undefined);
    say({ kind: 'failed', why: `the video library failed (${error instanceof Error ? error.message.slice(0, 120) : String(error)}).` });
  });
}

port.on('message', (order: VideoOrder) => {
  switch (order.kind) {
    case 'open':
      // Whoever opens again while something is open or being opened has given that up.
      ending.abort();
      input?.interrupt();
      enqueue(async () => {
        await closeInput();
        if (stopped) return;
        ending = new AbortController();
        await open();
      });
      break;
    case 'more':
      wanted += order.count;
      enqueue(read);
      break;
    case 'stop':
      stopped = true;
      ending.abort();
      input?.interrupt();
      enqueue(async () => {
        await closeInput();
        port.close();
      });
  }
});
