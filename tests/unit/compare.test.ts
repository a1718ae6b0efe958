import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DerivedSample } from '../../src/sample/sample.ts';
import { compareDerived, firstMismatch } from '../../src/session/compare.ts';

const reading = (pressureKpa: number): DerivedSample => ({
  topic: '/injector/reading',
  tMs: 1000.25,
  seq: 7,
  data: { device: 'injector', pressureKpa, volumeMl: 1, rateMlPerMin: null, mode: 'balloon', deviceTimeMs: 5, status: 'ok' },
});

describe('comparing what was recorded with what is derived again', () => {
  it('finds nothing between equal samples', () => {
    expect(compareDerived([reading(100)], [reading(100)])).toBeNull();
  });

  it('names topic, sample, time and path of the first difference', () => {
    expect(compareDerived([reading(100)], [reading(100.00000000000001)])).toEqual({
      topic: '/injector/reading',
      seq: 7,
      tMs: 1000.25,
      path: 'pressureKpa',
      recorded: 100,
      derived: 100.00000000000001,
    });
  });

  it('names a sample that one side lacks', () => {
    expect(compareDerived([reading(100)], [])).toMatchObject({ topic: '/injector/reading', path: '', derived: null });
    expect(compareDerived([], [reading(100)])).toMatchObject({ topic: '/injector/reading', path: '', recorded: null });
  });

  it('tells an absent field from one that is null, and a list from an object', () => {
    expect(firstMismatch({ a: null }, {})).toMatchObject({ path: 'a' });
    expect(firstMismatch({ a: [] }, { a: {} })).toMatchObject({ path: 'a' });
  });

  it('finds nothing between any JSON value and itself read back (seed 41)', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => firstMismatch(JSON.parse(JSON.stringify(value)), JSON.parse(JSON.stringify(value))) === null),
      { seed: 41 },
    );
  });

  it('finds every change of one leaf (seed 42)', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), fc.nat(), (numbers, at) => {
        const index = at % numbers.length;
        const changed = numbers.map((number, i) => (i === index ? number + 1 + Math.abs(number) : number));
        return firstMismatch({ numbers }, { numbers: changed })?.path === `numbers.${index}`;
      }),
      { seed: 42 },
    );
  });
});
