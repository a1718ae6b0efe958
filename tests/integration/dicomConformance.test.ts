import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { conformance } from '../conformance.ts';

const collection = '../shared/data/dicom';

describe.skipIf(!existsSync(collection))(`every file of ${collection} (skipped where the collection is absent)`, () => {
  test('opens with the right header and pixels, or is refused with a reason', { timeout: 300_000 }, async () => {
    const outcomes = await conformance(collection);
    expect(outcomes.length).toBeGreaterThan(100);
    expect(outcomes.filter((outcome) => outcome.result === 'MISMATCH')).toEqual([]);
    const refused = outcomes.filter((outcome) => outcome.result === 'refused');
    expect(refused.filter(({ detail }) => detail.length < 15 || /\n|undefined|null|\bat .*\.ts/.test(detail))).toEqual([]);
  });
});
