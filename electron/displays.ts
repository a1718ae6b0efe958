import { z } from 'zod';
import type { Arrangement } from './bridgeMessages.ts';
import type { WindowKind, WindowPlace } from './shellPort.ts';

/** In the system's own pixels, of the desktop that all displays make up. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Display {
  readonly id: number;
  readonly bounds: Bounds;
  /** Without the system's bars. */
  readonly workArea: Bounds;
  readonly isPrimary: boolean;
}

const boundsSchema = z.strictObject({ x: z.number(), y: z.number(), width: z.number().min(200), height: z.number().min(150) });
const placeSchema = z.strictObject({ display: z.number(), bounds: boundsSchema, fullScreen: z.boolean() });
const stateSchema = z.strictObject({
  version: z.literal(1),
  windows: z.strictObject({ console: placeSchema.nullable(), pictures: placeSchema.nullable() }),
  /** Whether the second window was open. */
  pictures: z.boolean(),
});

/** Where windows stood, and on which display. */
export type WindowState = z.infer<typeof stateSchema>;
export const noState: WindowState = { version: 1, windows: { console: null, pictures: null }, pictures: false };

/** What was remembered; nothing when it is not what we write. */
export function parseWindowState(text: string | null): WindowState {
  if (text === null) return noState;
  try {
    return stateSchema.catch(noState).parse(JSON.parse(text));
  } catch {
    // Cut off or edited by hand: the windows go where they go the first time.
    return noState;
  }
}

const contains = (area: Bounds, x: number, y: number): boolean => x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;

/** The display on which the middle of a window stands; the primary one when it stands on none. */
export function displayOf(displays: readonly Display[], bounds: Bounds): Display | null {
  const x = bounds.x + bounds.width / 2;
  const y = bounds.y + bounds.height / 2;
  return displays.find((display) => contains(display.bounds, x, y)) ?? primaryOf(displays);
}

const primaryOf = (displays: readonly Display[]): Display | null => displays.find(({ isPrimary }) => isPrimary) ?? displays[0] ?? null;

/** Moved and shrunk as little as makes all of it visible. */
function into(area: Bounds, bounds: Bounds): Bounds {
  const width = Math.min(bounds.width, area.width);
  const height = Math.min(bounds.height, area.height);
  const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(value, high));
  return { width, height, x: clamp(bounds.x, area.x, area.x + area.width - width), y: clamp(bounds.y, area.y, area.y + area.height - height) };
}

const usualSize = { width: 1600, height: 900 };
const nowhere: Bounds = { x: 0, y: 0, ...usualSize };

/** What a site says about windows; `consoleOn` null leaves the console where it stood. */
export type Wanted = Pick<Arrangement, 'kiosk' | 'consoleOn'>;

/** The display of the console: the one that the site names, else the one it stood on, else the primary one. */
function consoleDisplay(displays: readonly Display[], state: WindowState, consoleOn: Wanted['consoleOn']): Display | null {
  const primary = primaryOf(displays);
  if (consoleOn === 'primary') return primary;
  if (consoleOn === 'other') return displays.find(({ id }) => id !== primary?.id) ?? primary;
  return displays.find(({ id }) => id === state.windows.console?.display) ?? primary;
}

/** Never on the only display, and never over a console whose display the site names. */
function picturesPlace(displays: readonly Display[], state: WindowState, { kiosk, consoleOn }: Wanted): WindowPlace | null {
  const taken = consoleDisplay(displays, state, consoleOn)?.id;
  const other = displays.find(({ id }) => id !== taken);
  if (!other) return null;
  const remembered = state.windows.pictures;
  const display = displays.find(({ id }) => id === remembered?.display);
  if (remembered && display && (consoleOn === null || display.id !== taken))
    return { bounds: into(display.workArea, remembered.bounds), fullScreen: kiosk || remembered.fullScreen, kiosk };
  return { bounds: other.workArea, fullScreen: true, kiosk };
}

/**
 * Where a window goes: where it stood, when its display is there and the site names no other, and wholly visible in any case; else the
 * console in the middle of its display, the pictures filling another one. `null`: there is no display for the pictures.
 */
export function placeFor(kind: WindowKind, displays: readonly Display[], state: WindowState, wanted: Wanted): WindowPlace | null {
  if (kind === 'pictures') return picturesPlace(displays, state, wanted);
  const { kiosk, consoleOn } = wanted;
  const display = consoleDisplay(displays, state, consoleOn);
  if (!display) return { bounds: nowhere, fullScreen: kiosk, kiosk };
  const remembered = state.windows.console;
  const { workArea } = display;
  if (remembered?.display === display.id) return { bounds: into(workArea, remembered.bounds), fullScreen: kiosk || remembered.fullScreen, kiosk };
  const size = { width: Math.min(usualSize.width, workArea.width), height: Math.min(usualSize.height, workArea.height) };
  const x = workArea.x + Math.round((workArea.width - size.width) / 2);
  const y = workArea.y + Math.round((workArea.height - size.height) / 2);
  return { bounds: { x, y, ...size }, fullScreen: kiosk, kiosk };
}

/** With where this window stands now. */
export function remember(state: WindowState, kind: WindowKind, displays: readonly Display[], place: WindowPlace): WindowState {
  const display = displayOf(displays, place.bounds);
  if (!display) return state;
  const { x, y, width, height } = place.bounds;
  return { ...state, windows: { ...state.windows, [kind]: { display: display.id, bounds: { x, y, width, height }, fullScreen: place.fullScreen } } };
}
