import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { text } from '../../renderer/text.ts';

const sourceUri = /^[a-z-]+:\S*$/;
const files = globSync('renderer/**/*.tsx').filter((file) => !file.includes('dist'));
/** Names of keys as they are printed on them, and what is a value rather than a word. */
const allowed = new Set(['Esc', 'mL', 'PEDICLE', '/dev/ttyUSB0']);

/** Words between tags and in attributes that people read or hear, written into the file instead of taken from the catalogue. */
function wordsIn(source: string): readonly string[] {
  const between = [...source.matchAll(/<(\w+)[^<>{}]*>([^<>{}]*[A-Za-z]{2}[^<>{}]*)<\/\1>/g)].map((match) => match[2] ?? '');
  const attributes = [...source.matchAll(/\b(?:title|label|aria-label|placeholder|alt|description)=(?:"([^"]+)"|\{`([^`]*)`\})/g)].map(
    (match) => match[1] ?? (match[2] ?? '').replace(/\$\{[^}]*\}/g, ''),
  );
  return [...between, ...attributes].map((words) => words.trim()).filter((words) => /[A-Za-z]{2}/.test(words) && !allowed.has(words) && !sourceUri.test(words));
}

test.each(files)('%s takes every word from the catalogue', (file) => {
  expect(wordsIn(readFileSync(file, 'utf8'))).toEqual([]);
});

describe('the catalogue', () => {
  const leaves = (part: object, path = ''): readonly (readonly [string, string])[] =>
    Object.entries(part).flatMap(([key, value]) =>
      typeof value === 'string' ? [[`${path}${key}`, value] as const] : value !== null && typeof value === 'object' ? leaves(value, `${path}${key}.`) : [],
    );

  test('has words without a blank at their edge: a sentence is one entry, not put together from pieces', () => {
    expect(leaves(text).filter(([, words]) => words !== words.trim())).toEqual([]);
  });
});
