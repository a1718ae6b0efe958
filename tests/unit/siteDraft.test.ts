import { describe, expect, test } from 'vitest';
import { checkedSite, fieldOf, isSameSite, pruned, withField } from '../../renderer/setup/siteDraft.ts';
import { defaultSite } from '../../src/procedure/site.ts';

describe('the draft of a site configuration', () => {
  test('a field is set where there was nothing, and taken out again, without touching what the forms do not know', () => {
    const site = { version: 1, injector: { line: { pattern: 'x' } } };
    const changed = withField(site, ['sources', 'framesA'], 'sim:quiet');
    expect(changed).toEqual({ ...site, sources: { framesA: 'sim:quiet' } });
    expect(pruned(withField(changed, ['sources', 'framesA'], undefined))).toEqual(site);
    expect(fieldOf(changed, ['injector', 'line', 'pattern'])).toBe('x');
  });

  test('items of a list are added, changed and removed by their place', () => {
    const two = withField(withField({ version: 1 }, ['devices', 0], { name: 'p' }), ['devices', 1], { name: 'q' });
    expect(withField(two, ['devices', 0], undefined)).toEqual({ version: 1, devices: [{ name: 'q' }] });
    expect(withField(two, ['devices', 1, 'name'], 'r')).toEqual({ version: 1, devices: [{ name: 'p' }, { name: 'r' }] });
  });

  test('what does not fit is told by its place, as the file would say it', () => {
    const checked = checkedSite({ version: 1, limits: { pressureKpa: -4 }, display: { pressureUnit: 'bananas' } });
    expect(checked.ok).toBe(false);
    if (!checked.ok) expect([...checked.faults.keys()].sort()).toEqual(['display.pressureUnit', 'limits.pressureKpa']);
  });

  test('empty fields are absent ones, and an untouched draft is no change', () => {
    const checked = checkedSite({ version: 1, name: '', sources: { framesA: '' }, checklists: { access: ['', ''] } });
    expect(checked).toEqual({ ok: true, site: defaultSite });
    expect(isSameSite({ version: 1, name: '', limits: {} }, defaultSite)).toBe(true);
  });
});
