import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../../src/base/crc.ts';
import { cobsDecode, cobsEncode } from '../../../src/injector/cobs.ts';
import { pedicleV1Driver } from '../../../src/injector/pedicleV1.ts';
import { type PedicleV1Frame, type PedicleV1Reading, pedicleV1Decode, pedicleV1Encode } from '../../../src/injector/pedicleV1Frame.ts';
import { pedicleV1Vectors } from './pedicleV1Vectors.ts';
import { concat, receiveAll as receiveFrom } from './receive.ts';

const seed = 20261;
const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** Readings numbered by their sequence, so that each can be told from every other. */
const frameNumber = (n: number): PedicleV1Reading => ({
  type: 'reading',
  sequence: n & 0xffff,
  bootId: 7,
  deviceTimeMs: n * 10,
  pressureKpa: n + 0.125,
  volumeMl: n / 1000,
  rateMlPerMin: -n,
  temperatureC: 21.5,
  mode: 'balloon',
  status: 'ok',
  alarms: 0,
});

const receiveAll = (pieces: readonly Uint8Array[]) => receiveFrom(pedicleV1Driver, pieces);

const cutAt = (bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((to, i) => bytes.subarray(places[i], to));
};

describe('byte stuffing', () => {
  test('CRC-32 of "123456789" is the check value of the catalogue', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });

  test(`anything stuffed has no zero and comes back whole (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const stuffed = cobsEncode(bytes);
        expect(stuffed.includes(0)).toBe(false);
        expect(cobsDecode(stuffed)).toEqual(bytes);
      }),
      { seed, numRuns: 300 },
    );
  });

  test('runs of 253, 254 and 255 bytes without a zero come back whole', () => {
    for (const length of [253, 254, 255, 508, 509]) {
      const bytes = new Uint8Array(length).fill(7);
      expect(cobsDecode(cobsEncode(bytes))).toEqual(bytes);
    }
  });
});

describe('pedicle-v1 frames', () => {
  test('each test vector encodes to its bytes and decodes to its values', () => {
    for (const { frame, wire } of pedicleV1Vectors) {
      expect(hex(pedicleV1Encode(frame))).toBe(wire);
      const bytes = Uint8Array.from(wire.split(' ').map((byte) => Number.parseInt(byte, 16)));
      expect(pedicleV1Decode(bytes.subarray(1, -1))).toEqual(frame);
    }
  });

  test('the protocol document lists exactly these test vectors', () => {
    const document = new URL('../../../docs/injector-protocol.md', import.meta.url);
    expect(existsSync(document)).toBe(true);
    const listed = [...readFileSync(document, 'utf8').matchAll(/^(00 [0-9a-f ]+ 00)$/gm)].map((match) => match[1]);
    expect(listed).toEqual(pedicleV1Vectors.map((vector) => vector.wire));
  });

  test(`every frame survives the wire to the last digit (seed ${seed})`, () => {
    const thousandths = fc.option(fc.integer({ min: -2147483647, max: 2147483647 }).map((n) => n / 1000));
    const hundredths: fc.Arbitrary<number | null> = fc.option(fc.integer({ min: -32767, max: 32767 }).map((n) => n / 100));
    const frames: fc.Arbitrary<PedicleV1Frame> = fc.record({
      type: fc.constant('reading' as const),
      sequence: fc.integer({ min: 0, max: 0xffff }),
      bootId: fc.integer({ min: 0, max: 0xffff }),
      deviceTimeMs: fc.integer({ min: 0, max: 0xffffffff }),
      pressureKpa: thousandths,
      volumeMl: thousandths,
      rateMlPerMin: thousandths,
      temperatureC: hundredths,
      mode: fc.constantFrom(null, 'idle' as const, 'balloon' as const, 'cement' as const),
      status: fc.constantFrom('unknown' as const, 'ok' as const, 'stopped' as const, 'paused' as const),
      alarms: fc.integer({ min: 0, max: 0xffff }),
    });
    fc.assert(
      fc.property(frames, (frame) => {
        expect(pedicleV1Decode(pedicleV1Encode(frame).subarray(1, -1))).toEqual(frame);
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe('pedicle-v1 driver', () => {
  const sent = Array.from({ length: 6 }, (_, n) => frameNumber(n));
  const stream = concat(sent.map(pedicleV1Encode));
  const whole = receiveAll([stream]);

  test('gives each reading once, with the device time and values that were sent', () => {
    expect(whole.readings).toHaveLength(6);
    expect(whole.readings[3]).toEqual({
      device: 'injector',
      pressureKpa: 3.125,
      volumeMl: 0.003,
      rateMlPerMin: -3,
      mode: 'balloon',
      deviceTimeMs: 30,
      status: 'ok',
      temperatureC: 21.5,
    });
    expect(whole.alerts).toEqual([]);
  });

  test('gives the same whichever byte the stream is cut at, and byte by byte', () => {
    for (let at = 0; at <= stream.length; at++) expect(receiveAll([stream.subarray(0, at), stream.subarray(at)])).toEqual(whole);
    expect(receiveAll([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  test('says how many messages are missing', () => {
    expect(receiveAll([frameNumber(1), frameNumber(5)].map(pedicleV1Encode)).alerts).toEqual(['missing 3']);
    expect(receiveAll([frameNumber(65535), frameNumber(65536)].map(pedicleV1Encode)).alerts).toEqual([]);
  });

  test('ignores a repeated message and says so', () => {
    const { readings, alerts } = receiveAll([1, 2, 1, 2, 2, 3].map((n) => pedicleV1Encode(frameNumber(n))));
    expect(readings.map((reading) => reading.deviceTimeMs)).toEqual([10, 20, 30]);
    expect(alerts).toEqual(['repeated 1', 'repeated 1', 'repeated 1']);
  });

  test('takes a new boot number as a restart, not as repetition', () => {
    const again = { ...frameNumber(0), bootId: 8 };
    const { readings, alerts } = receiveAll([frameNumber(500), again].map(pedicleV1Encode));
    expect(readings.map((reading) => reading.deviceTimeMs)).toEqual([5000, 0]);
    expect(alerts).toEqual(['restarted 1']);
  });

  test('carries the device clock over its 32-bit end', () => {
    const before = { ...frameNumber(1), deviceTimeMs: 0xfffffffb };
    const after = { ...frameNumber(2), deviceTimeMs: 5 };
    expect(receiveAll([before, after].map(pedicleV1Encode)).readings.map((reading) => reading.deviceTimeMs)).toEqual([4294967291, 4294967301]);
  });

  test('reports a device alarm once when it rises and once when it ends, and marks readings meanwhile', () => {
    const frames = [0, 1, 2, 3].map((n) => ({ ...frameNumber(n), alarms: n === 1 || n === 2 ? 0b11 : 0 }));
    const { readings, alerts } = receiveAll(frames.map(pedicleV1Encode));
    expect(readings.map((reading) => reading.status)).toEqual(['ok', 'alarm', 'alarm', 'ok']);
    expect(alerts).toEqual(['device-alarm 1', 'device-alarm 0']);
  });

  test('does not guess at versions and messages it does not know', () => {
    const identity: PedicleV1Frame = { type: 'identity', sequence: 0, bootId: 1, deviceTimeMs: 0, model: 'M', serialNumber: '1' };
    expect(receiveAll([pedicleV1Encode(identity)]).alerts).toEqual(['identity 1']);
    const message = Uint8Array.from([2, ...new Uint8Array(27)]);
    const framed = new Uint8Array(32);
    framed.set(message);
    new DataView(framed.buffer).setUint32(28, crc32(message), true);
    const { readings, alerts } = receiveAll([concat([Uint8Array.of(0), cobsEncode(framed), Uint8Array.of(0)])]);
    expect(readings).toEqual([]);
    expect(alerts).toEqual(['unsupported 1']);
  });

  test(`damage of any kind invents nothing, and the first whole frame after it is read (seed ${seed})`, () => {
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('flip' as const), at: fc.nat(5000), by: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ kind: fc.constant('drop' as const), at: fc.nat(5000), by: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(5000), by: fc.integer({ min: 1, max: 80 }) }),
      fc.record({ kind: fc.constant('noise' as const), at: fc.nat(5000), by: fc.integer({ min: 1, max: 255 }) }),
    );
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 12 }), fc.array(fc.nat(5000), { maxLength: 8 }), (operations, cuts) => {
        let damaged = [...stream];
        for (const { kind, at, by } of operations) {
          const place = at % (damaged.length + 1);
          if (kind === 'flip' && place < damaged.length) damaged[place] = (damaged[place] ?? 0) ^ by;
          if (kind === 'drop') damaged.splice(place, by);
          if (kind === 'repeat') damaged = [...damaged.slice(0, place + by), ...damaged.slice(place)];
          if (kind === 'noise') damaged.splice(place, 0, ...Array.from({ length: 1 + (by % 50) }, (_, i) => (by * (i + 3) * 37) & 0xff));
        }
        const last = frameNumber(99);
        const { readings } = receiveAll(cutAt(concat([Uint8Array.from(damaged), pedicleV1Encode(last)]), cuts));
        expect(readings.at(-1)?.deviceTimeMs).toBe(990);
        for (const reading of readings.slice(0, -1)) expect(whole.readings).toContainEqual(reading);
        const times = readings.map((reading) => reading.deviceTimeMs ?? -1);
        expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      }),
      { seed, numRuns: 400 },
    );
  });
});
