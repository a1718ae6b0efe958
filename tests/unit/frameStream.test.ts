import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { startFrameStream } from '../../native-bridge/server/frameStream.ts';
import { createFrameParser } from '../../renderer/link/frameParser.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';

/** A viewer whose socket takes pixels when it is told to, and what it has been told so far. */
function viewer() {
  const taken: (() => void)[] = [];
  const told: string[] = [];
  const parse = createFrameParser(({ header: { seq, dropped } }) => told.push(`whole ${seq}, ${dropped} dropped`), {
    onAhead: ({ header: { seq } }) => told.push(`ahead ${seq}`),
  });
  const write = (bytes: Buffer, done?: () => void) => {
    parse(new Uint8Array(bytes));
    if (done) taken.push(done);
  };
  const response = { writeHead: () => undefined, flushHeaders: () => undefined, socket: null, on: () => undefined, end: () => undefined, write };
  const stream = startFrameStream(response as unknown as ServerResponse, () => undefined);
  return { stream, told, take: () => taken.shift()?.() };
}

const unseen = (seq: number) => ({
  header: { plane: 'a' as const, seq, tMs: seq * 66, stampedEpochMs: 0 },
  frame: { attributes: frameAttributes({ rows: 2, columns: 2, bitsStored: 12, frameNumber: seq }), pixels: new Uint16Array(4) },
});
const seen = (seq: number) => ({ header: { ...unseen(seq).header, observation: null }, frame: unseen(seq).frame });

test('pixels go ahead of what guidance sees, which then goes alone', () => {
  const { stream, told, take } = viewer();
  stream.sendAhead(unseen(1));
  take();
  expect(told).toEqual(['ahead 1']);
  stream.offer(seen(1));
  expect(told).toEqual(['ahead 1', 'whole 1, 0 dropped']);
  stream.sendAhead(unseen(2));
  stream.offer(seen(2));
  expect(told.slice(2)).toEqual(['ahead 2', 'whole 2, 0 dropped']);
});

test('while a frame is on its way none goes ahead: whole ones wait, the newest wins, the others are counted', () => {
  const { stream, told, take } = viewer();
  stream.sendAhead(unseen(1));
  for (const seq of [2, 3, 4]) stream.sendAhead(unseen(seq));
  for (const seq of [1, 2, 3, 4]) stream.offer(seen(seq));
  expect(told).toEqual(['ahead 1', 'whole 1, 0 dropped']);
  take();
  expect(told.slice(2)).toEqual(['whole 4, 2 dropped']);
});

test('guidance that takes longer than a frame costs no picture: each is sent when it was seen', () => {
  const { stream, told, take } = viewer();
  stream.sendAhead(unseen(1));
  take();
  stream.sendAhead(unseen(2));
  for (const seq of [1, 2]) {
    stream.offer(seen(seq));
    take();
  }
  expect(told).toEqual(['ahead 1', 'whole 1, 0 dropped', 'whole 2, 0 dropped']);
});
