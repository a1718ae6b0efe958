import { describe, expect, test } from 'vitest';
import { combineSeeds, seededRandom } from '../../../src/base/random.ts';
import { injectorDrivers } from '../../../src/injector/drivers.ts';
import { newEraPacket } from '../../../src/injector/newEraPacket.ts';
import { pedicleV1Encode } from '../../../src/injector/pedicleV1Frame.ts';

/** The suite takes a part of what `PEDICLE_LONG_TESTS=1` takes in a minute or so. */
const bytesPerDriver = process.env.PEDICLE_LONG_TESTS ? 10_000_000 : 300_000;
const seed = 4711;
const textBytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** A message whose volume nothing else has, so that a reading made of noise would show. */
const message = (volumeMl: number, sequence: number): Readonly<Record<string, Uint8Array>> => ({
  'pedicle-v1': pedicleV1Encode({
    type: 'reading',
    sequence,
    bootId: 9,
    deviceTimeMs: sequence * 10,
    pressureKpa: 777.777,
    volumeMl,
    rateMlPerMin: null,
    temperatureC: null,
    mode: 'idle',
    status: 'ok',
    alarms: 0,
  }),
  'new-era': newEraPacket(`00SI${volumeMl}W0.000ML`),
  line: textBytes(`\nP=777.777kPa V=${volumeMl}mL\n`),
});

describe.each(Object.entries(injectorDrivers))('%s', (name, driver) => {
  const good = message(7.777, 1)[name] ?? new Uint8Array(0);

  test(`${bytesPerDriver} fuzzed bytes: no throw, no invented reading, bounded state (seed ${seed})`, () => {
    const random = seededRandom(combineSeeds(seed, good.length));
    let state = driver.initial('injector');
    let wrong = 0;
    let greatestState = 0;
    for (let fed = 0; fed < bytesPerDriver; ) {
      const piece = new Uint8Array(1 + (random.uint32() % 200));
      // Half pure noise; half pieces of good messages with noise in them, which come much closer to being accepted.
      if (random.next() < 0.5) for (let i = 0; i < piece.length; i++) piece[i] = random.uint32();
      else {
        const from = random.uint32() % good.length;
        piece.set(good.subarray(from, from + piece.length));
        for (let flips = random.uint32() % 4; flips >= 0; flips--) piece[random.uint32() % piece.length] = random.uint32();
      }
      fed += piece.length;
      const output = driver.receive(state, piece, fed);
      state = output.state;
      wrong += output.readings.filter((reading) => reading.volumeMl !== 7.777).length;
      greatestState = Math.max(greatestState, JSON.stringify(state).length);
    }
    // A line without a check cannot tell a changed digit from another number; the other protocols can.
    if (name !== 'line') expect(wrong).toBe(0);
    expect(greatestState).toBeLessThan(3000);
    // Whatever came before, the next whole message is read.
    const next = driver.receive(state, message(8.888, 2)[name] ?? new Uint8Array(0), 0);
    expect(next.readings.at(-1)?.volumeMl).toBe(8.888);
  });
});
