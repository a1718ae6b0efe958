import { seededRandom } from '../../src/base/random.ts';
import type { PlaneId, RawSample } from '../../src/sample/sample.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';

const size = 1024;
let made: readonly Uint16Array[] | null = null;

/** 12-bit noise around a gradient: what fluoroscopy looks like to a compressor. Eight frames of 1024², always the same. */
export function noiseFrames(): readonly Uint16Array[] {
  if (made) return made;
  const random = seededRandom(1);
  made = Array.from({ length: 8 }, () => {
    const pixels = new Uint16Array(new SharedArrayBuffer(size * size * 2));
    for (let i = 0; i < pixels.length; i++) pixels[i] = Math.max(0, Math.min(4095, 800 + ((i >> 10) & 1023) + Math.round(40 * random.gaussian())));
    return pixels;
  });
  return made;
}

/** Frame `index` of a plane of 1024² at 15 frames a second, as a sample of a session of two planes. */
export function planeFrame(plane: PlaneId, index: number, pixels: Uint16Array): Extract<RawSample, { topic: '/plane/a/frame' | '/plane/b/frame' }> {
  const attributes = frameAttributes({ rows: size, columns: size, frameNumber: index });
  return { topic: `/plane/${plane}/frame`, seq: 2 * index + (plane === 'a' ? 0 : 1), tMs: index * 66, data: { attributes, pixels } };
}
