/**
 * Decodes one RLE frame (PS3.5 annex G): a header of up to 15 segment offsets, then PackBits segments, one for each byte
 * of each sample, most significant first. The result is row-major, samples of a pixel together, little endian.
 * `null` when the segments are not those of such an image; a segment that ends early leaves zeros and `short` is true.
 */
export function decodeRle(frame: Uint8Array, pixels: number, samplesPerPixel: number, bytesPerSample: number): { bytes: Uint8Array; short: boolean } | null {
  if (frame.length < 64) return null;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const segments = view.getUint32(0, true);
  if (segments !== samplesPerPixel * bytesPerSample) return null;
  // Two bytes give 128 at most: a header that asks for more than the segments can hold takes no memory.
  if (frame.length * 64 < pixels * segments) return { bytes: new Uint8Array(0), short: true };
  const bytes = new Uint8Array(pixels * samplesPerPixel * bytesPerSample);
  const stride = samplesPerPixel * bytesPerSample;
  let short = false;
  for (let segment = 0; segment < segments; segment++) {
    const start = view.getUint32(4 + 4 * segment, true);
    const next = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : frame.length;
    if (start < 64 || start > frame.length) return null;
    const sample = Math.floor(segment / bytesPerSample);
    const significance = bytesPerSample - 1 - (segment % bytesPerSample);
    const end = next > start && next <= frame.length ? next : frame.length;
    if (unpackBits(frame, start, end, bytes, sample * bytesPerSample + significance, stride) < pixels) short = true;
  }
  return { bytes, short };
}

/** PackBits into every `stride`-th byte; returns how many bytes came. Runs past the end of the output are cut. */
function unpackBits(input: Uint8Array, start: number, end: number, output: Uint8Array, first: number, stride: number): number {
  let at = start;
  let to = first;
  let count = 0;
  while (at < end && to < output.length) {
    const control = input[at++] ?? 128;
    if (control === 128) continue;
    const repeat = control > 128;
    const length = repeat ? 257 - control : control + 1;
    const value = input[at] ?? 0;
    for (let i = 0; i < length && to < output.length; i++, to += stride, count++) output[to] = repeat ? value : (input[at + i] ?? 0);
    at += repeat ? 1 : length;
  }
  return count;
}
