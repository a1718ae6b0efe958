/**
 * Records in real time with the real writer until it is killed: two planes of 512² 16 bit at 15 fps, an injector at 50 Hz, ticks.
 * Says each sample on standard output when it has handed it to the writer. Arguments: the record's folder.
 */
import { openRecordWriter } from '../../native-bridge/record/writer.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';
import { testHeader } from '../unit/recordFixture.ts';

const opened = await openRecordWriter({ folder: process.argv[2] ?? '' }, testHeader, (message) => process.stderr.write(`${message}\n`));
if (!opened.ok) throw new Error(opened.fault.message);
const writer = opened.value;
const startMs = performance.now();
let seq = 0;

type Unstamped<S> = S extends Sample ? Omit<S, 'tMs' | 'seq'> : never;
function record(sample: Unstamped<Sample>): void {
  const tMs = Math.round((performance.now() - startMs) * 1000) / 1000;
  writer.write({ ...sample, tMs, seq } as Sample);
  process.stdout.write(`${seq} ${tMs} ${sample.topic}\n`);
  seq++;
}

const size = 512;
function frame(plane: 'a' | 'b', frameNumber: number): void {
  const pixels = new Uint16Array(new SharedArrayBuffer(size * size * 2));
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 7919 + frameNumber * 104_729) & 4095;
  const attributes = frameAttributes({ rows: size, columns: size, frameNumber });
  record({ topic: `/plane/${plane}/frame`, data: { attributes, pixels } });
}

let frames = 0;
setInterval(() => {
  frame('a', frames);
  frame('b', frames++);
}, 1000 / 15);
let bytes = 0;
setInterval(() => record({ topic: '/injector/bytes', data: { device: 'injector', data: Buffer.from([bytes++ & 255]).toString('base64') } }), 20);
let ticks = 0;
setInterval(() => record({ topic: '/tick', data: { count: ticks++ } }), 100);
