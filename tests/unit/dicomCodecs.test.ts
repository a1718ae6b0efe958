import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../native-bridge/sources/dicomDecode.ts';
import { codedFrame, describeFile } from '../../native-bridge/sources/dicomFile.ts';
import { seededRandom } from '../../src/base/random.ts';
import { streamSize } from '../../src/dicom/codeStream.ts';
import { type EncodableCoding, type EncoderInput, encodeLosslessly } from '../../test-data/codecEncoders.ts';
import { buildPart10, xrayRun } from '../../test-data/dicomBuilder.ts';

const syntaxes: readonly (readonly [coding: EncodableCoding, uid: string])[] = [
  ['jpeg-ls', '1.2.840.10008.1.2.4.80'],
  ['jpeg-2000', '1.2.840.10008.1.2.4.90'],
  ['htj2k', '1.2.840.10008.1.2.4.201'],
  ['jpeg-xl', '1.2.840.10008.1.2.4.110'],
];
const [width, height] = [40, 30];
const pixels = width * height;

const grey8 = Uint8Array.from({ length: pixels }, (_, index) => (index * 7) & 0xff);
const grey12 = Uint16Array.from({ length: pixels }, (_, index) => (index * 37) & 0xfff);
const grey16 = Uint16Array.from({ length: pixels }, (_, index) => (index * 977) & 0xffff);
const colour = Uint8Array.from({ length: pixels * 3 }, (_, index) => (index * 11) & 0xff);

async function throughDicom(coding: EncodableCoding, uid: string, input: EncoderInput, declaredAs = uid) {
  return decodedStream(await encodeLosslessly(coding, input), declaredAs, input);
}

function decodedStream(stream: Uint8Array, declaredAs: string, input: EncoderInput) {
  const run = xrayRun({
    rows: height,
    columns: width,
    bitsStored: input.bitsPerSample,
    samplesPerPixel: input.componentCount,
    photometric: input.componentCount === 3 ? 'RGB' : 'MONOCHROME2',
    signed: input.isSigned,
    frames: [input.samples],
    coded: { frames: [[stream]], offsetTable: true },
  });
  const file = describeFile('FILE', buildPart10(run, { transferSyntax: declaredAs }));
  if (!file.ok) throw new Error(file.fault.message);
  const frame = codedFrame(file.value, 0);
  if (frame === null) throw new Error('no frame');
  return decodeFrame(frame);
}

const input = (samples: EncoderInput['samples'], bitsPerSample: number, componentCount = 1, isSigned = false): EncoderInput => ({
  width,
  height,
  bitsPerSample,
  componentCount,
  isSigned,
  samples,
});

describe.each(syntaxes)('%s', (coding, uid) => {
  test.each([
    ['8 bits', input(grey8, 8)],
    ['12 bits', input(grey12, 12)],
    ['16 bits', input(grey16, 16)],
    ['colour', input(colour, 8, 3)],
  ])('%s come back as they were', async (_, picture) => {
    const decoded = await throughDicom(coding, uid, picture);
    expect(decoded).toMatchObject({ ok: true, value: { samplesPerPixel: picture.componentCount } });
    expect(decoded.ok && [...decoded.value.cells]).toEqual([...picture.samples]);
  });

  test('a stream cut in half is damage or a frame, never a crash', async () => {
    const stream = await encodeLosslessly(coding, input(grey12, 12));
    const half = stream.slice(0, stream.length >> 1);
    const run = xrayRun({ rows: height, columns: width, bitsStored: 12, frames: [grey12], coded: { frames: [[half]], offsetTable: true } });
    const file = describeFile('FILE', buildPart10(run, { transferSyntax: uid }));
    const frame = file.ok ? codedFrame(file.value, 0) : null;
    if (frame === null) throw new Error('no frame');
    const decoded = await decodeFrame(frame);
    expect(decoded.ok ? decoded.value.cells.length : decoded.fault.message).toEqual(decoded.ok ? pixels : expect.stringMatching(/is damaged/));
  });
});

