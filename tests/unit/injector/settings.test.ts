import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defaultInjectorSettings, injectorSettingsOf } from '../../../src/injector/settings.ts';
import { siteSchema } from '../../../src/procedure/site.ts';

const cement = { name: 'Sample cement', opensAfterMin: 4, closesAfterMin: 9, setsAfterMin: 12, atTemperatureC: 21 };
const issuesOf = (injector: unknown) =>
  siteSchema.safeParse({ version: 1, injector }).error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];

describe('what a site says about injectors', () => {
  test('nothing said is the defaults', () => {
    expect(injectorSettingsOf(siteSchema.parse({ version: 1 }).injector)).toEqual(defaultInjectorSettings);
  });

  test('products come in minutes and count in milliseconds', () => {
    const settings = injectorSettingsOf(siteSchema.parse({ version: 1, injector: { cements: [cement], roomTemperatureC: 23 } }).injector);
    expect(settings.cements).toEqual([
      { name: 'Sample cement', opensAfterMs: 240_000, closesAfterMs: 540_000, setsAfterMs: 720_000, atTemperatureC: 21, timesPerDegree: 0.95 },
    ]);
    expect(settings.roomTemperatureC).toBe(23);
  });

  test('the example of the protocol document is one', () => {
    const document = readFileSync(new URL('../../../docs/injector-protocol.md', import.meta.url), 'utf8');
    const example: unknown = JSON.parse(/```json\n([^`]*)```/.exec(document)?.[1] ?? '');
    expect(siteSchema.safeParse(example).error).toBeUndefined();
  });

  test('what is wrong is said with its field', () => {
    expect(issuesOf({ cements: [{ ...cement, closesAfterMin: 3 }] })).toEqual([
      'injector.cements.0: opensAfterMin, closesAfterMin and setsAfterMin must follow each other',
    ]);
    expect(issuesOf({ line: { pattern: '(?<volumeMl>(\\d+)+)' } })).toEqual([expect.stringMatching(/^injector\.line\.pattern: .* repeats a group/)]);
    expect(issuesOf({ roomTemperature: 20 })).toHaveLength(1);
  });
});
