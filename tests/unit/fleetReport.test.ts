import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failedReplay, type RecordReplay, recordReplaySchema } from '../../native-bridge/fleet/recordReplay.ts';
import { junitXml } from '../../native-bridge/fleet/report/junit.ts';
import { escapeMarkup } from '../../native-bridge/fleet/report/markup.ts';
import { summaryPage } from '../../native-bridge/fleet/report/page.ts';
import { libraryTotals } from '../../native-bridge/fleet/report/totals.ts';
import { bytesText, durationText, numberText } from '../../native-bridge/fleet/report/words.ts';
import { startDistribution } from '../../src/base/distribution.ts';
import type { QuantityDifferences } from '../../src/session/replayStatistics.ts';

const quantity = (...values: readonly number[]): QuantityDifferences => {
  const { add, distribution } = startDistribution();
  values.forEach(add);
  return { difference: distribution(), onlyRecorded: 1, onlyDerived: 0 };
};

const leak = { id: 'cement-leak/b', condition: 'cement-leak', priority: 'high', fromMs: 1500, toMs: null } as const;

function differing(name: string): RecordReplay {
  return {
    ...failedReplay(name, 'error', ''),
    status: 'differs',
    message: null,
    tookMs: 500,
    record: { softwareVersion: '0.0.9', runtime: 'node', procedure: 'kyphoplasty', startedAtEpochMs: 0, durationMs: 60_000, bytes: 3e6, closed: true },
    replay: {
      identical: false,
      samples: 100,
      derived: 50,
      firstDifference: { topic: '/plane/a/needle', seq: 3, tMs: 40, path: 'needle.tip.0', recorded: 1, derived: 2 },
      speed: 4,
      statistics: {
        topics: { '/plane/a/needle': { recorded: 10, derived: 9, differing: 4 } },
        tipPx: quantity(0, 0.5, 3),
        tipMm: quantity(0.25),
        volumeMl: quantity(-0.1),
        alarms: { unchanged: 2, moved: [{ was: leak, is: { ...leak, fromMs: 1000 } }], lost: [leak], gained: [] },
      },
    },
  };
}

const run = { library: '/records of <2026>', startedAtEpochMs: 1_790_000_000_000, tookMs: 2000, by: '2 processes of here', stopped: false };
const inPart: RecordReplay = {
  ...failedReplay('six', 'error', 'It lacks samples from 12 on; 30 later derived samples could not be compared.'),
  status: 'partly',
};
const results = [
  differing('one'),
  differing('two & "three"'),
  failedReplay('four', 'error', 'No record.'),
  failedReplay('five', 'not-run', 'Stopped.'),
  inPart,
];

describe('the report of a library', () => {
  test('totals add up over records', () => {
    const totals = libraryTotals(results);
    expect(totals).toMatchObject({
      identical: 0,
      differs: 2,
      partly: 1,
      errors: 1,
      notRun: 1,
      recordedMs: 120_000,
      samples: 200,
      derived: 100,
      alarmsUnchanged: 4,
    });
    expect(totals.topics).toEqual([{ topic: '/plane/a/needle', recorded: 20, derived: 18, differing: 8, records: 2 }]);
    expect(totals.alarms).toEqual([{ condition: 'cement-leak', moved: 2, gained: 0, lost: 2 }]);
    expect(totals.tipPx).toMatchObject({ difference: { count: 6, zeros: 2, largest: 3 }, onlyRecorded: 2 });
  });

  test('JUnit: a case a record, differences and what could be compared in part only as failures, unreadable ones as errors, those without a turn skipped', () => {
    const xml = junitXml(results, run);
    expect(xml).toContain('tests="5" failures="3" errors="1"');
    expect(xml).toContain('name="two &amp; &quot;three&quot;"');
    expect(xml.match(/<failure /g)).toHaveLength(3);
    expect(xml).toContain('type="not-compared"');
    expect(xml.match(/<error /g)).toHaveLength(1);
    expect(xml.match(/<skipped /g)).toHaveLength(1);
  });

  test('the page names every record, needs nothing from elsewhere, and says that it is not complete', () => {
    const page = summaryPage(results, libraryTotals(results), run);
    for (const { name } of results) expect(page).toContain(escapeMarkup(name));
    expect(page).toContain('/records of &lt;2026&gt;');
    expect(page).not.toMatch(/(src|href)=|url\(|@import/);
    expect(page).toContain('Not complete.');
    expect(page.match(/<svg /g)?.length).toBeGreaterThan(4);
  });

  test('an answer survives the way between machines', () => {
    for (const result of results) expect(recordReplaySchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  });

  const seed = 77;
  test(`no text breaks out of markup (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeMarkup(text);
        expect(escaped).not.toMatch(/[<>"']/);
        expect(escaped).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
        expect(escaped).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
      }),
      { seed },
    );
  });

  test('numbers, sizes and times are short', () => {
    expect([0, 3.64e-12, 0.0012345, 2.5, 1234.5].map(numberText)).toEqual(['0', '<0.0001', '0.00123', '2.5', '1,235']);
    expect([999, 174_000_000, 2e12].map(bytesText)).toEqual(['999 B', '174 MB', '2 TB']);
    expect([12_400, 200_000, 3_720_000].map(durationText)).toEqual(['12.4 s', '3 min 20 s', '1 h 02 min']);
  });
});
