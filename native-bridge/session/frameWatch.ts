import type { XrayFrame } from '../../src/dicom/xrayFrame.ts';
import type { DeviceEvent, Gap, PlaneId } from '../../src/sample/sample.ts';
import type { SourceEvent } from '../sources/source.ts';

/** A picture that comes again to the bit for so long is said to be held. Pulsed fluoroscopy on a video output repeats pictures too, for less. */
const heldAfterMs = 500;
/** The source's clock and arrival may differ by this much between two frames before the clock is said to have jumped. */
const jumpMs = 2000;
/** A clock that makes no sense at all is told of once in so long. */
const tellJumpEveryMs = 10_000;

/** What must be said before a frame, and the frame as it is recorded. */
export interface WatchedFrame {
  readonly before: readonly SourceEvent[];
  readonly frame: XrayFrame;
}

/** Tells what is odd about the frames of each plane as they come. */
export interface FrameWatch {
  /** `arrivedMs`: on the session's clock. */
  see(plane: PlaneId, frame: XrayFrame, arrivedMs: number): WatchedFrame;
  /** A gap that the source has told of itself is not told again. */
  told(gap: Gap): void;
}

interface Seen {
  readonly frameNumber: number;
  readonly pixels: XrayFrame['pixels'];
  /** When the picture that still comes was new. */
  readonly newAtMs: number;
  readonly arrivedMs: number;
  readonly deviceTimeMs: number | null;
  readonly held: boolean;
  readonly toldJumpAtMs: number | null;
}

const samePixels = (a: XrayFrame['pixels'], b: XrayFrame['pixels']): boolean =>
  a.byteLength === b.byteLength && Buffer.compare(Buffer.from(a.buffer, a.byteOffset, a.byteLength), Buffer.from(b.buffer, b.byteOffset, b.byteLength)) === 0;

const toMicroseconds = (ms: number) => Math.round(ms * 1000) / 1000;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/**
 * Numbers that are missing or go back, pictures that come again (`unchangedForMs`, and a notice when they are held), and a
 * source's clock that jumps: each is recorded as what it is, nothing is left out.
 */
export function createFrameWatch(): FrameWatch {
  const seen = new Map<PlaneId, Seen>();
  const announced = new Map<PlaneId, number>();
  return {
    told(gap) {
      if (gap.kind === 'frames-missing') announced.set(gap.plane, Math.max(gap.toFrame, announced.get(gap.plane) ?? -1));
    },
    see(plane, frame, arrivedMs) {
      const last = seen.get(plane);
      const notice = (message: string): SourceEvent => ({
        topic: '/device',
        data: { device: `plane-${plane}`, state: 'notice', message } satisfies DeviceEvent,
        atMs: null,
      });
      const { frameNumber, deviceTimeMs } = frame.attributes;
      const before: SourceEvent[] = [];
      const expected = Math.max(last?.frameNumber ?? frameNumber - 1, announced.get(plane) ?? -1) + 1;
      if (last !== undefined && frameNumber > expected)
        before.push({ topic: '/gap', data: { kind: 'frames-missing', plane, fromFrame: expected, toFrame: frameNumber - 1 }, atMs: null });
      if (last !== undefined && frameNumber <= last.frameNumber) {
        announced.delete(plane);
        before.push(
          notice(
            frameNumber === last.frameNumber
              ? `Two frames have the number ${frameNumber}.`
              : `The source's frame numbers go back from ${last.frameNumber} to ${frameNumber}.`,
          ),
        );
      }
      const jump = last === undefined ? 0 : clockJumpMs(last, deviceTimeMs, arrivedMs);
      const tellsJump = Math.abs(jump) > jumpMs && (last?.toldJumpAtMs == null || arrivedMs - last.toldJumpAtMs > tellJumpEveryMs);
      if (tellsJump) before.push(notice(`The source's clock jumps by ${seconds(jump)} against this machine's.`));
      const same = last !== undefined && samePixels(last.pixels, frame.pixels);
      const unchangedForMs = same ? toMicroseconds(arrivedMs - last.newAtMs) : 0;
      const held = same && unchangedForMs >= heldAfterMs;
      if (held && !last.held) before.push(notice('The picture comes again unchanged: the last image is held.'));
      if (last?.held && !same) before.push(notice(`The picture moves again; it was held for ${seconds(arrivedMs - last.newAtMs)}.`));
      seen.set(plane, {
        frameNumber,
        pixels: frame.pixels,
        newAtMs: same ? last.newAtMs : arrivedMs,
        arrivedMs,
        deviceTimeMs,
        held,
        toldJumpAtMs: tellsJump ? arrivedMs : (last?.toldJumpAtMs ?? null),
      });
      return { before, frame: same ? { ...frame, attributes: { ...frame.attributes, unchangedForMs } } : frame };
    },
  };
}

/** How far the source's clock went beyond arrival since the last frame; negative when it fell behind or went back. */
function clockJumpMs(last: Seen, deviceTimeMs: number | null, arrivedMs: number): number {
  if (last.deviceTimeMs === null || deviceTimeMs === null) return 0;
  return deviceTimeMs - last.deviceTimeMs - (arrivedMs - last.arrivedMs);
}
