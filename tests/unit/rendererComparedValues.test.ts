import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, expect, test, vi } from 'vitest';
import type { Moment, MomentReading } from '../../renderer/store/moment.ts';

// The page's store remembers its pressure unit in the browser.
beforeAll(() => vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} }));

const reading: MomentReading = { pressureKpa: 1000, volumeMl: 2, rateMlPerMin: null, mode: 'balloon', freshness: 'fresh', ageMs: 80 };
const momentOf = (change: Partial<MomentReading>) => ({ reading: { ...reading, ...change } }) as Moment;

/** The cells of one row: first record, second, difference. */
async function cellsOf(row: string, first: Moment, second: Moment): Promise<readonly string[]> {
  const { ComparedValues, comparedOf } = await import('../../renderer/review/ComparedValues.tsx');
  const sides = { first: comparedOf('review', 'a', first), second: comparedOf('compare', 'a', second) };
  const markup = renderToStaticMarkup(createElement(ComparedValues, { ...sides, unit: 'kPa' }));
  const found = markup.split('<tr>').find((each) => each.includes(`<th scope="row">${row}`)) ?? '';
  return [...found.matchAll(/<td[^>]*>.*?<\/td>/g)].map(([cell]) => cell);
}

test('two readings of their moment stand as they are, with their difference', async () => {
  const cells = await cellsOf('Volume', momentOf({}), momentOf({ volumeMl: 2.5 }));
  expect(cells).toEqual(['<td data-fresh="fresh">2.00</td>', '<td data-fresh="fresh">2.50</td>', '<td data-fresh="fresh">0.50</td>']);
});

test('a reading older than its moment is grey with its age, and so is a difference to it', async () => {
  const [one, other, difference] = await cellsOf('Pressure', momentOf({}), momentOf({ pressureKpa: 400, freshness: 'stale', ageMs: 12_000 }));
  expect(one).toBe('<td data-fresh="fresh">1000</td>');
  expect(other).toMatch(/^<td data-fresh="stale">400.*last reading 12 s ago/);
  expect(difference).toBe('<td data-fresh="stale">−600</td>');
});

test('where an injector said nothing there is no age either', async () => {
  const nothing = momentOf({ pressureKpa: null, volumeMl: null, freshness: 'none', ageMs: null });
  expect((await cellsOf('Volume', nothing, momentOf({})))[0]).toBe('<td data-fresh="fresh">–</td>');
});
