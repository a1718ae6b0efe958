import { extname } from 'node:path';
import { z } from 'zod';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { parseSourceUri } from './uri.ts';
import type { Picture, Rectangle } from './videoPicture.ts';

/** Where moving pictures come from, as the video library is to open it. */
export interface VideoInputRequest {
  readonly kind: 'file' | 'device' | 'stream';
  /** What the library opens: a path, a device name, an address. */
  readonly url: string;
  /** The library's name for the kind of device or container; null: it finds out. */
  readonly format: string | null;
  readonly options: Readonly<Record<string, string>>;
  /** False for addresses where one listens: that nobody sends yet is no fault. */
  readonly triedAtOpen: boolean;
}

export interface VideoRequest {
  readonly input: VideoInputRequest;
  readonly picture: Picture;
  /** `auto`: frames that say they are interlaced; `on`: every frame, for devices that do not say so. */
  readonly deinterlace: 'auto' | 'on' | 'off';
  /** Files begin again at their end. */
  readonly loop: boolean;
}

const wholeNumbers = (text: string, count: number): readonly number[] | null => {
  const numbers = text.split(',').map(Number);
  return numbers.length === count && numbers.every((number) => Number.isInteger(number) && number >= 0) ? numbers : null;
};

const rectangleSchema = z.string().transform((text, context): Rectangle => {
  const [left, top, width, height] = wholeNumbers(text, 4) ?? [];
  if (left !== undefined && top !== undefined && width && height) return { left, top, width, height };
  context.addIssue(`"${text}" is no rectangle: write LEFT,TOP,WIDTH,HEIGHT in pixels, for example 320,0,1024,1024`);
  return z.NEVER;
});

const masksSchema = z
  .string()
  .transform((text) => text.split(';'))
  .pipe(z.array(rectangleSchema));

const fieldSchema = z.string().transform((text, context) => {
  const [x, y, radius] = wholeNumbers(text, 3) ?? [];
  if (x !== undefined && y !== undefined && radius) return { x, y, radius };
  context.addIssue(`"${text}" is no circle: write X,Y,RADIUS in pixels, for example 640,512,500`);
  return z.NEVER;
});

const yesNo = z.enum(['0', '1'], 'is 0 or 1').transform((text) => text === '1');

const querySchema = z.strictObject({
  region: rectangleSchema.optional(),
  mask: masksSchema.optional(),
  field: fieldSchema.optional(),
  rotate: z
    .enum(['0', '90', '180', '270'], 'is 0, 90, 180 or 270, clockwise')
    .transform((text) => Number(text) as Picture['rotateDeg'])
    .optional(),
  flip: z.enum(['h', 'v'], 'is h (left and right change places) or v (top and bottom)').optional(),
  deinterlace: z.enum(['auto', 'on', 'off'], 'is auto, on or off').optional(),
  loop: yesNo.optional(),
  size: z
    .string()
    .regex(/^\d{2,5}x\d{2,5}$/, 'is WIDTHxHEIGHT, for example 1920x1080')
    .optional(),
  fps: z.coerce.number('is a number of frames a second').positive().max(1000).optional(),
  pixels: z
    .string()
    .regex(/^[a-z0-9]+$/, 'is a pixel format of FFmpeg, for example yuyv422 or gray16le')
    .optional(),
  channel: z.coerce.number('is the number of the input of the device').int().min(0).optional(),
  display: z.string().optional(),
  transport: z.enum(['tcp', 'udp'], 'is tcp or udp').optional(),
});
type Query = z.infer<typeof querySchema>;

/** Keys of the query that are this program's; of an address the rest belongs to the address. */
const ownKeys: ReadonlySet<string> = new Set(Object.keys(querySchema.shape));

/**
 * Takes `video:DEVICE_OR_URL_OR_FILE?key=value` apart. Devices: `video:/dev/video0`, `video:screen:0`, `video:dshow:NAME`,
 * `video:avfoundation:NAME`, `video:decklink:NAME`; addresses: rtsp, rtsps, rtp, udp, tcp, srt, http, https; else a file.
 * Rectangles and circles are in pixels of the picture as it comes, before it is turned.
 */
export function parseVideoUri(uri: string, environment: Readonly<Record<string, string | undefined>> = process.env): Result<VideoRequest> {
  const parsed = parseSourceUri(uri);
  if (!parsed.ok) return parsed;
  const { target } = parsed.value;
  if (target === '')
    return inputFault(`${uri}: video: needs a device, an address or a file: video:/dev/video0, video:screen:0, video:rtsp://HOST/PATH, video:FILE.`);
  const address = /^([a-z][a-z0-9+]+):\/\//i.exec(target)?.[1]?.toLowerCase() ?? null;
  const own = Object.fromEntries(Object.entries(parsed.value.query).filter(([key]) => address === null || ownKeys.has(key)));
  const foreign = Object.entries(parsed.value.query).filter(([key]) => !(key in own));
  const query = querySchema.safeParse(own);
  if (!query.success) return inputFault(`${uri}: ${sentenceOf(query.error)}.`);
  const whole = foreign.length === 0 ? target : `${target}?${new URLSearchParams(foreign)}`;
  const input = address === null ? localInput(target, query.data, environment) : streamInput(whole, address, query.data);
  if (!input.ok) return inputFault(`${uri}: ${input.fault.message}`);
  if (query.data.loop && input.value.kind !== 'file') return inputFault(`${uri}: only a file can be played in a loop; leave loop out.`);
  const { region, mask, field, rotate, flip } = query.data;
  return ok({
    input: input.value,
    picture: { region: region ?? null, masks: mask ?? [], field: field ?? null, rotateDeg: rotate ?? 0, flip: flip ?? null },
    deinterlace: query.data.deinterlace ?? 'auto',
    loop: query.data.loop ?? false,
  });
}

function sentenceOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') return `"${issue.keys.join('", "')}" is no setting of a video source; there are ${[...ownKeys].join(', ')}`;
  const key = issue?.path[0];
  const said = issue?.message ?? 'cannot be used';
  return typeof key === 'string' ? `${key} ${said}` : said;
}

/** Protocols that each kind of address may use below itself: what a file or address names must not lead elsewhere. */
const protocols: Readonly<Record<string, string>> = {
  udp: 'udp,rtp',
  rtp: 'udp,rtp',
  rtsp: 'rtsp,tcp,udp,rtp',
  rtsps: 'rtsps,tls,tcp,udp,rtp',
  tcp: 'tcp',
  srt: 'srt',
  http: 'http,tcp',
  https: 'https,http,tls,tcp',
};

/** Half a second of a live stream is enough to know it; more would be delay. */
const quickStart = { probesize: '1000000', analyzeduration: '500000' };
/** A peer that says nothing for so long is taken for gone, µs. */
const silenceUs = '5000000';

/** What the system is asked to keep of datagrams while a picture is decoded; it may give less. */
const socketBytes = '4194304';

function streamInput(url: string, scheme: string, query: Query): Result<VideoInputRequest> {
  const allowed = protocols[scheme];
  if (allowed === undefined) return inputFault(`addresses that begin with ${scheme}:// are not read; there are ${Object.keys(protocols).join(', ')}.`);
  const options: Record<string, string> = { ...quickStart, protocol_whitelist: allowed };
  if (scheme === 'udp') options.overrun_nonfatal = '1';
  if (scheme === 'udp' || scheme === 'rtp') options.buffer_size = socketBytes;
  if (scheme === 'rtsp' || scheme === 'rtsps') Object.assign(options, { rtsp_transport: query.transport ?? 'tcp', timeout: silenceUs });
  if (scheme === 'http' || scheme === 'https' || scheme === 'tcp') options.rw_timeout = silenceUs;
  return ok({ kind: 'stream', url, format: null, options, triedAtOpen: scheme !== 'udp' && scheme !== 'rtp' && scheme !== 'srt' });
}

const deviceOptions = (query: Query): Record<string, string> => ({
  ...(query.size === undefined ? {} : { video_size: query.size }),
  ...(query.fps === undefined ? {} : { framerate: String(query.fps) }),
});

function localInput(target: string, query: Query, environment: Readonly<Record<string, string | undefined>>): Result<VideoInputRequest> {
  const device = (url: string, format: string, options: Record<string, string>): Result<VideoInputRequest> =>
    ok({ kind: 'device', url, format, options: { ...deviceOptions(query), ...options }, triedAtOpen: true });
  const pixels = query.pixels === undefined ? {} : { pixel_format: query.pixels };
  const named = /^(screen|v4l2|dshow|avfoundation|decklink):(.*)$/s.exec(target);
  const [, kind, name = ''] = named ?? [];
  switch (kind) {
    case 'screen':
      return screenInput(name, query, environment, device);
    case 'dshow':
      return device(name.startsWith('video=') ? name : `video=${name}`, 'dshow', pixels);
    case 'avfoundation':
      return device(name, 'avfoundation', { capture_cursor: '0', ...pixels });
    case 'decklink':
      return device(name, 'decklink', query.pixels === undefined ? {} : { raw_format: query.pixels });
    case 'v4l2':
      return device(name, 'v4l2', v4l2Options(query));
  }
  if (target.startsWith('/dev/')) return device(target, 'v4l2', v4l2Options(query));
  // A session description names where a stream is to be listened for.
  if (extname(target).toLowerCase() === '.sdp')
    return ok({
      kind: 'stream',
      url: target,
      format: 'sdp',
      options: { ...quickStart, buffer_size: socketBytes, protocol_whitelist: 'file,udp,rtp' },
      triedAtOpen: false,
    });
  return ok({ kind: 'file', url: target, format: null, options: { protocol_whitelist: 'file' }, triedAtOpen: true });
}

const v4l2Options = (query: Query): Record<string, string> => ({
  ...(query.pixels === undefined ? {} : { input_format: query.pixels }),
  ...(query.channel === undefined ? {} : { channel: String(query.channel) }),
});

function screenInput(
  name: string,
  query: Query,
  environment: Readonly<Record<string, string | undefined>>,
  device: (url: string, format: string, options: Record<string, string>) => Result<VideoInputRequest>,
): Result<VideoInputRequest> {
  if (!/^\d{1,2}$/.test(name)) return inputFault(`"screen:${name}" names no screen; write screen:0 for the first.`);
  if (process.platform === 'win32') return device('desktop', 'gdigrab', { draw_mouse: '0' });
  if (process.platform === 'darwin') return device(`Capture screen ${name}`, 'avfoundation', { capture_cursor: '0' });
  const display = query.display ?? environment.DISPLAY ?? '';
  if (display === '') return inputFault('there is no X display: set DISPLAY, or name it with ?display=:0.');
  const rate = query.fps === undefined ? { framerate: '30' } : {};
  return device(`${display.replace(/\.\d+$/, '')}.${name}`, 'x11grab', { draw_mouse: '0', ...rate });
}
