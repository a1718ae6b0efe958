import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as AvTypes from 'node-av';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { type Planes, pixelLayout } from './videoPicture.ts';
import type { VideoInputRequest, VideoRequest } from './videoUri.ts';

/** One decoded picture. Its planes are overwritten by the next: take what is needed first. */
export interface DecodedPicture extends Planes {
  /** FFmpeg's name of the pixel format. */
  readonly pixelFormat: string;
  /** On the source's own clock, ms; null when it does not say. */
  readonly sourceTimeMs: number | null;
  /** Black is 16 and white 235 (of 8 bits), as television has it. */
  readonly limitedRange: boolean;
}

export type VideoStep =
  | { readonly kind: 'picture'; readonly picture: DecodedPicture }
  /** Something came that does not decode to a whole picture. */
  | { readonly kind: 'damaged' }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly why: string };

/** An opened source of moving pictures: read one after the other. */
export interface VideoInput {
  readonly codec: string;
  /** Of the pictures, as far as it is known before the first; 0 when not. */
  readonly width: number;
  readonly height: number;
  /** Nominal time between pictures, ms; null when the source does not say. */
  readonly frameTimeMs: number | null;
  /** It has an end of its own: a file, or one sent over a network. */
  readonly finite: boolean;
  next(): Promise<VideoStep>;
  /** Makes a `next` that waits for a device or a network give up. */
  interrupt(): void;
  close(): Promise<void>;
}

type Av = typeof AvTypes;

/** Loads FFmpeg; a sentence when the optional package is not installed. This is the only file that knows it. */
async function loadAv(): Promise<Result<Av>> {
  try {
    const av = await import('node-av');
    av.Log.setLevel(av.AV_LOG_QUIET);
    return ok(av);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return inputFault(
      `Video needs the optional package node-av, which is not installed or has no build for this machine: run "npm ci" without --omit=optional. Everything but video works without it. (${why.slice(0, 160)})`,
    );
  }
}

/** Which FFmpeg there is, for `pedicle doctor`. */
export async function describeVideoLibrary(): Promise<Result<string>> {
  const av = await loadAv();
  return av.ok ? ok(`FFmpeg ${av.value.getFFmpegInfo().version}`) : av;
}

/** Cameras, grabbers and screens that FFmpeg lists on this machine. */
export async function listVideoDevices(): Promise<Result<readonly { readonly name: string; readonly description: string }[]>> {
  const av = await loadAv();
  if (!av.ok) return av;
  try {
    const listed = await av.value.Device.list();
    return ok(listed.filter(({ type }) => type !== 'audio').map(({ name, description }) => ({ name, description })));
  } catch (error) {
    return failedFault(`The video devices cannot be listed (${error instanceof Error ? error.message : String(error)}).`);
  }
}

/**
 * Opens a file, device or address; waits for a sender where there is none yet, until `signal` aborts. The fault's message
 * says why in words that complete "URI: …".
 */
