import type { ServerResponse } from 'node:http';
import type { XrayFrame } from '../../src/dicom/xrayFrame.ts';
import type { FrameCompletion, FrameHeader } from '../../src/link/link.ts';

/** A frame on its way to a viewer; `dropped` is filled in when it goes. */
export interface OutgoingFrame {
  readonly header: Omit<FrameHeader, 'dropped' | 'attributes' | 'plane' | 'observationFollows'> & Pick<FrameHeader, 'plane'>;
  readonly frame: XrayFrame;
}

/** A frame in which guidance is still looking. */
export interface UnseenFrame {
  readonly header: Omit<OutgoingFrame['header'], 'observation'>;
  readonly frame: XrayFrame;
}

/** Frames of one plane for one viewer. While the socket is busy only the newest waits; the others are counted as dropped. */
export interface FrameStream {
  offer(frame: OutgoingFrame): void;
  /** Sends the pixels while guidance looks at them, if nothing else is on its way; each such frame is offered later, as soon as it was seen. */
  sendAhead(frame: UnseenFrame): void;
  end(): void;
}

function framed(words: FrameHeader | FrameCompletion, pixelBytes: number): Buffer {
  const json = Buffer.from(JSON.stringify(words));
  const head = Buffer.allocUnsafe(8 + json.length);
  head.writeUInt32LE(4 + json.length + pixelBytes, 0);
  head.writeUInt32LE(json.length, 4);
  json.copy(head, 8);
  return head;
}

/** The framing of `FrameHeader`, less the pixels themselves. */
export const encodeHead = (header: FrameHeader, pixelBytes: number): Buffer => framed(header, pixelBytes);

export function startFrameStream(response: ServerResponse, onClose: () => void): FrameStream {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  response.flushHeaders();
  response.socket?.setNoDelay(true);
  let writing = false;
  /** The frame that went ahead and is not complete. */
  let incomplete: number | null = null;
  let closed = false;
  let waiting: OutgoingFrame | null = null;
  let dropped = 0;

  const send = (header: OutgoingFrame['header'], frame: XrayFrame, follows: Pick<FrameHeader, 'observationFollows'>): void => {
    writing = true;
    const { buffer, byteOffset, byteLength } = frame.pixels;
    response.write(encodeHead({ ...header, attributes: frame.attributes, dropped, ...follows }, byteLength));
    response.write(Buffer.from(buffer, byteOffset, byteLength), () => {
      writing = false;
      next();
    });
  };
  const next = (): void => {
    if (writing || incomplete !== null || closed || !waiting) return;
    const { header, frame } = waiting;
    waiting = null;
    send(header, frame, {});
  };

  response.on('close', () => {
    closed = true;
    waiting = null;
    onClose();
  });

  return {
    offer(frame) {
      if (closed) return;
      const { seq, observation } = frame.header;
      if (incomplete === seq) {
        incomplete = null;
        response.write(framed({ completes: seq, observation }, 0));
      } else {
        if (waiting) dropped++;
        waiting = frame;
      }
      next();
    },
    sendAhead({ header, frame }) {
      if (closed || writing || incomplete !== null) return;
      incomplete = header.seq;
      send({ ...header, observation: null }, frame, { observationFollows: true });
    },
    end() {
      if (!closed) response.end();
    },
  };
}
