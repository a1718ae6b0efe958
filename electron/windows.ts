import type { ShellDisplays } from '../src/link/shellDisplays.ts';
import { type Arrangement, noArrangement } from './bridgeMessages.ts';
import { displayOf, parseWindowState, placeFor, remember, type WindowState } from './displays.ts';
import type { ShellPort, ShellWindow, WindowKind } from './shellPort.ts';

/** The console's window and, on a second monitor, the pictures alone; where they stood is remembered. */
export interface Windows {
  /** Shows the bridge's pages in all windows, opening those that are to be open, as the site arranges them. */
  show(url: string, arrangement: Arrangement): void;
  /** The displays of this computer and which of the windows stand on them. */
  displays(): ShellDisplays;
  showRecord(name: string): void;
  focus(): void;
  togglePictures(): void;
  readonly picturesWanted: boolean;
  toggleFullScreen(): void;
  /** Nothing but the console: by the command line or the site. */
  readonly isKiosk: boolean;
}

export interface WindowsOptions {
  /** Whatever the site says. */
  readonly kiosk: boolean;
  /** The console's window is to be closed; prevented, it stays. */
  readonly onConsoleCloseRequested: (preventDefault: () => void) => void;
  readonly onChanged: () => void;
}

/** After a display came or went the system moves windows, and so do we: that is not where the person put them. */
const settlingMs = 3000;
/** A page that fails again and again is not loaded for ever. */
const reloadsAMinute = 5;

export function createWindows(port: ShellPort, options: WindowsOptions, now: () => number): Windows {
  const open = new Map<WindowKind, ShellWindow>();
  let state: WindowState = parseWindowState(port.readState());
  let url: string | null = null;
  let arrangement: Arrangement = { ...noArrangement, kiosk: options.kiosk };
  let reloads: number[] = [];
  let settledAt = 0;
  /** Closed because their monitor is gone. */
  const withoutMonitor = new WeakSet<ShellWindow>();

  const save = (next: WindowState) => {
    if (JSON.stringify(next) === JSON.stringify(state)) return;
    state = next;
    port.writeState(JSON.stringify(state));
  };
  const addressOf = (kind: WindowKind, base: string) => (kind === 'console' ? base : new URL('/?view=pictures', base).href);

  const openOne = (kind: WindowKind) => {
    if (open.has(kind) || url === null) return;
    const place = placeFor(kind, port.displays(), state, arrangement);
    if (!place) return;
    const window = port.openWindow(kind, place);
    open.set(kind, window);
    window.onPlaceChanged(() => {
      if (now() >= settledAt) save(remember(state, kind, port.displays(), window.place()));
    });
    window.onClosed(() => {
      if (open.get(kind) === window) open.delete(kind);
    });
    window.onPageGone((reason) => {
      port.log(`The page of the ${kind} window ended (${reason}); it is loaded again.`);
      reloads = [...reloads.filter((at) => now() - at < 60_000), now()];
      if (reloads.length <= reloadsAMinute && url !== null) window.load(addressOf(kind, url));
      else
        port.showFailure(
          'The page of the console ended several times within a minute. Recording goes on; quit and start Pedicle again when the procedure allows.',
        );
    });
    if (kind === 'console') window.onCloseRequested(options.onConsoleCloseRequested);
    else
      window.onCloseRequested(() => {
        // Closed by the person it stays closed; without its monitor it comes back with it.
        if (withoutMonitor.has(window)) return;
        save({ ...state, pictures: false });
        options.onChanged();
      });
    window.load(addressOf(kind, url));
  };

  const arrange = () => {
    settledAt = now() + settlingMs;
    const displays = port.displays();
    const console = open.get('console');
    const place = placeFor('console', displays, state, arrangement);
    if (console && place) console.setPlace(place);
    const pictures = open.get('pictures');
    const picturesPlace = state.pictures ? placeFor('pictures', displays, state, arrangement) : null;
    if (pictures && !picturesPlace) {
      withoutMonitor.add(pictures);
      open.delete('pictures');
      pictures.close();
    } else if (pictures && picturesPlace) pictures.setPlace(picturesPlace);
    else if (picturesPlace) openOne('pictures');
    options.onChanged();
  };
  port.onDisplaysChanged(arrange);

  return {
    show(next, wanted) {
      // A bridge that was started again does not open or close what a person has closed or opened since.
      // On the same address its pages have come back by themselves, with all that stood in them.
      const isSamePlace = url !== null && new URL(url).origin === new URL(next).origin;
      if (url === null && wanted.pictures !== null) save({ ...state, pictures: wanted.pictures === 'open' });
      url = next;
      arrangement = { ...wanted, kiosk: options.kiosk || wanted.kiosk };
      for (const [kind, window] of open) if (!isSamePlace || !window.isLoaded()) window.load(addressOf(kind, next));
      openOne('console');
      if (state.pictures) openOne('pictures');
      options.onChanged();
    },
    displays() {
      const displays = port.displays();
      const stands = [...open].map(([kind, window]) => ({ kind, display: displayOf(displays, window.place().bounds)?.id }));
      return displays.map(({ id, bounds: { width, height }, isPrimary }) => ({
        width,
        height,
        isPrimary,
        shows: stands.filter(({ display }) => display === id).map(({ kind }) => kind),
      }));
    },
    showRecord(name) {
      const window = open.get('console');
      if (url === null || !window) return;
      // A page that stands is told, so that a running procedure stays on the screen; one that is on its way finds it in its address.
      if (window.isLoaded()) window.tell({ kind: 'show-record', name });
      else window.load(new URL(`/?record=${encodeURIComponent(name)}`, url).href);
      window.focus();
    },
    focus: () => open.get('console')?.focus(),
    togglePictures() {
      const wanted = !state.pictures;
      save({ ...state, pictures: wanted });
      if (wanted) openOne('pictures');
      else open.get('pictures')?.close();
      options.onChanged();
    },
    get picturesWanted() {
      return state.pictures;
    },
    get isKiosk() {
      return arrangement.kiosk;
    },
    toggleFullScreen() {
      const window = open.get('console');
      if (!window || arrangement.kiosk) return;
      const place = window.place();
      window.setPlace({ ...place, fullScreen: !place.fullScreen });
    },
  };
}
