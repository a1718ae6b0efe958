import { describe, expect, test } from 'vitest';
import { injectorDrivers } from '../../../src/injector/drivers.ts';
import { fuzzDriver } from './fuzzDriver.ts';

/** `node --expose-gc tests/bench/fuzzDrivers.ts` takes ten million, and tells the heap after each. */
const bytesPerDriver = 3_000_000;
const seed = 4711;

describe.each(Object.entries(injectorDrivers))('%s', (name, driver) => {
  test(`${bytesPerDriver} fuzzed bytes: no throw, no invented reading, bounded state (seed ${seed})`, () => {
    const report = fuzzDriver(name, driver, bytesPerDriver, seed);
    // A line without a check cannot tell a changed digit from another number; the other protocols can.
    if (name !== 'line') expect(report.invented).toBe(0);
    expect(report.greatestStateLength).toBeLessThan(3000);
    expect(report.resynchronised).toBe(true);
  });
});
