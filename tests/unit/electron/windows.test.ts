import { describe, expect, it } from 'vitest';
import { noArrangement } from '../../../electron/bridgeMessages.ts';
import { type Display, noState, parseWindowState, placeFor, remember } from '../../../electron/displays.ts';
import { address, ceiling, type desktop, laptop, running } from './desktop.ts';

const both: readonly Display[] = [laptop, ceiling];
const isInside = ({ bounds }: { bounds: { x: number; y: number; width: number; height: number } }, display: Display) => {
  const area = display.workArea;
  return bounds.x >= area.x && bounds.y >= area.y && bounds.x + bounds.width <= area.x + area.width && bounds.y + bounds.height <= area.y + area.height;
};

describe('where windows go', () => {
  it('the console in the middle of the primary display, the pictures all over the other one', () => {
    expect(placeFor('console', both, noState, noArrangement)?.bounds).toEqual({ x: 160, y: 110, width: 1600, height: 900 });
    expect(placeFor('pictures', both, noState, noArrangement)).toEqual({ bounds: ceiling.workArea, fullScreen: true, kiosk: false });
    expect(placeFor('pictures', [laptop], noState, noArrangement)).toBeNull();
  });

  it('where they stood, on the display they stood on', () => {
    const bounds = { x: 2000, y: 50, width: 1000, height: 700 };
    const state = remember(noState, 'console', both, { bounds, fullScreen: false, kiosk: false });
    expect(placeFor('console', both, state, noArrangement)?.bounds).toEqual(bounds);
    expect(state.windows.console?.display).toBe(ceiling.id);
  });

  it('wholly visible when their display is gone, or is smaller than it was', () => {
    const state = remember(noState, 'console', both, { bounds: { x: 2000, y: 50, width: 2400, height: 1300 }, fullScreen: false, kiosk: false });
    const alone = placeFor('console', [laptop], state, noArrangement);
    expect(alone && isInside(alone, laptop)).toBe(true);
    const smaller = { ...ceiling, workArea: { x: 1920, y: 0, width: 1280, height: 720 } };
    const shrunk = placeFor('console', [laptop, smaller], state, noArrangement);
    expect(shrunk && isInside(shrunk, smaller)).toBe(true);
  });

  it('the pictures never on the only display, nor over the console', () => {
    const state = remember(noState, 'console', both, { bounds: ceiling.workArea, fullScreen: true, kiosk: false });
    expect(placeFor('pictures', both, state, noArrangement)?.bounds).toEqual(laptop.workArea);
    const stood = remember(noState, 'pictures', both, { bounds: laptop.workArea, fullScreen: true, kiosk: false });
    expect(placeFor('pictures', [laptop], stood, noArrangement)).toBeNull();
  });

  it('on the display that the site names, whatever was remembered; the pictures on the other one', () => {
    const stood = remember(noState, 'console', both, { bounds: laptop.workArea, fullScreen: false, kiosk: false });
    const onCeiling = { ...noArrangement, consoleOn: 'other' } as const;
    const console = placeFor('console', both, stood, onCeiling);
    expect(console && isInside(console, ceiling)).toBe(true);
    expect(
      placeFor('pictures', both, remember(stood, 'pictures', both, { bounds: ceiling.workArea, fullScreen: true, kiosk: false }), onCeiling)?.bounds,
    ).toEqual(laptop.workArea);
    const alone = placeFor('console', [laptop], stood, onCeiling);
    expect(alone && isInside(alone, laptop)).toBe(true);
    expect(placeFor('pictures', [laptop], stood, onCeiling)).toBeNull();
  });

  it('as the first time when what was remembered is damaged', () => {
    for (const text of ['', '{', 'null', '{"version":2}', '{"version":1,"windows":{"console":{"display":"x"}}}'])
      expect(parseWindowState(text)).toEqual(noState);
  });
});

