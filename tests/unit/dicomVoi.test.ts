import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { writtenWindow } from '../../native-bridge/export/dicom/frames.ts';
import { greyTable as printedGreys } from '../../native-bridge/export/picture/window.ts';
import { greyTable } from '../../renderer/viewport/develop.ts';
import { rangeOf } from '../../renderer/viewport/window.ts';
import { brightnessOf, curvePoints, type NamedVoiFunction, sameVoiFunction, type VoiFunction } from '../../src/dicom/voi.ts';
import type { XrayFrameAttributes } from '../../src/dicom/xrayFrame.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';

const curve: VoiFunction = {
  points: [
    [0, 0.1],
    [0.25, 0.7],
    [0.5, 0.4],
    [1, 1],
  ],
};
const functions: readonly VoiFunction[] = ['LINEAR', 'LINEAR_EXACT', 'SIGMOID', curve];
const named: readonly NamedVoiFunction[] = ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'];
const under = (voiFunction: VoiFunction, center: number, width: number) => (value: number) => brightnessOf(value, { center, width, voiFunction });

describe('the window of PS3.3 C.11.2.1.2 and C.11.2.1.3', () => {
  test('LINEAR of 4096 about 2048 is the identity on 12 bits, and of 1 a threshold: the examples of the standard', () => {
    const identity = under('LINEAR', 2048, 4096);
    expect([0, 1, 2047, 4094, 4095].map((value) => 4095 * identity(value))).toEqual([0, 1, 2047, 4094, 4095].map((value) => expect.closeTo(value, 9)));
    expect([2047, 2048, 2049].map(under('LINEAR', 2048, 1))).toEqual([0, 1, 1]);
    // 0 … 99 black to white.
    expect([-1, 0, 99, 100].map(under('LINEAR', 50, 100))).toEqual([0, 0, 1, 1]);
  });

  test('LINEAR_EXACT reaches its ends at the ends of the window', () => {
    expect([-1, 0, 25, 50, 100, 101].map(under('LINEAR_EXACT', 50, 100))).toEqual([0, 0, 0.25, 0.5, 1, 1]);
    expect([0.1, 0.5].map(under('LINEAR_EXACT', 0.25, 0.5))).toEqual([0.2, 1]);
  });

  test('SIGMOID is half at its centre, 0.88 and 0.12 at the ends of its window, and never steps', () => {
    const curve = under('SIGMOID', 100, 40);
    expect(curve(100)).toBe(0.5);
    expect([curve(80), curve(120)]).toEqual([expect.closeTo(1 / (1 + Math.exp(2)), 12), expect.closeTo(1 / (1 + Math.exp(-2)), 12)]);
    for (let value = 1; value < 256; value++) expect(curve(value)).toBeGreaterThan(curve(value - 1));
  });

  test.each(functions)('the points of a %s curve, joined by straight lines, are less than a grey away from it', (voiFunction) => {
    const window = { center: 900, width: 300, voiFunction };
    const points = curvePoints(window);
    const between = (value: number): number => {
      const next = points.findIndex((point) => point.value >= value);
      const [before, after] = [points[Math.max(0, next - 1)], points[next < 0 ? points.length - 1 : next]];
      if (!before || !after || before === after || next <= 0) return (next === 0 ? points[0] : points.at(-1))?.brightness ?? Number.NaN;
      return before.brightness + ((value - before.value) / (after.value - before.value)) * (after.brightness - before.brightness);
    };
    for (let value = 0; value < 2000; value++) expect(Math.abs(between(value) - brightnessOf(value, window))).toBeLessThan(1 / 255);
  });

  test.each(functions)('screen, print and video show the same greys under %s', (voiFunction) => {
    const range = rangeOf(1800, 700);
    for (const inverted of [false, true]) {
      const shown = greyTable(16, { range, voiFunction, inverted, padding: null });
      const printed = printedGreys({ ...range, voiFunction }, inverted);
      expect(printed.every((grey, value) => Math.abs(grey - ((shown[value] ?? 0) & 255)) <= 1)).toBe(true);
    }
  });
});

describe('the window of exported DICOM', () => {
  /** Brightness of a stored value in the source, and of what is written for it under the window that is written. */
  const bothOf = (stored: number, attributes: XrayFrameAttributes) => {
    const { windowCenter, windowWidth, voiFunction = 'LINEAR' } = attributes;
    const inverted = attributes.photometric === 'MONOCHROME1';
    const share = brightnessOf(stored, { center: windowCenter ?? 0, width: windowWidth ?? 0, voiFunction });
    const written: Partial<Record<string, string>> = { ...writtenWindow(attributes) };
    const window = {
      center: Number(written.WindowCenter),
      width: Number(written.WindowWidth),
      voiFunction: (written.VOILUTFunction ?? 'LINEAR') as VoiFunction,
    };
    return [inverted ? 1 - share : share, brightnessOf(inverted ? 4095 - stored : stored, window)] as const;
  };

  test.each(named.flatMap((voiFunction) => (['MONOCHROME1', 'MONOCHROME2'] as const).map((photometric) => [voiFunction, photometric] as const)))(
    'shows every value as %s of %s did, whose values are written inverted where small ones are bright',
    (voiFunction, photometric) => {
      const attributes = frameAttributes({
        ...{ rows: 1, columns: 1, bitsAllocated: 16, bitsStored: 12, photometric, windowCenter: 1500, windowWidth: 900, simulated: false },
        ...(voiFunction === 'LINEAR' ? {} : { voiFunction }),
      });
      for (let stored = 0; stored < 4096; stored += 7) {
        const [source, written] = bothOf(stored, attributes);
        expect(written).toBeCloseTo(source, 9);
      }
    },
  );

  test.each(['MONOCHROME1', 'MONOCHROME2'] as const)('shows every value of %s as the curve of a source did, by a table', (photometric) => {
    const inverted = photometric === 'MONOCHROME1';
    const attributes = frameAttributes({
      ...{ rows: 1, columns: 1, bitsAllocated: 16, bitsStored: 12, photometric, windowCenter: 1500, windowWidth: 900, simulated: false },
      voiFunction: curve,
    });
    const written = z
      .object({
        VOILUTSequence: z.tuple([z.object({ LUTDescriptor: z.tuple([z.number(), z.number(), z.literal(16)]), LUTData: z.tuple([z.instanceof(ArrayBuffer)]) })]),
      })
      .parse(writtenWindow(attributes)).VOILUTSequence[0];
    const [entries, first] = written.LUTDescriptor;
    const outputs = new Uint16Array(written.LUTData[0]);
    expect(outputs).toHaveLength(entries);
    for (let stored = 0; stored < 4096; stored++) {
      const share = brightnessOf(stored, { center: 1500, width: 900, voiFunction: curve });
      const value = inverted ? 4095 - stored : stored;
      const output = outputs[Math.min(Math.max(value - first, 0), entries - 1)] ?? Number.NaN;
      expect(output / 65_535).toBeCloseTo(inverted ? 1 - share : share, 4);
    }
  });
});

test('curves are the same when their points are, however they came', () => {
  const copy = JSON.parse(JSON.stringify(curve)) as VoiFunction;
  expect(sameVoiFunction(curve, copy)).toBe(true);
  expect(
    sameVoiFunction(curve, {
      points: [
        [0, 0.1],
        [0.25, 0.7],
        [0.5, 0.5],
        [1, 1],
      ],
    }),
  ).toBe(false);
  expect(sameVoiFunction(curve, 'SIGMOID')).toBe(false);
  expect(sameVoiFunction(undefined, undefined)).toBe(true);
});
