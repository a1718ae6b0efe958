import { pduType } from '../../src/dicom/pdu.ts';

const headBytes = 12;

/**
 * A command or dataset as P-DATA-TF PDUs with at most `valueBytes` each (an even number), several of them in each piece of output. A stream is read
 * one chunk ahead, because only the last fragment may say that it is the last. Memory: two chunks.
 */
export async function* fragmented(
  contextId: number,
  isCommand: boolean,
  data: Uint8Array | AsyncIterable<Uint8Array>,
  valueBytes: number,
): AsyncGenerator<Uint8Array> {
  if (data instanceof Uint8Array) {
    yield cut(contextId, isCommand, data, true, valueBytes);
    return;
  }
  let held: Uint8Array = new Uint8Array(0);
  for await (const chunk of data) {
    if (held.length > 0) yield cut(contextId, isCommand, held, false, valueBytes);
    held = chunk;
  }
  yield cut(contextId, isCommand, held, true, valueBytes);
}

function cut(contextId: number, isCommand: boolean, chunk: Uint8Array, isLast: boolean, valueBytes: number): Uint8Array {
  const count = Math.max(1, Math.ceil(chunk.length / valueBytes));
  const out = new Uint8Array(chunk.length + count * headBytes);
  const view = new DataView(out.buffer);
  for (let index = 0, at = 0; index < count; index++) {
    const piece = chunk.subarray(index * valueBytes, (index + 1) * valueBytes);
    view.setUint8(at, pduType.data);
    view.setUint32(at + 2, piece.length + 6);
    view.setUint32(at + 6, piece.length + 2);
    view.setUint8(at + 10, contextId);
    view.setUint8(at + 11, (isCommand ? 1 : 0) | (isLast && index === count - 1 ? 2 : 0));
    out.set(piece, at + headBytes);
    at += headBytes + piece.length;
  }
  return out;
}
