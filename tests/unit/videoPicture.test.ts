import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPictureWriter, type Picture, pixelLayout } from '../../native-bridge/sources/videoPicture.ts';
import { parseVideoUri } from '../../native-bridge/sources/videoUri.ts';

const whole: Picture = { region: null, masks: [], field: null, rotateDeg: 0, flip: null };

function lumaOf(format: string, planes: readonly Uint8Array[], rowBytes: readonly number[], width: number, height: number): readonly number[] {
  const layout = pixelLayout(format);
  if (layout === null) throw new Error(`${format} has no layout`);
  const out = layout.bits > 8 ? new Uint16Array(width * height) : new Uint8Array(width * height);
  createPictureWriter(layout, whole, width, height)?.write({ data: planes, rowBytes, width, height }, out);
  return [...out];
}

const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const words = (...values: readonly number[]) => new Uint8Array(Uint16Array.from(values).buffer);

describe('luma of a pixel format', () => {
  test.each([
    ['gray', [bytes(1, 2, 0, 0, 3, 4, 0, 0)], [4], [1, 2, 3, 4]],
    ['yuv420p', [bytes(1, 2, 3, 4), bytes(99), bytes(98)], [2, 1, 1], [1, 2, 3, 4]],
    ['nv12', [bytes(1, 2, 3, 4), bytes(99, 98)], [2, 2], [1, 2, 3, 4]],
    ['yuyv422', [bytes(1, 99, 2, 98, 3, 97, 4, 96)], [4], [1, 2, 3, 4]],
    ['uyvy422', [bytes(99, 1, 98, 2, 97, 3, 96, 4)], [4], [1, 2, 3, 4]],
    ['yuv422p10le', [words(1, 1023, 3, 4)], [4], [1, 1023, 3, 4]],
    ['gray12le', [words(1, 4095, 3, 4)], [4], [1, 4095, 3, 4]],
    ['p010le', [words(1 << 6, 1023 << 6, 3 << 6, 4 << 6)], [4], [1, 1023, 3, 4]],
    ['gray16le', [words(1, 65535, 3, 4)], [4], [1, 65535, 3, 4]],
    ['bgr0', [bytes(10, 10, 10, 0, 255, 255, 255, 0, 0, 0, 255, 0, 255, 0, 0, 0)], [8], [10, 255, 77, 29]],
    ['rgb24', [bytes(10, 10, 10, 255, 255, 255, 255, 0, 0, 0, 255, 0)], [6], [10, 255, 77, 149]],
    ['gbrp10le', [words(9, 1023, 0, 0), words(9, 1023, 0, 0), words(9, 1023, 1023, 0)], [4, 4, 4], [9, 1023, 308, 0]],
  ])('%s', (format, planes, rowBytes, expected) => {
    expect(lumaOf(format, planes, rowBytes, 2, 2)).toEqual(expected);
  });

  test('a format that lies otherwise is not guessed at', () => {
    expect(['pal8', 'monob', 'gray16be', 'xyz12le', 'vaapi'].map(pixelLayout)).toEqual([null, null, null, null, null]);
  });
});

