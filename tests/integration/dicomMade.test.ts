import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeFrame } from '../../native-bridge/sources/dicomDecode.ts';
import { codedFrame, describeFile } from '../../native-bridge/sources/dicomFile.ts';
import { type BuiltRun, buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';
import { programPath } from './videoPeers.ts';

// Pictures of every kind, put by DCMTK into every coding that it writes: what comes out must be what went in, or what DCMTK makes of it.

const without = programPath('dcmcjpeg') === null;
const folder = mkdtempSync(join(tmpdir(), 'pedicle-made-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// An odd number of bytes a frame, so that frames begin anywhere and are padded.
const [rows, columns] = [31, 33];
const wave = (frame: number, index: number): number => (Math.sin((index % columns) / 7 + frame) + Math.cos(Math.floor(index / columns) / 5) + 2) / 4;
const each = <T>(make: (frame: number) => T): readonly T[] => [0, 1, 2].map(make);
const values = (frame: number, highest: number, samples = 1): readonly number[] =>
  Array.from({ length: rows * columns * samples }, (_, index) => Math.round(highest * wave(frame + (index % samples), Math.floor(index / samples))));

const kinds: Readonly<Record<string, BuiltRun>> = {
  '8 bits': { rows, columns, frames: each((frame) => Uint8Array.from(values(frame, 255))) },
  '10 bits': { rows, columns, bitsStored: 10, frames: each((frame) => Uint16Array.from(values(frame, 1023))) },
  '12 bits': { rows, columns, bitsStored: 12, frames: each((frame) => Uint16Array.from(values(frame, 4095))) },
  '16 bits': { rows, columns, frames: each((frame) => Uint16Array.from(values(frame, 65_535))) },
  'signed 12 bits': { rows, columns, bitsStored: 12, signed: true, frames: each((frame) => Int16Array.from(values(frame, 4095), (value) => value - 2048)) },
  'signed 16 bits': { rows, columns, signed: true, frames: each((frame) => Int16Array.from(values(frame, 65_535), (value) => value - 32_768)) },
  colour: {
    ...{ rows, columns, samplesPerPixel: 3, photometric: 'RGB', also: [element(0x00280006, 'US', [0])] },
    frames: each((frame) => Uint8Array.from(values(frame, 255, 3))),
  },
};

/** Programs of DCMTK that write without loss, by what they are told. */
const lossless: Readonly<Record<string, readonly string[]>> = {
  'big endian': ['dcmconv', '+tb'],
  implicit: ['dcmconv', '+ti'],
  deflated: ['dcmconv', '+td'],
  RLE: ['dcmcrle'],
  'RLE in fragments of a kilobyte, without a table': ['dcmcrle', '+fs', '1', '-ot'],
  'lossless JPEG': ['dcmcjpeg', '+e1'],
  'lossless JPEG, predictor 6': ['dcmcjpeg', '+el', '+sv', '6'],
  'lossless JPEG in fragments, without a table': ['dcmcjpeg', '+e1', '+fs', '1', '-ot'],
  'JPEG-LS': ['dcmcjpls'],
  'JPEG-LS, line by line': ['dcmcjpls', '+il'],
  'JPEG-LS, sample by sample': ['dcmcjpls', '+is'],
};
const lossy: Readonly<Record<string, readonly string[]>> = {
  'baseline JPEG': ['dcmcjpeg', '+eb'],
  'extended JPEG of 12 bits': ['dcmcjpeg', '+ee'],
  'spectral selection': ['dcmcjpeg', '+es'],
  'progressive JPEG': ['dcmcjpeg', '+ep'],
  'near-lossless JPEG-LS': ['dcmcjpls', '+en', '+md', '3'],
};

const at = (name: string) => join(folder, name);
const run = ([program = '', ...options]: readonly string[], from: string, to: string): void =>
  void execFileSync(program, [...options, at(from), at(to)], { stdio: 'pipe' });

/** Every frame as stored, in the bytes of this machine. */
async function framesOf(name: string): Promise<readonly Uint8Array[]> {
  const file = describeFile(name, new Uint8Array(readFileSync(at(name))));
  if (!file.ok) throw new Error(file.fault.message);
  const decoded = await Promise.all(file.value.table.frames.map(async (_, index) => decodeFrame(codedFrame(file.value, index) ?? expect.unreachable())));
  return decoded.map((frame) => {
    if (!frame.ok) throw new Error(frame.fault.message);
    const { cells } = frame.value;
    return new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
  });
}
const bytesOf = (frames: BuiltRun['frames']) => frames.map((frame) => new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength));

describe.skipIf(without)(`pictures that DCMTK has coded${without ? ' (skipped: dcmcjpeg is not installed)' : ''}`, () => {
  for (const [kind, picture] of Object.entries(kinds)) {
    test(`of ${kind} come out as they went in, through ${Object.keys(lossless).length} lossless codings`, async () => {
      writeFileSync(at('plain.dcm'), buildPart10(xrayRun({ ...picture, also: [...(picture.also ?? []), element(0x00080018, 'UI', '1.2.3.4')] })));
      for (const [coding, command] of Object.entries(lossless)) {
        run(command, 'plain.dcm', 'coded.dcm');
        const [frames, wanted] = [await framesOf('coded.dcm'), bytesOf(picture.frames)];
        expect(frames.length, coding).toBe(3);
        expect(
          frames.every((bytes, index) => Buffer.compare(bytes, wanted[index] ?? new Uint8Array()) === 0),
          coding,
        ).toBe(true);
      }
    });
  }

  test.each(['8 bits', '10 bits', '12 bits', '16 bits'])('of %s come out of lossy codings as DCMTK decodes them', async (kind) => {
    const picture = kinds[kind] ?? expect.unreachable();
    writeFileSync(at('plain.dcm'), buildPart10(xrayRun({ ...picture, also: [element(0x00080018, 'UI', '1.2.3.4')] })));
    for (const [coding, command] of Object.entries(lossy)) {
      run(command, 'plain.dcm', 'coded.dcm');
      run([command[0] === 'dcmcjpls' ? 'dcmdjpls' : 'dcmdjpeg'], 'coded.dcm', 'decoded.dcm');
      const [ours, theirs] = [await framesOf('coded.dcm'), await framesOf('decoded.dcm')];
      const furthest = ours.map((bytes, frame) => Math.max(...bytes.map((byte, index) => Math.abs(byte - (theirs[frame]?.[index] ?? 0)))));
      // Two inverse transforms of 8 bits may round differently; everything else is defined to the bit.
      expect(Math.max(...furthest), coding).toBeLessThanOrEqual(1);
      expect(ours.length, coding).toBe(3);
    }
  });
});
