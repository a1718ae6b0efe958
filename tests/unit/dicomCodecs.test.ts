import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../native-bridge/sources/dicomDecode.ts';
import { codedFrame, describeFile } from '../../native-bridge/sources/dicomFile.ts';
import { seededRandom } from '../../src/base/random.ts';
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
  const stream = await encodeLosslessly(coding, input);
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

test('a stream of another family than the declared one is decoded as what it is', async () => {
  const decoded = await throughDicom('jpeg-ls', '1.2.840.10008.1.2.4.80', input(grey12, 12), '1.2.840.10008.1.2.4.70');
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
