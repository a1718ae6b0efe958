import { describe, expect, test } from 'vitest';
import { numberFreshness, type PictureSituation, pictureWord, staleAfterMs } from '../../renderer/store/stale.ts';
import type { PlaneStatus } from '../../src/link/link.ts';

const status = (state: PlaneStatus['state']): PlaneStatus => ({
  received: 9,
  analysisSkipped: 0,
  missing: 0,
  lastFrameAtMs: 0,
  framesPerSecond: 15,
  state,
});
const live: PictureSituation = { mode: 'live', linkUp: true, frameAgeMs: 40, held: false, isPlayed: false, status: status('live') };

describe('the word over a picture', () => {
  test('is LIVE only with a fresh frame, a link, a running source and nothing held', () => {
    expect(pictureWord(live)).toBe('LIVE');
    expect(pictureWord({ ...live, frameAgeMs: staleAfterMs })).toBe('LIVE');
    expect(pictureWord({ ...live, frameAgeMs: staleAfterMs + 1 })).toBe('STALE');
  });

  test('is REPLAY, never LIVE, while the source plays a recording, and still tells when nothing comes', () => {
    expect(pictureWord({ ...live, isPlayed: true })).toBe('REPLAY');
    expect(pictureWord({ ...live, isPlayed: true, frameAgeMs: staleAfterMs + 1 })).toBe('STALE');
    expect(pictureWord({ ...live, isPlayed: true, held: true })).toBe('HOLD');
  });

  test('is never LIVE once the link is down, however young the frame', () => {
    expect(pictureWord({ ...live, linkUp: false, frameAgeMs: 1 })).toBe('STALE');
    expect(pictureWord({ ...live, linkUp: false, held: true })).toBe('STALE');
  });

  test('says NO SIGNAL before the first frame and when the source is gone', () => {
    expect(pictureWord({ ...live, frameAgeMs: null })).toBe('NO SIGNAL');
    expect(pictureWord({ ...live, status: status('lost') })).toBe('NO SIGNAL');
  });

  test('is the LAST IMAGE when the source is there and sends nothing, but not when its frames are late here', () => {
    expect(pictureWord({ ...live, frameAgeMs: 3000, status: status('stale') })).toBe('LAST IMAGE');
    expect(pictureWord({ ...live, frameAgeMs: 3000, status: status('live') })).toBe('STALE');
    expect(pictureWord({ ...live, frameAgeMs: 3000, status: status('stale'), linkUp: false })).toBe('STALE');
  });

  test('says STALE when the run has ended', () => {
    expect(pictureWord({ ...live, status: status('ended') })).toBe('STALE');
  });

  test('says HOLD while held, and REPLAY for every frame of a record', () => {
    expect(pictureWord({ ...live, held: true, frameAgeMs: 9000 })).toBe('HOLD');
    expect(pictureWord({ ...live, mode: 'review', linkUp: false, frameAgeMs: null })).toBe('REPLAY');
  });
});

describe('a number', () => {
  test('is fresh for half a second after its last reading, and only with a link', () => {
    expect(numberFreshness(true, 0)).toBe('fresh');
    expect(numberFreshness(true, staleAfterMs + 1)).toBe('stale');
    expect(numberFreshness(false, 0)).toBe('stale');
    expect(numberFreshness(true, null)).toBe('none');
  });
});
