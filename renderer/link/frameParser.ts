import type { XrayFrameAttributes } from '../../src/dicom/xrayFrame.ts';
import type { FrameCompletion, FrameHeader } from '../../src/link/link.ts';

/** One frame off the wire. `pixels` is a buffer of its own: stored values, little-endian, row-major. */
export interface StreamedFrame {
  readonly header: FrameHeader;
  readonly pixels: ArrayBuffer;
}

const prefixBytes = 8;
/** Far above any detector (4096² at 16 bit is 32 MiB): a larger figure means the stream is not ours. */
const maxFrameBytes = 128 * 1024 * 1024;
const maxHeaderBytes = 16 * 1024 * 1024;

/** Bytes of pixels that these attributes announce. */
export const frameBytes = (attributes: XrayFrameAttributes): number => attributes.rows * attributes.columns * (attributes.bitsAllocated / 8);

type Part = { readonly bytes: Uint8Array<ArrayBuffer>; filled: number };
const part = (size: number, reuse?: ArrayBuffer): Part => ({ bytes: new Uint8Array(reuse?.byteLength === size ? reuse : new ArrayBuffer(size)), filled: 0 });

export interface FrameParserOptions {
  /** Gives a buffer of a frame no longer shown, to be written again, or nothing. */
  readonly spare?: () => ArrayBuffer | undefined;
  /** Pixels that came ahead of what guidance sees in them; the same frame is told as whole when that has come. */
  readonly onAhead?: (frame: StreamedFrame) => void;
}

/**
 * Cuts a stream of bytes into frames, whatever the chunks are. Does no I/O. Throws when the stream breaks the contract of
 * `FrameHeader`: then the connection is to be opened again, since nothing after that can be trusted.
 */
export function createFrameParser(onFrame: (frame: StreamedFrame) => void, { spare, onAhead }: FrameParserOptions = {}) {
  let prefix = part(prefixBytes);
  let headerPart: Part | null = null;
  let header: FrameHeader | null = null;
  let pixels: Part | null = null;
  let pixelBytes = 0;
  let ahead: StreamedFrame | null = null;

  const current = () => pixels ?? headerPart ?? prefix;

  const finishPrefix = () => {
    const view = new DataView(prefix.bytes.buffer);
    const total = view.getUint32(0, true);
    const headerBytes = view.getUint32(4, true);
    pixelBytes = total - 4 - headerBytes;
    if (headerBytes < 2 || headerBytes > maxHeaderBytes || pixelBytes < 0 || pixelBytes > maxFrameBytes) {
      throw new Error(`frame stream: ${total} bytes with a header of ${headerBytes} is not a frame`);
    }
    headerPart = part(headerBytes);
  };
  const begin = () => {
    prefix = part(prefixBytes);
    headerPart = null;
    header = null;
    pixels = null;
  };
  const complete = ({ completes, observation }: FrameCompletion) => {
    if (ahead?.header.seq !== completes) throw new Error(`frame stream: frame ${completes} is completed, but it did not go ahead`);
    const { header: first, pixels: buffer } = ahead;
    ahead = null;
    begin();
    onFrame({ header: { ...first, observation }, pixels: buffer });
  };
  const finishHeader = (bytes: Uint8Array) => {
    const words = JSON.parse(new TextDecoder().decode(bytes)) as FrameHeader | FrameCompletion;
    if ('completes' in words) return complete(words);
    header = words;
    if (frameBytes(header.attributes) !== pixelBytes) {
      throw new Error(`frame stream: ${header.attributes.columns} × ${header.attributes.rows} pixels announced, ${pixelBytes} bytes sent`);
    }
    pixels = part(pixelBytes, spare?.());
  };
  const finishPixels = (bytes: Uint8Array<ArrayBuffer>) => {
    const frame = header && { header, pixels: bytes.buffer };
    begin();
    if (frame?.header.observationFollows) {
      ahead = frame;
      onAhead?.(frame);
    } else if (frame) onFrame(frame);
  };

  return (chunk: Uint8Array): void => {
    let at = 0;
    while (at < chunk.length) {
      const target = current();
      const count = Math.min(chunk.length - at, target.bytes.length - target.filled);
      target.bytes.set(chunk.subarray(at, at + count), target.filled);
      target.filled += count;
      at += count;
      if (target.filled < target.bytes.length) return;
      if (target === pixels) finishPixels(target.bytes);
      else if (target === headerPart) finishHeader(target.bytes);
      else finishPrefix();
    }
  };
}
