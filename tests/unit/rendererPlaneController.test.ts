import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ArrivedFrame } from '../../renderer/link/frameStream.ts';
import type { Picture } from '../../renderer/viewport/picture.ts';
import { pictureInfo } from '../../renderer/viewport/pictureInfo.ts';
import { createPlaneController, type PlaneController } from '../../renderer/viewport/planeController.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';

// A page without anything to draw on: what counts here is which frame is shown, and whose its buffer is.
beforeEach(() => {
  vi.stubGlobal('window', { devicePixelRatio: 1 });
  vi.stubGlobal('document', { documentElement: {}, createElement: () => ({ getContext: () => null }) });
  vi.stubGlobal('getComputedStyle', () => ({ fontSize: '16px' }));
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      disconnect() {}
    },
  );
  vi.stubGlobal('requestAnimationFrame', () => 0);
});
afterEach(() => vi.unstubAllGlobals());

const attributes = frameAttributes({ rows: 2, columns: 2, bitsAllocated: 8, bitsStored: 8, simulated: false });

/** Frame number `seq`: every pixel has its number as value. */
const frame = (seq: number): ArrivedFrame => ({
  header: { plane: 'a', seq, tMs: seq * 100, attributes, observation: null, stampedEpochMs: 0, dropped: 0 },
  pixels: new Uint8Array(4).fill(seq).buffer,
  developed: null,
  dropped: 0,
});

/** A plane whose picture remembers what it showed. */
function openPlane(): { readonly controller: PlaneController; readonly shown: number[] } {
  const shown: number[] = [];
  const nothing = () => {};
  const picture: Picture = {
    takesGreys: false,
    show: (_, pixels) => void shown.push(pixels[0] ?? 0),
    showGreys: (_, rgba) => void shown.push(new Uint8Array(rgba)[0] ?? 0),
    redraw: nothing,
    setWindow: nothing,
    zoomBy: nothing,
    panBy: nothing,
    rotateBy: nothing,
    flip: nothing,
    resetCamera: nothing,
    resize: nothing,
    imageToCanvas: () => null,
    dispose: nothing,
  };
  const root = { clientWidth: 100, clientHeight: 100, dataset: {} };
  const elements = { root, picture: {}, overlay: { getContext: () => null, width: 0, height: 0 } };
  return { controller: createPlaneController('live/a', picture, elements as unknown as Parameters<typeof createPlaneController>[2]), shown };
}

test('a held picture is released to the newest frame that came meanwhile, though none comes after it', () => {
  const { controller, shown } = openPlane();
  controller.arrive(frame(1));
  controller.setHeld(true);
  controller.arrive(frame(2));
  controller.arrive(frame(3));
  expect(shown).toEqual([1]);
  controller.setHeld(false);
  expect(shown).toEqual([1, 3]);
  expect(pictureInfo('live/a').header?.seq).toBe(3);
});

test('while the picture is held one frame is kept at most, and never its developed greys', () => {
  const { controller, shown } = openPlane();
  controller.arrive(frame(1));
  controller.setHeld(true);
  const second: ArrivedFrame = { ...frame(2), developed: { look: 1, rgba: new ArrayBuffer(16), movedPx: null } };
  expect(controller.arrive(second)).toBeNull();
  const third = frame(3);
  expect(controller.arrive(third)).toBe(second.pixels);
  expect(controller.arrive(frame(4))).toBe(third.pixels);
  controller.setHeld(false);
  expect(shown).toEqual([1, 4]);
});

test('released without a newer frame, the picture stays; held again, it lets go of nothing it showed before', () => {
  const { controller, shown } = openPlane();
  controller.arrive(frame(1));
  controller.setHeld(true);
  controller.setHeld(false);
  expect(shown).toEqual([1]);
  controller.setHeld(true);
  controller.arrive(frame(2));
  controller.setHeld(false);
  controller.setHeld(true);
  controller.setHeld(false);
  expect(shown).toEqual([1, 2]);
});

test('how long a frame was held back is no delay of the link', () => {
  vi.stubGlobal('requestAnimationFrame', (draw: (now: number) => void) => {
    draw(0);
    return 0;
  });
  const { controller } = openPlane();
  controller.arrive(frame(1));
  const delay = pictureInfo('live/a').shownInMs;
  controller.setHeld(true);
  controller.arrive({ ...frame(2), header: { ...frame(2).header, stampedEpochMs: -1e9 } });
  controller.setHeld(false);
  expect(pictureInfo('live/a')).toMatchObject({ header: { seq: 2 }, shownInMs: delay });
});
