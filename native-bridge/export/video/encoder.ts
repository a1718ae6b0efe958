import { chmod } from 'node:fs/promises';
import type * as AvTypes from 'node-av';
import { ExportStopped } from '../stopped.ts';

/** What a video is made of: pictures for the eye, or the stored values themselves. */
export type VideoPixels = { readonly kind: 'rgba' } | { readonly kind: 'stored'; readonly bits: number };

export interface VideoFormat {
  /** H.264 in MP4, or FFV1 in Matroska, which gives back every bit. */
  readonly codec: 'h264' | 'ffv1';
  readonly pixels: VideoPixels;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly comment: string;
  readonly startedAtEpochMs: number;
}

/** One video file being written; pictures in order of time. */
export interface VideoWriter {
  /** `tMs` since the beginning of the video: pauses stay as long as they were. The pixels are copied. */
  write(pixels: Uint8Array, tMs: number): Promise<void>;
  /** `endMs` is where the last picture ends. */
  end(endMs: number): Promise<void>;
  /** After a failure: gives back what is held. */
  abandon(): Promise<void>;
}

type Av = typeof AvTypes;

/** Ticks of the video's clock in a millisecond: 1/90000 s, which every player takes. */
const ticksPerMs = 90;

/** Begins a video. This is the only file of the exports that knows FFmpeg; it is optional. */
export async function openVideoWriter(path: string, format: VideoFormat): Promise<VideoWriter> {
  const av = await loadAv();
  const lossless = format.codec === 'ffv1';
  const frameFormat = format.pixels.kind === 'rgba' ? av.AV_PIX_FMT_RGBA : storedFormat(av, format.pixels.bits);
  const encoder = lossless
    ? await av.Encoder.create(av.FF_ENCODER_FFV1, { options: { slicecrc: 1 }, context: { level: 3 }, threadCount: 1, autoFormat: true })
    : await av.Encoder.create(av.FF_ENCODER_LIBX264, { options: { preset: 'veryfast', crf: 18 }, maxBFrames: 0, gopSize: 30, threadCount: 2 });
  // Halved colour, as every player takes it.
  const filter = lossless ? null : av.FilterAPI.create('scale=out_color_matrix=bt709:out_range=tv,format=yuv420p');
  const muxer = await av.Muxer.open(path, {
    ...(lossless ? {} : { options: { movflags: '+faststart' } }),
    configure(context) {
      context.metadata = av.Dictionary.fromObject({
        title: format.title,
        comment: format.comment,
        creation_time: new Date(format.startedAtEpochMs).toISOString(),
        encoder: 'Pedicle',
      });
    },
  });
  const stream = muxer.addStream(encoder);
  let waiting: AvTypes.Frame | null = null;
  let waitingAt = 0;
  // The frame that is made of it does not copy the picture but points at its memory, which is the caller's again when `write` returns.
  let picture: Buffer = Buffer.alloc(0);

  const encode = async (frame: AvTypes.Frame | null): Promise<void> => {
    for (const packet of await encoder.encodeAll(frame)) {
      await muxer.writePacket(packet, stream);
      packet.free();
    }
  };
  const put = async (frame: AvTypes.Frame): Promise<void> => {
    if (!filter) return encode(frame);
    for (const converted of await filter.processAll(frame)) {
      await encode(converted);
      converted.free();
    }
  };
  /** A picture lasts until the next one comes, so it is written when that is known. */
  const putWaiting = async (untilTick: number): Promise<void> => {
    if (!waiting) return;
    waiting.duration = BigInt(Math.max(1, untilTick - waitingAt));
    await put(waiting);
    waiting.free();
    waiting = null;
  };
  const close = async (): Promise<void> => {
    waiting?.free();
    waiting = null;
    filter?.close();
    encoder.close();
    await muxer.close();
    await chmod(path, 0o600);
  };

  return {
    async write(pixels, tMs) {
      const tick = Math.max(waiting ? waitingAt + 1 : 0, Math.round(tMs * ticksPerMs));
      await putWaiting(tick);
      if (picture.length !== pixels.length) picture = Buffer.allocUnsafeSlow(pixels.length);
      picture.set(pixels);
      const shape = { width: format.width, height: format.height, format: frameFormat, pts: BigInt(tick), timeBase: { num: 1, den: 1000 * ticksPerMs } };
      waiting = av.Frame.fromVideoBuffer(picture, shape);
      waitingAt = tick;
    },
    async end(endMs) {
      await putWaiting(Math.round(endMs * ticksPerMs));
      await encode(null);
      await close();
    },
    abandon: close,
  };
}

/** The narrowest grey that FFV1 has for this depth, so that players show it as bright as it is. */
function storedFormat(av: Av, bits: number): AvTypes.AVPixelFormat {
  if (bits <= 8) return av.AV_PIX_FMT_GRAY8;
  if (bits <= 10) return av.AV_PIX_FMT_GRAY10LE;
  return bits <= 12 ? av.AV_PIX_FMT_GRAY12LE : av.AV_PIX_FMT_GRAY16LE;
}

async function loadAv(): Promise<Av> {
  try {
    const av = await import('node-av');
    av.Log.setLevel(av.AV_LOG_QUIET);
    return av;
  } catch {
    throw new ExportStopped(
      'video needs the optional package node-av, which is not installed or has no build for this machine: run "npm ci" without --omit=optional, or export without --video',
    );
  }
}
