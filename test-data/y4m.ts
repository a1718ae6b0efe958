/** One grey video as YUV4MPEG2 (yuv4mpeg(5), with the `mono` colour spaces that FFmpeg reads): uncompressed, to the bit. */
export interface GreyVideo {
  readonly width: number;
  readonly height: number;
  readonly bits: 8 | 9 | 10 | 12 | 16;
  /** Frames a second. */
  readonly rate: number;
  /** `t`: the top field first; absent: progressive. */
  readonly interlaced?: 't' | 'b';
  readonly frames: readonly (Uint8Array | Uint16Array)[];
}

/** The bytes of a `.y4m` file. */
export function buildY4m({ width, height, bits, rate, interlaced, frames }: GreyVideo): Uint8Array {
  const header = `YUV4MPEG2 W${width} H${height} F${rate}:1 I${interlaced ?? 'p'} A1:1 Cmono${bits === 8 ? '' : bits} XCOLORRANGE=FULL\n`;
  const parts: Uint8Array[] = [Buffer.from(header)];
  for (const frame of frames) parts.push(Buffer.from('FRAME\n'), Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
  return Buffer.concat(parts);
}
