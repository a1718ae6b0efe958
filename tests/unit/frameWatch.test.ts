import { describe, expect, test } from 'vitest';
import { createFrameWatch } from '../../native-bridge/session/frameWatch.ts';
import type { XrayFrame } from '../../src/dicom/xrayFrame.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';

const frame = (frameNumber: number, value: number, deviceTimeMs: number | null = null): XrayFrame => ({
  attributes: frameAttributes({ rows: 4, columns: 4, frameNumber, deviceTimeMs, simulated: false }),
  pixels: new Uint16Array(new SharedArrayBuffer(32)).fill(value),
});

/** What is said before each frame, and how long its picture has been the same. */
function watchAll(frames: readonly (readonly [XrayFrame, arrivedMs: number])[]) {
  const watch = createFrameWatch();
  return frames.map(([one, arrivedMs]) => {
    const { before, frame: watched } = watch.see('a', one, arrivedMs);
    const said = before.map((event) =>
      event.topic === '/gap' && event.data.kind === 'frames-missing'
        ? [event.data.fromFrame, event.data.toFrame]
        : event.topic === '/device'
          ? event.data.message
          : event,
    );
    return { said, unchangedForMs: watched.attributes.unchangedForMs };
  });
}

describe('frames as they come', () => {
  test('one after the other nothing is said, whatever their rate', () => {
    const seen = watchAll([0, 40, 73, 300, 2300, 2301].map((atMs, index) => [frame(index, index), atMs]));
    expect(seen.every(({ said, unchangedForMs }) => said.length === 0 && unchangedForMs === undefined)).toBe(true);
  });

  test('numbers that never came are a gap; a gap that the source told of is told once', () => {
    expect(
      watchAll([
        [frame(3, 1), 0],
        [frame(6, 2), 40],
      ]).map(({ said }) => said),
    ).toEqual([[], [[4, 5]]]);
    const watch = createFrameWatch();
    watch.see('a', frame(3, 1), 0);
    watch.told({ kind: 'frames-missing', plane: 'a', fromFrame: 4, toFrame: 5 });
    expect(watch.see('a', frame(6, 2), 40).before).toEqual([]);
    watch.told({ kind: 'frames-missing', plane: 'a', fromFrame: 7, toFrame: 8 });
    expect(watch.see('a', frame(12, 3), 80).before).toMatchObject([{ data: { fromFrame: 9, toFrame: 11 } }]);
  });

  test('numbers that come twice or go back are said to', () => {
    const seen = watchAll([
      [frame(7, 1), 0],
      [frame(7, 2), 40],
      [frame(0, 3), 80],
      [frame(1, 4), 120],
    ]);
    expect(seen.map(({ said }) => said)).toEqual([[], ['Two frames have the number 7.'], ["The source's frame numbers go back from 7 to 0."], []]);
  });

  test('a picture that comes again to the bit says for how long, and that it is held after half a second, and when it moves', () => {
    const seen = watchAll([
      [frame(0, 9), 0],
      [frame(1, 9), 200],
      [frame(2, 9), 600],
      [frame(3, 9), 1000],
      [frame(4, 8), 1200],
      [frame(5, 9), 1240],
    ]);
    expect(seen.map(({ unchangedForMs }) => unchangedForMs)).toEqual([undefined, 200, 600, 1000, undefined, undefined]);
    expect(seen.map(({ said }) => said)).toEqual([
      [],
      [],
      ['The picture comes again unchanged: the last image is held.'],
      [],
      ['The picture moves again; it was held for 1.2 s.'],
      [],
    ]);
  });

  test('a source clock that jumps, forth or back, is said to; one that drifts or waits for arrival is not', () => {
    const times = [
      [0, 0],
      [40, 41],
      [80, 200],
      [3_600_120, 240],
      [3_600_160, 280],
      [100, 20_000],
      [140, 20_040],
    ] as const;
    const seen = watchAll(times.map(([deviceMs, arrivedMs], index) => [frame(index, index, deviceMs), arrivedMs]));
    expect(seen.map(({ said }) => said)).toEqual([
      [],
      [],
      [],
      ["The source's clock jumps by 3600.0 s against this machine's."],
      [],
      ["The source's clock jumps by -3619.8 s against this machine's."],
      [],
    ]);
  });

  test('a clock that makes no sense is told of once in ten seconds', () => {
    const seen = watchAll(Array.from({ length: 100 }, (_, index) => [frame(index, index, (index % 2) * 1e6), index * 200] as const));
    expect(seen.flatMap(({ said }) => said)).toHaveLength(2);
  });

  test('each plane is watched for itself', () => {
    const watch = createFrameWatch();
    watch.see('a', frame(0, 5), 0);
    expect(watch.see('b', frame(9, 5), 10)).toMatchObject({ before: [], frame: { attributes: { frameNumber: 9 } } });
    expect(watch.see('b', frame(10, 5), 20).frame.attributes.unchangedForMs).toBe(10);
  });
});
