import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../src/base/bytes.ts';
import { crc16 } from '../../src/base/crc.ts';
import { combineSeeds, seededRandom } from '../../src/base/random.ts';
import { decodeRunLengths, encodeRunLengths } from '../../src/base/runLength.ts';
import { pressureFromKpa, pressureToKpa, ratedBalloonPressureKpa } from '../../src/base/units.ts';

describe('base64', () => {
  it('agrees with the platform for any bytes, both ways (seed 1)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = toBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(fromBase64(text)).toEqual(bytes);
      }),
      { seed: 1 },
    );
  });

  it('refuses what is not base64', () => {
    for (const text of ['A', 'AAA', 'AA=A', '====', 'AA\u00e9A', 'AA A']) expect(fromBase64(text)).toBeNull();
  });
});

describe('CRC-16', () => {
  it('gives the published check value of XMODEM and the New Era vector', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x31c3);
    expect(crc16(Buffer.from('SAF0'))).toBe(0x5543);
  });
});

describe('run lengths', () => {
  it('come back as they went in, and start with zeros (seed 2)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), fc.integer(), (rows, columns, seed) => {
        const random = seededRandom(seed);
        const pixels = Uint8Array.from({ length: rows * columns }, () => (random.next() < 0.5 ? 1 : 0));
        const mask = encodeRunLengths(pixels, rows, columns);
        expect(mask.counts.reduce((sum, count) => sum + count, 0)).toBe(rows * columns);
        expect(mask.counts[0] === 0).toBe(pixels[0] === 1);
        expect(decodeRunLengths(mask)).toEqual(pixels);
      }),
      { seed: 2 },
    );
  });

  it('that do not add up are refused', () => {
    expect(() => decodeRunLengths({ size: [2, 2], counts: [3] })).toThrow('add up to 3, not 4');
  });
});

describe('seeded random numbers', () => {
  it('are the same for the same seed and differ for the next', () => {
    const take = (seed: number) => Array.from({ length: 8 }, seededRandom(seed).uint32);
    expect(take(5)).toEqual(take(5));
    expect(take(5)).not.toEqual(take(6));
    expect(combineSeeds(1, 2)).not.toBe(combineSeeds(2, 1));
  });

  it('are standard normal where asked (seed 3)', () => {
    const { gaussian } = seededRandom(3);
    const numbers = Array.from({ length: 20_000 }, gaussian);
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });
});

describe('pressure', () => {
  it('of a rated balloon is 400 psi, 27 atm', () => {
    expect(pressureFromKpa(ratedBalloonPressureKpa, 'psi')).toBeCloseTo(400, 0);
    expect(pressureFromKpa(ratedBalloonPressureKpa, 'atm')).toBeCloseTo(27.2, 1);
    expect(pressureToKpa(30, 'bar')).toBe(3000);
  });
});
