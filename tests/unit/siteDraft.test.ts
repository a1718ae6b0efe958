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

  test('an archive that is half filled in is told by the fields of its kind; one that could be either, as a whole', () => {
    const faultsOf = (archive: object) => {
      const checked = checkedSite({ version: 1, hospital: { archives: [archive] } });
      return checked.ok ? {} : Object.fromEntries(checked.faults);
    };
    expect(faultsOf({ name: 'p', port: 104 })).toEqual({ 'hospital.archives.0.host': 'is needed', 'hospital.archives.0.ae': 'is needed' });
    expect(faultsOf({ name: 'p', port: 70_000, host: 'h', ae: 'A' })).toEqual({ 'hospital.archives.0.port': 'at most 65535' });
    expect(faultsOf({ name: 'p', authorizationFile: '/f' })).toEqual({ 'hospital.archives.0.stow': 'an http or https address' });
    expect(Object.keys(faultsOf({ name: 'p', stow: '' }))).toEqual(['hospital.archives.0']);
    expect(faultsOf({ name: 'p', stow: 'https://archive/dicom-web', authorizationFile: '/f' })).toEqual({});
  });

  test('empty fields are absent ones, and an untouched draft is no change', () => {
    const checked = checkedSite({ version: 1, name: '', sources: { framesA: '' }, checklists: { access: ['', ''] } });
    expect(checked).toEqual({ ok: true, site: defaultSite });
    expect(isSameSite({ version: 1, name: '', limits: {} }, defaultSite)).toBe(true);
  });
});
