import { combineSeeds, seededRandom } from '../../../src/base/random.ts';
import type { InjectorDriver } from '../../../src/injector/driver.ts';
import { newEraPacket } from '../../../src/injector/newEraPacket.ts';
import { pedicleV1Encode } from '../../../src/injector/pedicleV1Frame.ts';

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

export interface FuzzReport {
  readonly driver: string;
  readonly bytes: number;
  readonly readings: number;
  /** Readings that nobody sent. */
  readonly invented: number;
  /** Of the driver's state, as JSON text. */
  readonly greatestStateLength: number;
  /** The first whole message after all of it was read. */
  readonly resynchronised: boolean;
}

/** Feeds a driver noise and damaged messages. `everyMillion` is called after each million bytes. */
export function fuzzDriver(name: string, driver: InjectorDriver, bytes: number, seed: number, everyMillion: () => void = () => undefined): FuzzReport {
  const good = message(7.777, 1)[name] ?? new Uint8Array(0);
  const random = seededRandom(combineSeeds(seed, good.length));
  let state = driver.initial('injector');
  let readings = 0;
  let invented = 0;
  let greatestStateLength = 0;
  let million = 1;
  for (let fed = 0; fed < bytes; ) {
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
    readings += output.readings.length;
    invented += output.readings.filter((reading) => reading.volumeMl !== 7.777).length;
    greatestStateLength = Math.max(greatestStateLength, JSON.stringify(state).length);
    if (fed >= million * 1_000_000) {
      million++;
      everyMillion();
    }
  }
  const next = driver.receive(state, message(8.888, 2)[name] ?? new Uint8Array(0), 0);
  return { driver: name, bytes, readings, invented, greatestStateLength, resynchronised: next.readings.at(-1)?.volumeMl === 8.888 };
}
