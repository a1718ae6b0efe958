import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../native-bridge/sources/dicomDecode.ts';
import { codedFrame, describeFile } from '../../native-bridge/sources/dicomFile.ts';
import { decodeRle } from '../../src/dicom/rle.ts';
import { writeUnsigned } from '../../src/dicom/storedValues.ts';
import { type BuiltRun, buildPart10, element, encodeRleLiterally, xrayRun } from '../../test-data/dicomBuilder.ts';

const rle = '1.2.840.10008.1.2.5';

function opened(run: BuiltRun, transferSyntax = '1.2.840.10008.1.2.1') {
  const file = describeFile('FILE', buildPart10(xrayRun(run, transferSyntax !== '1.2.840.10008.1.2.2'), { transferSyntax }));
  if (!file.ok) throw new Error(file.fault.message);
  return file.value;
}

/** Frame `index` as the program works with it. */
async function unsigned(run: BuiltRun, index: number, transferSyntax?: string): Promise<readonly number[]> {
  const file = opened(run, transferSyntax);
  const coded = codedFrame(file, index);
  if (coded === null) throw new Error('no such frame');
  const decoded = await decodeFrame(coded);
  if (!decoded.ok) throw new Error(decoded.fault.message);
  const narrow = decoded.value.samplesPerPixel > 1 || file.palette !== null || file.image.bitsAllocated <= 8;
  const out = narrow ? new Uint8Array(run.rows * run.columns) : new Uint16Array(run.rows * run.columns);
  writeUnsigned(decoded.value, file.image, file.palette, out);
  return [...out];
}

const grey = (...values: number[]) => Uint16Array.from(values);

describe('stored values become unsigned', () => {
  test.each(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2'])('the second frame of a run in %s', async (syntax) => {
    const run = { rows: 1, columns: 3, bitsStored: 12, frames: [grey(1, 2, 3), grey(40, 4095, 600)] };
    expect(await unsigned(run, 1, syntax)).toEqual([40, 4095, 600]);
  });

  test('bits outside the stored ones are dropped', async () => {
    expect(await unsigned({ rows: 1, columns: 2, bitsStored: 12, frames: [grey(0xf123, 0x8fff)] }, 0)).toEqual([0x123, 0xfff]);
  });

  test('values that do not end at bit 0 are shifted down', async () => {
    const run = { rows: 1, columns: 2, bitsStored: 12, frames: [grey(0x1230, 0xfff0)], also: [element(0x00280102, 'US', [15])] };
    expect(await unsigned(run, 0)).toEqual([0x123, 0xfff]);
  });

  test('signed values keep their order', async () => {
    const run = { rows: 1, columns: 4, bitsStored: 12, signed: true, frames: [Int16Array.of(-2048, -1, 0, 2047)] };
    expect(await unsigned(run, 0)).toEqual([0, 2047, 2048, 4095]);
  });

  test('colour becomes luma, planes or not', async () => {
    const run = { rows: 1, columns: 2, samplesPerPixel: 3, photometric: 'RGB' };
    expect(await unsigned({ ...run, frames: [Uint8Array.of(255, 0, 0, 10, 20, 30)] }, 0)).toEqual([77, 18]);
    const planar = { ...run, frames: [Uint8Array.of(255, 10, 0, 20, 0, 30)], also: [element(0x00280006, 'US', [1])] };
    expect(await unsigned(planar, 0)).toEqual([77, 18]);
  });

  test('colour in planes comes out of a deflated dataset as out of a plain one', async () => {
    const planes = Uint8Array.from({ length: 6 * 8 * 3 }, (_, index) => (index * 37) & 255);
    const run = { rows: 6, columns: 8, frames: [planes], samplesPerPixel: 3, photometric: 'RGB', also: [element(0x00280006, 'US', [1])] };
    expect(await unsigned(run, 0, '1.2.840.10008.1.2.1.99')).toEqual(await unsigned(run, 0));
  });

  test('a colour table becomes luma', async () => {
    const table = (high: number) => element(high, 'OW', Uint8Array.of(0, 0, 0, 128, 0, 255));
    const also = [element(0x00281101, 'US', [3, 10, 16]), table(0x00281201), table(0x00281202), table(0x00281203)];
    expect(await unsigned({ rows: 1, columns: 4, photometric: 'PALETTE COLOR', frames: [Uint8Array.of(9, 10, 11, 200)], also }, 0)).toEqual([0, 0, 128, 255]);
  });

  test('single bits become zeros and ones, also where a frame begins within a byte', async () => {
    const bits = [element(0x00280100, 'US', [1]), element(0x00280101, 'US', [1]), element(0x00280102, 'US', [0]), element(0x00280008, 'IS', '2')];
    const run = { rows: 1, columns: 5, frames: [], also: [...bits, element(0x7fe00010, 'OB', Uint8Array.of(0b10101001, 0b11))] };
    expect(await unsigned(run, 0)).toEqual([1, 0, 0, 1, 0]);
    expect(await unsigned(run, 1)).toEqual([1, 0, 1, 1, 1]);
  });
});