describe('the second window', () => {
  const withPictures = () => {
    const made = running({ displays: both });
    made.pages()?.requests.togglePictures();
    return made;
  };

  it('shows the pictures alone, and comes back at the next start', () => {
    const made = withPictures();
    const pictures = made.windows.find(({ kind }) => kind === 'pictures');
    expect(pictures?.url).toBe('http://127.0.0.1:5000/?view=pictures');
    expect(pictures?.place.bounds).toEqual(ceiling.workArea);
    const next = running(made.remembered());
    expect(next.windows.map(({ kind }) => kind)).toEqual(['console', 'pictures']);
  });

  it('goes with its monitor and comes back with it', () => {
    const made = withPictures();
    made.setDisplays([laptop]);
    expect(made.windows.filter(({ closed }) => !closed).map(({ kind }) => kind)).toEqual(['console']);
    made.setDisplays(both);
    expect(made.windows.filter(({ closed }) => !closed).map(({ kind }) => kind)).toEqual(['console', 'pictures']);
  });

  it('closed by the person stays closed', () => {
    const made = withPictures();
    expect(made.windows.find(({ kind }) => kind === 'pictures')?.close()).toBe(true);
    made.setDisplays([laptop]);
    made.setDisplays(both);
    expect(made.windows.filter(({ closed }) => !closed).map(({ kind }) => kind)).toEqual(['console']);
    expect(running(made.remembered()).windows.map(({ kind }) => kind)).toEqual(['console']);
  });

  it('opens or stays closed at the start as the site wants; a bridge that is started again changes nothing', () => {
    const opened = running({ displays: both, display: { pictures: 'open' } });
    expect(opened.windows.map(({ kind }) => kind)).toEqual(['console', 'pictures']);
    opened.pages()?.requests.togglePictures();
    opened.bridges[0]?.message({ kind: 'ready', url: address, updateFeed: null, display: { pictures: 'open' } });
    expect(opened.windows.filter(({ closed }) => !closed).map(({ kind }) => kind)).toEqual(['console']);
    const closed = running({ ...withPictures().remembered(), display: { pictures: 'closed' } });
    expect(closed.windows.map(({ kind }) => kind)).toEqual(['console']);
  });

  it('is named, with the console, on the display where it stands, for the page that asks', () => {
    expect(withPictures().pages()?.requests.displays()).toEqual([
      { width: 1920, height: 1080, isPrimary: true, shows: ['console'] },
      { width: 2560, height: 1440, isPrimary: false, shows: ['pictures'] },
    ]);
  });

  it('is not opened where there is one display', () => {
    const made = running();
    made.pages()?.requests.togglePictures();
    expect(made.windows.map(({ kind }) => kind)).toEqual(['console']);
  });
});

describe('the console’s window', () => {
  it('moves to the display that is left when its own is unplugged, and back', () => {
    const made = running({ displays: both });
    const [console] = made.windows;
    console?.moveTo({ bounds: { x: 2100, y: 100, width: 1600, height: 900 } });
    made.setDisplays([laptop]);
    expect(console && isInside(console.place, laptop)).toBe(true);
    made.setDisplays(both);
    expect(console?.place.bounds).toEqual({ x: 2100, y: 100, width: 1600, height: 900 });
  });

  it.each([
    ['the command line', { start: { kiosk: true } }],
    ['the site', { display: { kiosk: true } }],
  ])('in the kiosk mode of %s fills the screen, has no menu and no way out', (_who, options) => {
    const made = running(options);
    expect(made.windows[0]?.place).toMatchObject({ fullScreen: true, kiosk: true });
    expect(made.menu()).toEqual([]);
  });

  it('whose page ends is loaded again, but not for ever', () => {
    const made = running();
    for (let i = 0; i < 5; i++) made.windows[0]?.pageGone('crashed');
    expect(made.log.filter((line) => line.startsWith('console shows'))).toHaveLength(6);
    made.windows[0]?.pageGone('crashed');
    expect(made.log.at(-1)).toMatch(/^failure: .*Recording goes on/);
  });
});

describe('the menu', () => {
  const item = (made: ReturnType<typeof desktop>, label: string) =>
    made
      .menu()
      .flatMap((entry) => ('submenu' in entry ? entry.submenu : []))
      .find((entry) => 'label' in entry && entry.label === label);

  it('opens records and logs, and offers the second window where there is a second monitor', async () => {
    const made = running({ displays: both });
    const open = item(made, 'Open record …');
    if (open && 'run' in open) open.run();
    await Promise.resolve();
    expect(made.log).toContain('told {"kind":"offer-record","folder":"/records/chosen"}');
    const pictures = item(made, 'Pictures on the second monitor');
    expect(pictures).toMatchObject({ enabled: true, checked: false });
    if (pictures && 'run' in pictures) pictures.run();
    expect(made.windows.map(({ kind }) => kind)).toEqual(['console', 'pictures']);
    const shown = item(made, 'Pictures on the second monitor');
    expect(shown).toMatchObject({ checked: true });
    if (shown && 'run' in shown) shown.run();
    expect(made.windows[1]?.closed).toBe(true);
    made.setDisplays([laptop]);
    expect(item(made, 'Pictures on the second monitor')).toMatchObject({ enabled: false });
  });

  it('has no developer tools in a package', () => {
    const roles = running()
      .menu()
      .flatMap((entry) => ('submenu' in entry ? entry.submenu : []))
      .flatMap((entry) => ('role' in entry ? [entry.role] : []));
    expect(roles).not.toContain('toggleDevTools');
  });
});
