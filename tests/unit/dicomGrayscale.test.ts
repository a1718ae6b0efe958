import { describe, expect, test } from 'vitest';
import { frameAttributesSchema } from '../../native-bridge/record/schemas.ts';
import { describeFile } from '../../native-bridge/sources/dicomFile.ts';
import { decodeRunLengths } from '../../src/base/runLength.ts';
import { frameAttributesOf } from '../../src/dicom/frameAttributes.ts';
import { overlayReader } from '../../src/dicom/overlay.ts';
import { type BuiltElement, buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';

const source = { frameNumber: 0, frameTimeMs: null, deviceTimeMs: null };

function attributesOf(also: readonly BuiltElement[], signed = false, frames = 1) {
  const run = xrayRun({ rows: 2, columns: 4, bitsStored: 12, signed, frames: Array.from({ length: frames }, () => new Uint16Array(8)), also });
  const file = describeFile('FILE', buildPart10(run));
  if (!file.ok) throw new Error(file.fault.message);
  const { dataset, image } = file.value;
  return { dataset, image, attributes: frameAttributesOf(dataset, image, 0, source) };
}

/** A class whose modality transformation is for display: that of angiography is not. */
const secondaryCapture = element(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.7');
const window = (center: string, width: string) => [element(0x00281050, 'DS', center), element(0x00281051, 'DS', width)];
const rescale = (slope: string, intercept: string) => [element(0x00281053, 'DS', slope), element(0x00281052, 'DS', intercept)];
const table = (sequence: number, first: number, values: readonly number[]) =>
  element(sequence, 'SQ', [[element(0x00283002, 'US', [values.length, first, 16]), element(0x00283006, 'US', [...values])]]);

describe('what is to be shown, in stored values', () => {
  test.each(['1.2.840.10008.5.1.4.1.1.12.1', '1.2.840.10008.5.1.4.1.1.12.2'])(
    'in %s the modality transformation is no part of what is shown: the window is in stored values',
    (sopClass) => {
      const { attributes } = attributesOf([element(0x00080016, 'UI', sopClass), ...window('100', '50'), ...rescale('-2', '500')]);
      expect(attributes).toMatchObject({ windowCenter: 100, windowWidth: 50, photometric: 'MONOCHROME2', rescale: { slope: -2, intercept: 500 } });
    },
  );

  test('a window through a rescale that falls is the same window, with black and white changed about', () => {
    const { attributes } = attributesOf([secondaryCapture, ...window('100', '50'), ...rescale('-2', '500')]);
    expect(attributes).toMatchObject({ windowCenter: 200, windowWidth: 25, photometric: 'MONOCHROME1', rescale: { slope: -2, intercept: 500 } });
  });

  test('a window through a modality table goes back through the table', () => {
    const squares = Array.from({ length: 100 }, (_, index) => index * index);
    const { attributes } = attributesOf([secondaryCapture, ...window('2500', '3200'), table(0x00283000, 10, squares)]);
    // 900 is the square of 30, 4100 is reached at 65; the table begins at stored value 10.
    expect(attributes).toMatchObject({ windowCenter: 10 + (30 + 65) / 2, windowWidth: 35 });
  });

  test('a VOI table is the curve of the window in which it does not stay the same, whichever way it goes', () => {
    const straight = Array.from({ length: 1001 }, (_, index) => Math.min(65_535, Math.max(0, (index - 200) * 150)));
    const { attributes } = attributesOf([table(0x00283010, 1000, straight)]);
    // 65535 is reached at the 437th step behind 1200.
    expect(attributes).toMatchObject({ windowCenter: 1200 + 437 / 2, windowWidth: 437, photometric: 'MONOCHROME2' });
    expect(attributes.voiFunction).toEqual({
      points: [
        [0, 0],
        [1, 1],
      ],
    });
    const toAndFro = attributesOf([table(0x00283010, 0, [0, 50_000, 10_000, 65_535])]).attributes;
    expect(toAndFro).toMatchObject({ windowCenter: 1.5, windowWidth: 3, voiFunction: { points: [[0, 0], expect.anything(), expect.anything(), [1, 1]] } });
  });

  test('a VOI table through a rescale that falls is a curve that falls', () => {
    const rising = Array.from({ length: 101 }, (_, index) => Math.round(index * 655.35));
    const { attributes } = attributesOf([secondaryCapture, ...rescale('-2', '500'), table(0x00283010, 100, rising)]);
    expect(attributes).toMatchObject({
      windowCenter: 175,
      windowWidth: 50,
      photometric: 'MONOCHROME2',
      voiFunction: {
        points: [
          [0, 1],
          [1, 0],
        ],
      },
    });
  });

  test('a table that is the same everywhere says nothing; one that declares more bits than it uses is as bright as it gets', () => {
    expect(attributesOf([table(0x00283010, 0, [7, 7, 7])]).attributes).toMatchObject({ windowCenter: null, windowWidth: null });
    expect(attributesOf([table(0x00283010, 0, [0, 1000, 2000])]).attributes.voiFunction).toEqual({
      points: [
        [0, 0],
        [1, 1],
      ],
    });
  });

  test('a table of noise takes no more than 256 points in a record, and reads back from one', () => {
    const noise = Array.from({ length: 4096 }, (_, index) => (index * 48_271) % 65_521);
    const { attributes } = attributesOf([table(0x00283010, 0, noise)]);
    const points = typeof attributes.voiFunction === 'object' ? attributes.voiFunction.points.length : 0;
    expect(points).toBe(256);
    const recorded = JSON.parse(JSON.stringify({ ...attributes, pixels: { sha256: '0'.repeat(64), bytes: 16 } }));
    expect(frameAttributesSchema.parse(recorded)).toEqual(recorded);
  });

  test('with signed pixels a table begins at a signed value', () => {
    const rising = Array.from({ length: 101 }, (_, index) => index);
    const { attributes } = attributesOf([secondaryCapture, ...window('50', '20'), table(0x00283000, 65_536 - 50, rising)], true);
    expect(attributes).toMatchObject({ windowCenter: 2048, windowWidth: 20 });
  });

  test('a table that is cut short is no way back', () => {
    const cut = element(0x00283000, 'SQ', [[element(0x00283002, 'US', [100, 0, 16]), element(0x00283006, 'US', [1, 2])]]);
    expect(attributesOf([secondaryCapture, ...window('50', '20'), cut]).attributes.windowCenter).toBeNull();
  });
});

describe('graphics that the source draws', () => {
  const overlay = (group: number, bits: number, also: readonly BuiltElement[] = []) => [
    element(group * 0x10000 + 0x0010, 'US', [2]),
    element(group * 0x10000 + 0x0011, 'US', [4]),
    element(group * 0x10000 + 0x0040, 'CS', 'G'),
    element(group * 0x10000 + 0x0050, 'SS', [2, 3]),
    element(group * 0x10000 + 0x1500, 'LO', 'Scale'),
    element(group * 0x10000 + 0x3000, 'OW', Uint8Array.of(bits, bits >> 8)),
    ...also,
  ];

  test('comes with its place and its pixels, for every frame', () => {
    const overlaysOf = overlayReader(attributesOf(overlay(0x6000, 0b0110_0001), false, 3).dataset);
    const [first] = overlaysOf(0);
    expect(first).toMatchObject({ kind: 'graphics', label: 'Scale', originImagePx: [2, 1] });
    expect(first && [...decodeRunLengths(first.mask)]).toEqual([1, 0, 0, 0, 0, 1, 1, 0]);
    expect(overlaysOf(2)).toEqual(overlaysOf(0));
  });

  test('of several frames each belongs to its own', () => {
    const group = 0x6002;
    const frames = [element(group * 0x10000 + 0x0015, 'IS', '2'), element(group * 0x10000 + 0x0051, 'US', [2])];
    const overlaysOf = overlayReader(attributesOf(overlay(group, 0x01_80, frames), false, 4).dataset);
    expect([0, 1, 2, 3].map((frame) => overlaysOf(frame).map(({ mask }) => [...decodeRunLengths(mask)]))).toEqual([
      [],
      [[0, 0, 0, 0, 0, 0, 0, 1]],
      [[1, 0, 0, 0, 0, 0, 0, 0]],
      [],
    ]);
  });

  test('with less data than it says there is none', () => {
    const group = 0x6000 * 0x10000;
    const also = [element(group + 0x0010, 'US', [200]), element(group + 0x0011, 'US', [200]), element(group + 0x3000, 'OW', Uint8Array.of(1, 2))];
    expect(overlayReader(attributesOf(also).dataset)(0)).toEqual([]);
  });

  test('what a frame says of itself reads back from a record', () => {
    const { dataset, image } = attributesOf([...overlay(0x6000, 5), ...window('100', '50'), ...rescale('2', '0')]);
    const attributes = frameAttributesOf(dataset, image, 0, { ...source, overlays: overlayReader(dataset)(0) });
    const recorded = JSON.parse(JSON.stringify({ ...attributes, pixels: { sha256: '0'.repeat(64), bytes: 16 } }));
    expect(frameAttributesSchema.parse(recorded)).toEqual(recorded);
    expect(attributes.overlays).toHaveLength(1);
  });
});
