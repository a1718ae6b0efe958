import type { Result } from '../../src/base/result.ts';
import type { XrayFrame } from '../../src/dicom/xrayFrame.ts';
import { initialInjectors, injectorsStep } from '../../src/injector/injectors.ts';
import type { InjectorReading } from '../../src/injector/reading.ts';
import type { InjectorSettings } from '../../src/injector/settings.ts';
import type { SourceRole, SourceTest } from '../../src/link/desk.ts';
import type { RawSample } from '../../src/sample/sample.ts';
import { openFrameSource } from '../sources/open.ts';
import { openInjectorSource } from '../sources/openInjector.ts';
import type { Source, SourceEvent } from '../sources/source.ts';

/** A camera takes a second or two to start, an injector speaks several times a second. */
const listenMs = 4000;
const framesAreEnough = 15;
const readingsAreEnough = 20;
const thumbnailPx = 256;

interface Heard {
  readonly frames: number;
  readonly first: XrayFrame | null;
  readonly bytes: number;
  readonly readings: number;
  readonly last: InjectorReading | null;
  /** The last thing a device said of itself. */
  readonly device: string | null;
  readonly forMs: number;
}

/** Listens once the source is ready: how long a busy machine takes to get a simulator or a file going says nothing about what it sends. */
async function listen(source: Source, settings: InjectorSettings): Promise<Heard> {
  await source.ready;
  const stop = new AbortController();
  const startedMs = performance.now();
  const timer = setTimeout(() => stop.abort(), listenMs);
  let heard: Heard = { frames: 0, first: null, bytes: 0, readings: 0, last: null, device: null, forMs: 0 };
  let fold = initialInjectors(settings);
  let seq = 0;
  const take = (event: SourceEvent): void => {
    if (event.topic === '/plane/a/frame' || event.topic === '/plane/b/frame') heard = { ...heard, frames: heard.frames + 1, first: heard.first ?? event.data };
    if (event.topic === '/injector/bytes') heard = { ...heard, bytes: heard.bytes + (event.data.data.length * 3) / 4 };
    if (event.topic === '/device') heard = { ...heard, device: event.data.message };
    const stepped = injectorsStep(fold, { topic: event.topic, tMs: event.atMs ?? performance.now() - startedMs, seq: seq++, data: event.data } as RawSample);
    fold = stepped.fold;
    heard = { ...heard, readings: heard.readings + stepped.readings.length, last: stepped.readings.at(-1) ?? heard.last };
  };
  try {
    for await (const event of source.events(stop.signal)) {
      take(event);
      if (heard.frames >= framesAreEnough || heard.readings >= readingsAreEnough) break;
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
  return { ...heard, forMs: performance.now() - startedMs };
}

/** Smaller by leaving out pixels, its own darkest to brightest as black to white. */
export function thumbnailOf(frame: XrayFrame): NonNullable<SourceTest['thumbnail']> {
  const { rows, columns, bitsAllocated, photometric } = frame.attributes;
  const { buffer, byteOffset, byteLength } = frame.pixels;
  const pixels = bitsAllocated === 8 ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint16Array(buffer, byteOffset, byteLength / 2);
  const every = Math.max(1, Math.ceil(Math.max(rows, columns) / thumbnailPx));
  const width = Math.floor(columns / every);
  const height = Math.floor(rows / every);
  const values = Array.from({ length: width * height }, (_, i) => pixels[Math.floor(i / width) * every * columns + (i % width) * every] ?? 0);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const scale = 255 / Math.max(1, high - low);
  const grey = Buffer.from(values.map((value) => (photometric === 'MONOCHROME1' ? 255 - (value - low) * scale : (value - low) * scale)));
  return { width, height, grey: grey.toString('base64') };
}

function words(role: SourceRole, heard: Heard): { readonly works: boolean; readonly message: string } {
  const seconds = (heard.forMs / 1000).toFixed(1);
  if (role === 'injector') {
    if (heard.readings > 0) {
      const { pressureKpa, volumeMl } = heard.last ?? {};
      const value = [pressureKpa == null ? null : `${pressureKpa.toFixed(0)} kPa`, volumeMl == null ? null : `${volumeMl.toFixed(2)} mL`].filter(Boolean);
      return { works: true, message: `${heard.readings} readings in ${seconds} s; the last: ${value.join(', ') || 'no values'}.` };
    }
    if (heard.bytes > 0)
      return {
        works: false,
        message: `${Math.round(heard.bytes)} bytes in ${seconds} s, but no reading in them: another driver or baud rate may fit; probe the port.`,
      };
    return { works: false, message: `${heard.device ?? 'Nothing was heard'} (${seconds} s). Check that the injector is on and its cable is in.` };
  }
  const { first } = heard;
  if (first) {
    const { rows, columns, bitsStored, simulated } = first.attributes;
    return { works: true, message: `${heard.frames} frames of ${columns} × ${rows}, ${bitsStored} bit, in ${seconds} s${simulated ? '; simulated' : ''}.` };
  }
  return { works: false, message: `${heard.device ?? 'No frame came'} (${seconds} s). Check that the source sends: the C-arm may have to be stepped on.` };
}

const open = (role: SourceRole, uri: string): Promise<Result<Source>> => (role === 'injector' ? openInjectorSource(uri) : openFrameSource(uri, role));

/** Opens a source as a session would, listens for a few seconds and says what came. Nothing of it is recorded. */
export async function testSource(test: string, role: SourceRole, uri: string, settings: InjectorSettings): Promise<SourceTest> {
  const opened = await open(role, uri);
  if (!opened.ok) return { test, role, uri, works: false, message: opened.fault.message, thumbnail: null };
  const heard = await listen(opened.value, settings);
  return { test, role, uri, ...words(role, heard), thumbnail: heard.first ? thumbnailOf(heard.first) : null };
}
