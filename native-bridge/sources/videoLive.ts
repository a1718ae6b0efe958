import { setTimeout as sleep } from 'node:timers/promises';
import type { PlaneId } from '../../src/sample/sample.ts';
import type { SourceEvent } from './source.ts';
import { describeVideo, type VideoOpened, videoAttributes, videoFrameEvent, videoMissing, videoSaid } from './videoEvents.ts';
import type { VideoThread } from './videoThread.ts';
import type { VideoRequest } from './videoUri.ts';
import type { VideoFrame } from './videoWorker.ts';

/** Without a picture for so long the signal is lost; sources slower than six pictures a second get two and a half of their own times. */
const lostAfterMs = 420;
const lostAfterAtMostMs = 2000;
/** A stream that is silent for so long is opened anew: its sender may have begun again with other settings. */
const reopenAfterMs = 5000;
const retryMs = [250, 500, 1000, 2000] as const;
/** Damage is told once in so long; every damaged picture is a gap. */
const tellDamageEveryMs = 1000;

/** What plays: a thread that has opened what `request` names, for one plane. */
export interface VideoContext {
  readonly uri: string;
  readonly plane: PlaneId;
  readonly request: VideoRequest;
  readonly thread: VideoThread;
  readonly signal: AbortSignal;
}

/** How long without a picture means that the signal is lost. */
const patienceMs = (opened: VideoOpened | null): number => Math.min(Math.max(lostAfterMs, 2.5 * (opened?.frameTimeMs ?? 0)), lostAfterAtMostMs);

/** What is to be said of a live source as it goes on: pure but for its own memory. */
function liveStory({ plane, request }: Pick<VideoContext, 'plane' | 'request'>) {
  const { masks } = request.picture;
  let state: 'waiting' | 'shown' | 'lost' = 'waiting';
  let frameNumber = 0;
  let toldDamageAtMs = Number.NEGATIVE_INFINITY;
  const skip = (count: number): SourceEvent => {
    frameNumber += count;
    return videoMissing(plane, frameNumber - count, frameNumber - 1, null);
  };
  return {
    state: () => state,
    *lose(why: string): Generator<SourceEvent> {
      if (state !== 'lost') yield videoSaid(plane, 'lost', why, null);
      state = 'lost';
    },
    *dropped(count: number): Generator<SourceEvent> {
      if (count > 0) yield skip(count);
    },
    *picture(frame: VideoFrame, opened: VideoOpened | null): Generator<SourceEvent> {
      if (state !== 'shown') yield videoSaid(plane, 'connected', describeVideo(opened, frame), null);
      state = 'shown';
      yield videoFrameEvent(plane, videoAttributes(frame, frameNumber++, opened?.frameTimeMs ?? null, masks), frame, null);
    },
    *damaged(nowMs: number): Generator<SourceEvent> {
      // Whoever comes into the middle of a stream cannot decode it before its next whole picture: nothing is missing yet.
      if (state !== 'shown') return;
      yield skip(1);
      if (nowMs - toldDamageAtMs < tellDamageEveryMs) return;
      toldDamageAtMs = nowMs;
      yield videoSaid(plane, 'notice', 'A damaged picture came and is not shown.', null);
    },
  };
}

/** A live source: lost and found again without an end of its own, unless what is sent has one. */
export async function* playLive({ uri, plane, request, thread, signal }: VideoContext, first: VideoOpened | null): AsyncGenerator<SourceEvent> {
  const story = liveStory({ plane, request });
  let opened = first;
  let heardAtMs = performance.now();
  let openedAtMs = heardAtMs;
  let failures = 0;
  thread.tell({ kind: 'more', count: Number.POSITIVE_INFINITY });
  const reopen = () => {
    openedAtMs = performance.now();
    thread.tell({ kind: 'open' });
  };
  while (!signal.aborted) {
    const nowMs = performance.now();
    const untilLostMs = story.state() === 'lost' ? Number.POSITIVE_INFINITY : heardAtMs + patienceMs(opened) - nowMs;
    const untilReopenMs = request.input.kind === 'stream' ? Math.max(heardAtMs, openedAtMs) + reopenAfterMs - nowMs : Number.POSITIVE_INFINITY;
    const message = await thread.next(Math.min(untilLostMs, untilReopenMs), signal);
    if (signal.aborted) return;
    yield* story.dropped(thread.takeDropped());
    if (message === null) {
      const silentMs = Math.round(performance.now() - heardAtMs);
      if (untilLostMs > untilReopenMs) reopen();
      else yield* story.lose(story.state() === 'waiting' ? `${uri}: there is no picture yet.` : `${uri}: no picture for ${silentMs} ms.`);
      continue;
    }
    switch (message.kind) {
      case 'opened':
        opened = message;
        openedAtMs = performance.now();
        break;
      case 'picture':
        heardAtMs = performance.now();
        failures = 0;
        yield* story.picture(message.frame, opened);
        break;
      case 'damaged':
        yield* story.damaged(performance.now());
        break;
      case 'end':
      case 'refused':
      case 'failed': {
        if (message.kind === 'end' && opened?.finite) {
          yield videoSaid(plane, 'ended', 'The video has ended.', null);
          return;
        }
        yield* story.lose(`${uri}: ${message.kind === 'end' ? 'the sender has ended.' : message.why} It is tried again.`);
        // Called off: the loop ends.
        await sleep(retryMs[Math.min(failures++, retryMs.length - 1)], undefined, { signal }).catch(() => {});
        reopen();
      }
    }
  }
}
