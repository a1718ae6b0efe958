import type { ServerResponse } from 'node:http';
import type { XrayFrame } from '../../src/dicom/xrayFrame.ts';
import type { FrameHeader } from '../../src/link/link.ts';

/** A frame on its way to a viewer; `dropped` is filled in when it goes. */
export interface OutgoingFrame {
  readonly header: Omit<FrameHeader, 'dropped' | 'attributes' | 'plane'> & Pick<FrameHeader, 'plane'>;
  readonly frame: XrayFrame;
}

/** Frames of one plane for one viewer. While the socket is busy only the newest waits; the others are counted as dropped. */
export interface FrameStream {
  offer(frame: OutgoingFrame): void;
  end(): void;
}

/** The framing of `FrameHeader`, less the pixels themselves. */
export function encodeHead(header: FrameHeader, pixelBytes: number): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.allocUnsafe(8 + json.length);
  head.writeUInt32LE(4 + json.length + pixelBytes, 0);
  head.writeUInt32LE(json.length, 4);
  json.copy(head, 8);
  return head;
}

export function startFrameStream(response: ServerResponse, onClose: () => void): FrameStream {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  response.flushHeaders();
  response.socket?.setNoDelay(true);
  let busy = false;
  let closed = false;
  let waiting: OutgoingFrame | null = null;
  let dropped = 0;

  const send = ({ header, frame }: OutgoingFrame): void => {
    busy = true;
    const { buffer, byteOffset, byteLength } = frame.pixels;
    response.write(encodeHead({ ...header, attributes: frame.attributes, dropped }, byteLength));
    response.write(Buffer.from(buffer, byteOffset, byteLength), () => {
      busy = false;
      const next = waiting;
      waiting = null;
      if (next && !closed) send(next);
    });
  };

  response.on('close', () => {
    closed = true;
    waiting = null;
    onClose();
  });

  return {
    offer(frame) {
      if (closed) return;
      if (!busy) {
        send(frame);
        return;
      }
      if (waiting) dropped++;
      waiting = frame;
    },
    end() {
      if (!closed) response.end();
    },
  };
}