describe('encapsulated frames', () => {
  const frames = [0, 1, 2].map((frame) => Uint16Array.from({ length: 64 }, (_, index) => index * 3 + frame));
  const whole = frames.map((frame) => [encodeRleLiterally(frame)]);
  const halves = frames.map((frame) => {
    const bytes = encodeRleLiterally(frame);
    return [bytes.slice(0, 80), bytes.slice(80)];
  });
  test.each([
    ['one fragment a frame, table of offsets', whole, true],
    ['one fragment a frame, no table', whole, false],
    ['two fragments a frame, table of offsets', halves, true],
    ['two fragments a frame, no table', halves, false],
  ])('%s', async (_, codedFrames, offsetTable) => {
    const run = { rows: 8, columns: 8, frames, coded: { frames: codedFrames, offsetTable } };
    for (const [index, frame] of frames.entries()) expect(await unsigned(run, index, rle)).toEqual([...frame]);
  });

  test('an extended table of offsets is followed', async () => {
    const starts = BigUint64Array.from(halves, (_, index) =>
      BigInt(halves.slice(0, index).reduce((sum, parts) => sum + parts.reduce((s, p) => s + 8 + p.length, 0), 0)),
    );
    const lengths = BigUint64Array.from(halves, (parts) => BigInt(parts.reduce((sum, part) => sum + part.length, 0)));
    const tables = [element(0x7fe00001, 'OV', new Uint8Array(starts.buffer)), element(0x7fe00002, 'OV', new Uint8Array(lengths.buffer))];
    const run = { rows: 8, columns: 8, frames, also: tables, coded: { frames: halves, offsetTable: false } };
    for (const [index, frame] of frames.entries()) expect(await unsigned(run, index, rle)).toEqual([...frame]);
  });

  test('RLE that is declared uncompressed is decoded as what it is', async () => {
    const run = { rows: 8, columns: 8, frames, coded: { frames: whole, offsetTable: true } };
    for (const [index, frame] of frames.entries()) expect(await unsigned(run, index, '1.2.840.10008.1.2.1')).toEqual([...frame]);
  });

  test('an offset table that does not fit the fragments is not believed', async () => {
    const run = xrayRun({ rows: 8, columns: 8, frames, also: [element(0x7fe00010, 'OB', { offsets: [0, 4, 8], fragments: whole.flat() })] });
    const file = describeFile('FILE', buildPart10(run, { transferSyntax: rle }));
    expect(file.ok && file.value.table.frames.length).toBe(3);
  });

  test('fewer frames than the header counts are said to be missing', () => {
    const file = opened({ rows: 8, columns: 8, frames, coded: { frames: whole.slice(0, 2), offsetTable: false } }, rle);
    expect(file.table.shortage).toBe('2 of 3 frames are there');
  });

  test('a list of frames that is not closed is a file cut short', () => {
    const bytes = buildPart10(xrayRun({ rows: 8, columns: 8, frames, coded: { frames: whole, offsetTable: true } }), { transferSyntax: rle });
    for (const missing of [8, 9, 100]) {
      const file = describeFile('FILE', bytes.subarray(0, -missing));
      expect(file.ok ? 'opened' : file.fault.message).toMatch(/is cut short/);
    }
  });
});

describe('RLE', () => {
  test('whatever is coded comes back (seed 77)', () => {
    fc.assert(
      fc.property(fc.uint16Array({ minLength: 1, maxLength: 700 }), (samples) => {
        const decoded = decodeRle(encodeRleLiterally(samples), samples.length, 1, 2);
        expect(decoded?.short).toBe(false);
        expect(decoded?.bytes).toEqual(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      }),
      { seed: 77, numRuns: 200 },
    );
  });

  test('runs are repeated, and a no-operation byte is passed over', () => {
    const frame = new Uint8Array(70);
    frame.set([1, 0, 0, 0, 64], 0);
    frame.set([128, 254, 7, 1, 5, 6], 64);
    expect(decodeRle(frame, 5, 1, 1)).toEqual({ bytes: Uint8Array.of(7, 7, 7, 5, 6), short: false });
  });

  test('random bytes never throw, and never take memory for what they cannot hold (seed 78)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const decoded = decodeRle(bytes, 2 ** 28, 1, 2);
        expect(decoded === null || decoded.bytes.length === 0).toBe(true);
      }),
      { seed: 78, numRuns: 300 },
    );
  });
});
