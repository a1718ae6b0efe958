import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newEraDriver } from '../../../src/injector/newEra.ts';
import { newEraDataAt, newEraPacket, newEraQuestion, readNewEraAnswer } from '../../../src/injector/newEraPacket.ts';
import { concat, receiveAll as receiveFrom } from './receive.ts';

const seed = 31415;
const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

const receiveAll = (pieces: readonly Uint8Array[]) => receiveFrom(newEraDriver, pieces);
const answers = (...data: string[]) => receiveAll(data.map(newEraPacket));

describe('New Era packets', () => {
  test('SAF0 has the CRC 0x5543 and the bytes of the manual', () => {
    expect(hex(newEraPacket('SAF0'))).toBe('02 08 53 41 46 30 55 43 03');
  });

  test('a packet with one wrong bit anywhere is no packet', () => {
    const packet = newEraPacket('00II1.250W0.000ML');
    expect(newEraDataAt(packet, 0)).toBe('00II1.250W0.000ML');
    for (let bit = 0; bit < packet.length * 8; bit++) {
      const wrong = packet.slice();
      wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(newEraDataAt(wrong, 0)).toBeNull();
    }
  });

  test.each([
    ['00S', { kind: 'status', status: 'stopped' }],
    ['07II1.250W0.100ML', { kind: 'dispensed', address: 7, status: 'infusing', infusedMl: 1.25, withdrawnMl: 0.1 }],
    ['00WI.5W250.UL', { kind: 'dispensed', status: 'withdrawing', infusedMl: 0.0005, withdrawnMl: 0.25 }],
    ['00P30.00MH', { kind: 'rate', status: 'paused', mlPerMin: 0.5 }],
    ['00I500.0UM', { kind: 'rate', mlPerMin: 0.5 }],
    ['00A?S', { kind: 'alarm', reason: 'the pump motor is stalled' }],
    ['00A?R', { kind: 'alarm', reason: 'the pump was reset' }],
    ['00S?OOR', { kind: 'refused', why: '?OOR' }],
    ['00SNE1000V3.928', { kind: 'version', version: 'NE1000V3.928' }],
  ])('%s is understood', (data, answer) => {
    expect(readNewEraAnswer(data)).toMatchObject(answer);
  });

  test.each(['', '0S', '00', '00Q', '00A?Z', '00IIXW0.000ML', '00II1.2.3W0ML', '00II1.000W0.000KG', '00I-1.0MM'])('%j is not', (data) => {
    expect(readNewEraAnswer(data)).toBeNull();
  });
});

describe('New Era driver', () => {
  test('gives what was delivered less what was withdrawn, at the set rate while it runs and at none while it does not', () => {
    const { readings, alerts } = answers('00I3.000MM', '00II1.250W0.250ML', '00WI1.250W0.300ML', '00SI1.250W0.300ML');
    expect(readings.map(({ volumeMl, rateMlPerMin, status }) => [volumeMl, rateMlPerMin, status])).toEqual([
      [1, 3, 'ok'],
      [0.95, -3, 'ok'],
      [0.95, 0, 'stopped'],
    ]);
    expect(alerts).toEqual([]);
  });

  test('does not make up a rate before the pump has said one, nor a pressure ever', () => {
    expect(answers('00II1.000W0.000ML').readings).toMatchObject([{ rateMlPerMin: null, pressureKpa: null, mode: null, deviceTimeMs: null }]);
  });

  test('an alarm is a reading that says so, and ends with the next calm answer', () => {
    const { readings, alerts } = answers('00A?S', '00A?S', '00SI0.000W0.000ML');
    expect(readings.map((reading) => reading.status)).toEqual(['alarm', 'alarm', 'stopped']);
    expect(alerts).toEqual(['device-alarm 1', 'device-alarm 0']);
  });

  test('a pump that was without power has started anew, said once until it is calm', () => {
    const { alerts } = answers('00SI3.000W0.000ML', '00A?R', '00A?R', '00SI0.000W0.000ML', '00A?R');
    expect(alerts).toEqual(['restarted 1', 'device-alarm 1', 'device-alarm 0', 'restarted 1', 'device-alarm 1']);
  });

  test('never asks anything but questions, over a thousand of them', () => {
    let state = newEraDriver.initial('injector');
    const asked = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      const poll = newEraDriver.poll?.(state);
      if (!poll) throw new Error('a New Era pump has to be asked');
      state = poll.state;
      if (poll.send) asked.add(hex(poll.send));
    }
    expect([...asked].sort()).toEqual([hex(newEraQuestion('DIS')), hex(newEraQuestion('RAT')), hex(newEraQuestion('VER'))].sort());
  });

  const sent = Array.from({ length: 9 }, (_, n) => newEraPacket(`00II${n}.${n}00W0.000ML`));
  const stream = concat(sent);
  const whole = receiveAll([stream]);

  test('gives the same whichever byte the stream is cut at, and byte by byte', () => {
    expect(whole.readings).toHaveLength(9);
    for (let at = 0; at <= stream.length; at++) expect(receiveAll([stream.subarray(0, at), stream.subarray(at)])).toEqual(whole);
    expect(receiveAll([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  test('a damaged packet that claims to be long does not swallow the good one after it', () => {
    const { readings } = receiveAll([Uint8Array.of(2, 44, 0x30, 0x30), newEraPacket('00II1.000W0.000ML')]);
    expect(readings).toHaveLength(1);
  });

  test(`damage invents nothing, and the first whole packet after it is read (seed ${seed})`, () => {
    const operation = fc.record({ kind: fc.constantFrom('flip', 'drop', 'repeat', 'noise'), at: fc.nat(5000), by: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 10 }), fc.nat(5000), (operations, cut) => {
        let damaged = [...stream];
        for (const { kind, at, by } of operations) {
          const place = at % (damaged.length + 1);
          if (kind === 'flip' && place < damaged.length) damaged[place] = (damaged[place] ?? 0) ^ by;
          if (kind === 'drop') damaged.splice(place, by);
          if (kind === 'repeat') damaged = [...damaged.slice(0, place + by), ...damaged.slice(place)];
          if (kind === 'noise') damaged.splice(place, 0, ...Array.from({ length: by }, (_, i) => (by * (i + 3) * 37) & 0xff));
        }
        const all = concat([Uint8Array.from(damaged), newEraPacket('00SI99.00W0.000ML')]);
        const at = cut % all.length;
        const { readings } = receiveAll([all.subarray(0, at), all.subarray(at)]);
        expect(readings.at(-1)?.volumeMl).toBe(99);
        for (const reading of readings.slice(0, -1)) expect(whole.readings).toContainEqual(reading);
      }),
      { seed, numRuns: 400 },
    );
  });
});