export async function openVideoInput(request: VideoInputRequest, deinterlace: VideoRequest['deinterlace'], signal: AbortSignal): Promise<Result<VideoInput>> {
  const loaded = await loadAv();
  if (!loaded.ok) return loaded;
  const av = loaded.value;
  const format = request.format === null ? null : av.InputFormat.findInputFormat(request.format);
  if (request.format !== null && format === null) return inputFault(`this build of FFmpeg has no ${request.format} devices.`);
  const context = new av.FormatContext();
  context.allocContext();
  const interrupt = () => context.interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await openContext(av, context, format, request, deinterlace);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

async function openContext(
  av: Av,
  context: AvTypes.FormatContext,
  format: AvTypes.InputFormat | null,
  request: VideoInputRequest,
  deinterlace: VideoRequest['deinterlace'],
): Promise<Result<VideoInput>> {
  const opened = await context.openInput(request.url, format, av.Dictionary.fromObject(request.options));
  if (opened < 0) return inputFault(openFault(request, av.FFmpegError.strerror(opened)));
  return startDecoding(av, context, request, deinterlace);
}

/**
 * Opens a video stream that is in memory, whatever its container. It goes through a file that is taken out of its folder as
 * soon as it is open: with callbacks for reading, the library ends the whole process when their thread is ended.
 */
export async function openVideoBytes(bytes: Uint8Array): Promise<Result<VideoInput>> {
  const folder = await mkdtemp(join(tmpdir(), 'pedicle-video-'));
  const path = join(folder, 'video');
  const remove = () => rm(folder, { recursive: true, force: true }).catch(() => undefined);
  await writeFile(path, bytes, { mode: 0o600 });
  const request: VideoInputRequest = { kind: 'file', url: path, format: null, options: { protocol_whitelist: 'file' }, triedAtOpen: true };
  const opened = await openVideoInput(request, 'off', new AbortController().signal);
  // Where an open file cannot be removed it goes when it is closed.
  await remove();
  if (!opened.ok) return inputFault(opened.fault.message.replace(`the file ${path}`, 'it'));
  const input = opened.value;
  return ok({
    ...input,
    async close() {
      await input.close();
      await remove();
    },
  });
}

function openFault({ kind, url }: VideoInputRequest, why: string): string {
  if (kind === 'device') {
    if (/no such file/i.test(why)) return `there is no device ${url}: check that it is plugged in, and its name with "pedicle doctor".`;
    if (/permission|not permitted/i.test(why)) return `the device ${url} may not be read by this user: add the user to the group "video".`;
    if (/busy/i.test(why)) return `the device ${url} is used by another program: end that one.`;
    return `the device ${url} cannot be opened (${why}): check its name, and size, fps and pixels where they are given.`;
  }
  if (kind === 'stream') return `nothing can be received from there (${why}): check the address, and that the sender is on.`;
  if (/no such file/i.test(why)) return `there is no file ${url}: check the path.`;
  if (/permission/i.test(why)) return `the file ${url} may not be read by this user: change its permissions.`;
  return `the file ${url} is no video that can be read (${why}).`;
}

async function startDecoding(
  av: Av,
  context: AvTypes.FormatContext,
  request: VideoInputRequest,
  deinterlace: VideoRequest['deinterlace'],
): Promise<Result<VideoInput>> {
  const refuse = async (why: string) => {
    await context.closeInput();
    return inputFault(`${request.kind === 'file' ? `the file ${request.url}` : 'what comes'} ${why}.`);
  };
  const probed = await context.findStreamInfo(null);
  if (probed < 0 && request.kind === 'file') return refuse(`is no video that can be read (${av.FFmpegError.strerror(probed)})`);
  const index = context.findBestStream(av.AVMEDIA_TYPE_VIDEO);
  const stream = context.streams[index];
  if (index < 0 || stream === undefined) return refuse('holds no pictures');
  const codec = av.Codec.findDecoder(stream.codecpar.codecId);
  const coding = av.avGetCodecName(stream.codecpar.codecId) ?? 'unknown';
  if (codec === null) return refuse(`is coded as ${coding}, which is not decoded here`);
  const decoder = new av.CodecContext();
  decoder.allocContext3(codec);
  decoder.parametersToContext(stream.codecpar);
  decoder.pktTimebase = stream.timeBase;
  // Threads over slices: threads over frames would each hold one back.
  decoder.threadType = av.FF_THREAD_SLICE;
  decoder.threadCount = Math.min(4, availableParallelism());
  const started = decoder.open2Sync(codec, null);
  if (started < 0) {
    decoder.freeContext();
    return refuse(`cannot be decoded (${av.FFmpegError.strerror(started)})`);
  }
  const rate = stream.avgFrameRate.num > 0 ? stream.avgFrameRate : stream.rFrameRate;
  const reader = createReader(av, context, decoder, stream, deinterlace);
  return ok({
    codec: coding,
    width: stream.codecpar.width,
    height: stream.codecpar.height,
    frameTimeMs: rate.num > 0 && rate.den > 0 ? toMicroseconds((1000 * rate.den) / rate.num) : null,
    finite: context.duration > 0n,
    next: reader.next,
    interrupt: () => context.interrupt(),
    async close() {
      reader.close();
      decoder.freeContext();
      await context.closeInput();
    },
  });
}

const toMicroseconds = (ms: number) => Math.round(ms * 1000) / 1000;

const nameOf = (av: Av, frame: AvTypes.Frame): string => av.avGetPixFmtName(frame.format as AvTypes.AVPixelFormat) ?? 'unknown';

/** Luma and colour differences are of limited range unless something says otherwise. */
const isTelevision = (pixelFormat: string) => /^(yuv[^j]|yuyv|uyvy|nv\d|p[024])/.test(pixelFormat);

/** Packets in, pictures out: deinterlaced, and in a format whose luma can be read. */
function createReader(
  av: Av,
  context: AvTypes.FormatContext,
  decoder: AvTypes.CodecContext,
  stream: AvTypes.Stream,
  deinterlace: VideoRequest['deinterlace'],
): { next(): Promise<VideoStep>; close(): void } {
  const packet = new av.Packet();
  packet.alloc();
  const frame = new av.Frame();
  frame.alloc();
  const filter = createFilter(av, deinterlace);
  let ended = false;
  let filtered: AvTypes.Frame | null = null;

  const picture = (from: AvTypes.Frame, timeBase: { readonly num: number; readonly den: number }): VideoStep => {
    if (from.decodeErrorFlags !== 0 || from.hasFlags(av.AV_FRAME_FLAG_CORRUPT)) return { kind: 'damaged' };
    const timestamp = from.bestEffortTimestamp === av.AV_NOPTS_VALUE ? from.pts : from.bestEffortTimestamp;
    return {
      kind: 'picture',
      picture: {
        data: from.data ?? [],
        rowBytes: from.linesize,
        width: from.width,
        height: from.height,
        pixelFormat: nameOf(av, from),
        sourceTimeMs: timestamp === av.AV_NOPTS_VALUE ? null : toMicroseconds((Number(timestamp) * timeBase.num * 1000) / timeBase.den),
        limitedRange: from.colorRange === av.AVCOL_RANGE_MPEG || (from.colorRange === av.AVCOL_RANGE_UNSPECIFIED && isTelevision(nameOf(av, from))),
      },
    };
  };

  /** What the filter has ready; null when it wants more first. */
  const fromFilter = (): VideoStep | null => {
    filtered?.free();
    filtered = filter.take();
    return filtered === null ? null : picture(filtered, filtered.timeBase);
  };

  /** What lies ready; null when a packet is needed, `end` when none will come. */
  const ready = (): VideoStep | null => {
    for (;;) {
      const waiting = fromFilter();
      if (waiting !== null) return waiting;
      const received = decoder.receiveFrameSync(frame);
      if (received < 0) {
        if (!ended) return null;
        if (!filter.flush()) return { kind: 'end' };
        continue;
      }
      frame.timeBase = stream.timeBase;
      if (!filter.wants(frame)) return picture(frame, stream.timeBase);
      filter.put(frame);
    }
  };

  return {
    async next() {
      for (;;) {
        const step = ready();
        if (step !== null) return step;
        packet.unref();
        const read = await context.readFrame(packet);
        if (read === av.AVERROR_EOF) {
          ended = true;
          decoder.sendPacketSync(null);
        } else if (read < 0) return { kind: 'failed', why: av.FFmpegError.strerror(read) };
        else if (packet.streamIndex === stream.index && decoder.sendPacketSync(packet) < 0) return { kind: 'damaged' };
      }
    },
    close() {
      filtered?.free();
      filter.close();
      packet.free();
      frame.free();
    },
  };
}

interface PictureFilter {
  wants(frame: AvTypes.Frame): boolean;
  put(frame: AvTypes.Frame): void;
  take(): AvTypes.Frame | null;
  /** True when pictures may still come after the end of the input. */
  flush(): boolean;
  close(): void;
}

/**
 * Deinterlacing by FFmpeg's bwdif, and conversion of pixel formats whose luma cannot be read as it lies; begun with the
 * first picture that needs it, and then kept, so that order is kept.
 */
function createFilter(av: Av, deinterlace: VideoRequest['deinterlace']): PictureFilter {
  let chain: AvTypes.FilterAPI | null = null;
  let flushed = false;
  const needsDeinterlacing = (frame: AvTypes.Frame) => deinterlace === 'on' || (deinterlace === 'auto' && frame.hasFlags(av.AV_FRAME_FLAG_INTERLACED));
  const needsConversion = (frame: AvTypes.Frame) => pixelLayout(nameOf(av, frame)) === null;
  const describe = (frame: AvTypes.Frame): string => {
    const steps = needsDeinterlacing(frame) ? [`bwdif=mode=send_frame:deint=${deinterlace === 'on' ? 'all' : 'interlaced'}`] : [];
    if (needsConversion(frame)) steps.push(`format=${/(9|1\d|f32)(le|be)$|48|64/.test(nameOf(av, frame)) ? 'gray16le' : 'gray'}`);
    return steps.join(',');
  };
  return {
    wants: (frame) => chain !== null || needsDeinterlacing(frame) || needsConversion(frame),
    put(frame) {
      chain ??= av.FilterAPI.create(describe(frame));
      chain.processSync(frame);
    },
    take() {
      const taken = chain?.receiveSync() ?? null;
      return taken instanceof av.Frame ? taken : null;
    },
    flush() {
      if (chain === null || flushed) return false;
      flushed = true;
      chain.flushSync();
      return true;
    },
    close() {
      chain?.close();
    },
  };
}
