import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import type { Source, SourceEvent } from './source.ts';
import { describeVideo, type VideoOpened, videoAttributes, videoFrameEvent, videoMissing, videoSaid } from './videoEvents.ts';
import { playLive, type VideoContext } from './videoLive.ts';
import { startVideoThread } from './videoThread.ts';
import { parseVideoUri } from './videoUri.ts';

/** Pictures of a live source that wait for the session; what comes beyond is dropped, the oldest first, and said to be. */
const mostWaiting = 24;
/** Pictures of a file that are decoded before they are asked for. */
const picturesAhead = 4;
/** A source's clock that goes on by more than this between two pictures of a file has jumped. */
const jumpMs = 10_000;

/**
 * Opens `video:DEVICE_OR_URL_OR_FILE`: see `parseVideoUri`. A file, here or on a web server, plays at its own times; a device or an address is live,
 * is said to be lost when its signal is, and goes on by itself when the signal is back.
 */
export async function openVideoFrames(uri: string, plane: PlaneId): Promise<Result<Source>> {
  const parsed = parseVideoUri(uri);
  if (!parsed.ok) return parsed;
  const request = parsed.value;
  const thread = startVideoThread(request, mostWaiting);
  let opened: VideoOpened | null = null;
  thread.tell({ kind: 'open' });
  if (request.input.triedAtOpen) {
    const first = await thread.next(Number.POSITIVE_INFINITY, new AbortController().signal);
    if (first?.kind !== 'opened') {
      await thread.close();
      const why = first?.kind === 'refused' || first?.kind === 'failed' ? first.why : 'it could not be opened.';
      return inputFault(why.startsWith('Video needs') ? why : `${uri}: ${why}`);
    }
    opened = first;
  }
  thread.keepAlive(false);
  // What lies whole on a server comes as fast as the network: it plays at its own times like a file.
  const whole = opened !== null && (request.input.kind === 'file' || (opened.finite && /^https?:/i.test(request.input.url))) ? opened : null;
  return ok({
    uri,
    pace: whole ? 'paced' : 'live',
    simulated: false,
    async *events(signal) {
      thread.keepAlive(true);
      const context: VideoContext = { uri, plane, request, thread, signal };
      try {
        if (signal.aborted) return;
        if (whole) yield* playFile(context, whole);
        else yield* playLive(context, opened);
      } finally {
        await thread.close();
      }
    },
  });
}

/** Plays a file at its own times, from the start of the session on; round again when it loops. */
async function* playFile({ uri, plane, request, thread, signal }: VideoContext, first: VideoOpened): AsyncGenerator<SourceEvent> {
  const { loop } = request;
  let opened = first;
  let frameNumber = 0;
  let shown = 0;
  let atMs = 0;
  let lastSourceMs: number | null = null;
  thread.tell({ kind: 'more', count: picturesAhead });
  for (;;) {
    const message = await thread.next(Number.POSITIVE_INFINITY, signal);
    if (message === null) return;
    switch (message.kind) {
      case 'opened':
        opened = message;
        break;
      case 'picture': {
        const { frame } = message;
        const nominalMs = opened.frameTimeMs ?? 40;
        const stepMs = frame.sourceTimeMs === null || lastSourceMs === null ? nominalMs : frame.sourceTimeMs - lastSourceMs;
        const jumped = stepMs < 0 || stepMs > jumpMs;
        if (frameNumber > 0) atMs += jumped ? nominalMs : stepMs;
        if (shown === 0) yield videoSaid(plane, 'connected', describeVideo(opened, frame), atMs);
        else if (jumped)
          yield videoSaid(plane, 'notice', `The clock of the file jumps by ${(stepMs / 1000).toFixed(1)} s; it is played on without a break.`, atMs);
        lastSourceMs = frame.sourceTimeMs;
        shown++;
        yield videoFrameEvent(plane, videoAttributes(frame, frameNumber++, opened.frameTimeMs, request.picture.masks), frame, atMs);
        break;
      }
      case 'damaged':
        yield videoMissing(plane, frameNumber, frameNumber, atMs);
        yield videoSaid(plane, 'notice', `Picture ${frameNumber + 1} of the file is damaged and not shown.`, atMs);
        frameNumber++;
        break;
      case 'end':
        if (loop && shown > 0) {
          lastSourceMs = null;
          thread.tell({ kind: 'open' });
          break;
        }
        yield videoSaid(plane, 'ended', shown === 0 ? 'The file holds no picture that can be shown.' : 'The video has ended.', atMs);
        return;
      case 'refused':
      case 'failed':
        yield videoSaid(plane, 'notice', `${uri}: ${message.why}`, atMs);
        yield videoSaid(plane, 'ended', 'The video cannot be read further.', atMs);
        return;
    }
    if (message.kind === 'picture' || message.kind === 'damaged') thread.tell({ kind: 'more', count: 1 });
  }
}