test.each(syntaxes)('streams of %s damaged anywhere do no harm to the next one (seed 40)', async (coding, uid) => {
  const stream = await encodeLosslessly(coding, input(grey12, 12));
  const random = seededRandom(40);
  const decode = async (bytes: Uint8Array) => {
    const run = xrayRun({ rows: height, columns: width, bitsStored: 12, frames: [grey12], coded: { frames: [[bytes]], offsetTable: true } });
    const file = describeFile('FILE', buildPart10(run, { transferSyntax: uid }));
    const frame = file.ok ? codedFrame(file.value, 0) : null;
    if (frame === null) throw new Error('no frame');
    return decodeFrame(frame);
  };
  for (let round = 0; round < 8; round++) {
    const damaged = stream.slice();
    for (let i = 0; i < 6; i++) damaged[40 + (random.uint32() % (stream.length - 40))] = random.uint32() & 0xff;
    await decode(damaged);
    const whole = await decode(stream);
    expect(whole.ok && [...whole.value.cells]).toEqual([...grey12]);
  }
});

test.each([
  ['jpeg-2000', '1.2.840.10008.1.2.4.90'],
  ['htj2k', '1.2.840.10008.1.2.4.201'],
] as const)('signed samples in %s keep their sign', async (coding, uid) => {
  const samples = Int16Array.from({ length: pixels }, (_, index) => ((index * 37) & 0xfff) - 2048);
  const decoded = await throughDicom(coding, uid, input(samples, 12, 1, true));
  expect(decoded.ok && [...new Int16Array(Uint16Array.from(decoded.value.cells).buffer)]).toEqual([...samples]);
});

test.each([
  ['jpeg-2000', '1.2.840.10008.1.2.4.90', 8],
  ['jpeg-2000', '1.2.840.10008.1.2.4.90', 5],
  ['htj2k', '1.2.840.10008.1.2.4.201', 8],
] as const)('signed samples in %s (%s) of %d bits keep their sign below zero', async (coding, uid, bits) => {
  const half = 2 ** (bits - 1);
  const samples = Int8Array.from({ length: pixels }, (_, index) => ((index * 7) % (2 * half)) - half);
  // A stream of unsigned samples, called signed, is that of the same samples less half their range.
  const stream = await encodeLosslessly(
    coding,
    input(
      Uint8Array.from(samples, (value) => value + half),
      bits,
    ),
  );
  const depthAt = streamSize(stream)?.depthsAt[0] ?? 0;
  stream[depthAt] = (stream[depthAt] ?? 0) | 0x80;
  const decoded = await decodedStream(stream, uid, input(new Uint8Array(samples.buffer), bits, 1, true));
  expect(decoded.ok && [...Int8Array.from(decoded.value.cells)]).toEqual([...samples]);
});

test('a JPEG 2000 stream of another size than the header says is told by both sizes', async () => {
  const stream = await encodeLosslessly('jpeg-2000', input(grey8, 8));
  new DataView(stream.buffer, stream.byteOffset).setUint32(8, 0xdde00100);
  const decoded = await decodedStream(stream, '1.2.840.10008.1.2.4.90', input(grey8, 8));
  expect(decoded.ok ? '' : decoded.fault.message).toBe(`is damaged: its code stream has 30 rows and ${0xdde00100} columns, the header says 30 and 40`);
});

test('a stream of another family than the declared one is decoded as what it is', async () => {
  const decoded = await throughDicom('jpeg-ls', '1.2.840.10008.1.2.4.80', input(grey12, 12), '1.2.840.10008.1.2.4.70');
  expect(decoded.ok && [...decoded.value.cells]).toEqual([...grey12]);
});

test.each<[EncodableCoding, string, readonly number[]]>([
  ['jpeg-ls', '1.2.840.10008.1.2.4.80', [0, 0]],
  ['jpeg-ls', '1.2.840.10008.1.2.4.80', [0xff]],
  ['jpeg-2000', '1.2.840.10008.1.2.4.90', [0, 0, 0, 0]],
])('filling in front of a stream of %s in %s is passed over: %s', async (coding, uid, filling) => {
  const stream = await encodeLosslessly(coding, input(grey12, 12));
  const decoded = await decodedStream(Uint8Array.from([...filling, ...stream]), uid, input(grey12, 12));
  expect(decoded.ok && [...decoded.value.cells]).toEqual([...grey12]);
});

test('what is declared compressed and is not, is damage with the right words', async () => {
  const run = xrayRun({ rows: height, columns: width, frames: [grey8], coded: { frames: [[grey8]], offsetTable: false } });
  const file = describeFile('FILE', buildPart10(run, { transferSyntax: '1.2.840.10008.1.2.4.50' }));
  const frame = file.ok ? codedFrame(file.value, 0) : null;
  if (frame === null) throw new Error('no frame');
  const decoded = await decodeFrame(frame);
  expect(decoded.ok ? '' : decoded.fault.message).toBe('is damaged: it is said to be JPEG Baseline (Process 1) and does not begin as such');
});