describe('the picture that is made', () => {
  /** One step after the other, as a person would do it. */
  function plainly(
    source: readonly number[],
    width: number,
    height: number,
    { region, masks, field, rotateDeg, flip }: Picture,
  ): readonly (readonly number[])[] {
    const { left, top, width: columns, height: rows } = region ?? { left: 0, top: 0, width, height };
    const covered = (x: number, y: number) =>
      masks.some((mask) => x >= mask.left && x < mask.left + mask.width && y >= mask.top && y < mask.top + mask.height) ||
      (field !== null && (x - field.x) ** 2 + (y - field.y) ** 2 > field.radius ** 2);
    let picture = Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (__, column) => (covered(left + column, top + row) ? 0 : (source[(top + row) * width + left + column] ?? -1))),
    );
    for (let turned = 0; turned < rotateDeg; turned += 90) {
      const before = picture;
      picture = Array.from({ length: before[0]?.length ?? 0 }, (_, row) => before.map((line) => line[row] ?? -1).reverse());
    }
    if (flip === 'h') picture = picture.map((line) => line.toReversed());
    return flip === 'v' ? picture.toReversed() : picture;
  }

  test('is cut, masked, turned and mirrored in that order (seed 20)', () => {
    const width = 7;
    const height = 5;
    const source = Array.from({ length: width * height }, (_, index) => index + 1);
    const rectangle = fc
      .tuple(fc.nat(width - 1), fc.nat(height - 1), fc.nat(), fc.nat())
      .map(([left, top, w, h]) => ({ left, top, width: 1 + (w % (width - left)), height: 1 + (h % (height - top)) }));
    const picture = fc.record<Picture>({
      region: fc.option(rectangle),
      masks: fc.array(rectangle, { maxLength: 2 }),
      field: fc.option(fc.record({ x: fc.nat(6), y: fc.nat(4), radius: fc.integer({ min: 1, max: 6 }) })),
      rotateDeg: fc.constantFrom(0, 90, 180, 270),
      flip: fc.constantFrom(null, 'h', 'v'),
    });
    fc.assert(
      fc.property(picture, (wanted) => {
        const layout = pixelLayout('gray');
        const writer = layout && createPictureWriter(layout, wanted, width, height);
        if (!writer) throw new Error('every region here lies within');
        const out = new Uint8Array(writer.rows * writer.columns);
        writer.write({ data: [Uint8Array.from(source)], rowBytes: [width], width, height }, out);
        expect([...out]).toEqual(plainly(source, width, height, wanted).flat());
      }),
      { seed: 20, numRuns: 400 },
    );
  });

  test('a region that reaches outside makes none', () => {
    const layout = pixelLayout('gray');
    expect(layout && createPictureWriter(layout, { ...whole, region: { left: 6, top: 0, width: 2, height: 1 } }, 7, 5)).toBeNull();
  });
});

describe('a video address', () => {
  const inputOf = (uri: string) => {
    const parsed = parseVideoUri(uri, { DISPLAY: ':9.0' });
    if (!parsed.ok) throw new Error(parsed.fault.message);
    return parsed.value.input;
  };

  test.each([
    ['video:rtsp://host/path?user=a&rotate=90', 'stream', 'rtsp://host/path?user=a', null],
    ['video:udp://127.0.0.1:5004', 'stream', 'udp://127.0.0.1:5004', null],
    ['video:/dev/video0', 'device', '/dev/video0', 'v4l2'],
    ['video:dshow:USB Video', 'device', 'video=USB Video', 'dshow'],
    ['video:avfoundation:0', 'device', '0', 'avfoundation'],
    ['video:decklink:DeckLink Mini Recorder', 'device', 'DeckLink Mini Recorder', 'decklink'],
    ['video:camera.sdp', 'stream', 'camera.sdp', 'sdp'],
    ['video:a run?.mkv', 'file', 'a run?.mkv', null],
  ])('%s', (uri, kind, url, format) => {
    expect(inputOf(uri)).toMatchObject({ kind, url, format });
  });

  test.runIf(process.platform === 'linux')('a screen is one of the X display', () => {
    expect(inputOf('video:screen:0')).toMatchObject({ kind: 'device', url: ':9.0', format: 'x11grab' });
    expect(inputOf('video:screen:1?display=:3&fps=10')).toMatchObject({ url: ':3.1', options: { framerate: '10' } });
  });

  test('what a file names leads nowhere else, and a stream only over its own protocols', () => {
    expect(inputOf('video:list.m3u8').options.protocol_whitelist).toBe('file');
    expect(inputOf('video:rtsp://host/x').options.protocol_whitelist).toBe('rtsp,tcp,udp,rtp');
  });
});
