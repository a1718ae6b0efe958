import { type PressureUnit, pressureFromKpa } from '../../src/base/units.ts';
import { text } from '../text.ts';

/** Decimals that a pressure is worth in each unit: about one part in four hundred of the rated pressure. */
const pressureDecimals: Readonly<Record<PressureUnit, number>> = { psi: 0, atm: 1, bar: 1, kPa: 0 };

/** A minus sign rather than a hyphen, and no negative zero. */
export function fixed(value: number, decimals: number): string {
  const words = value.toFixed(decimals);
  if (Number(words) === 0) return (0).toFixed(decimals);
  return words.replace('-', '−');
}

export const pressureText = (pressureKpa: number, unit: PressureUnit): string => fixed(pressureFromKpa(pressureKpa, unit), pressureDecimals[unit]);

const two = (n: number) => String(n).padStart(2, '0');

/** `4:32`, or `1:04:32` from an hour on; rounded down; never negative. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `00:15:19`: always the same width. */
export function longClockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `0:04.267`: to the millisecond, for a position in a record. */
export const positionText = (ms: number): string => `${clockText(ms)}.${String(Math.floor(Math.max(0, ms)) % 1000).padStart(3, '0')}`;

/** Local time of day. */
export function timeOfDay(epochMs: number, withSeconds = true): string {
  const date = new Date(epochMs);
  return `${two(date.getHours())}:${two(date.getMinutes())}${withSeconds ? `:${two(date.getSeconds())}` : ''}`;
}

export function dateText(epochMs: number): string {
  const date = new Date(epochMs);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${timeOfDay(epochMs)}`;
}

/** How long ago, coarser the longer. */
export function ageText(ms: number): string {
  if (ms < 10_000) return text.age.seconds(fixed(ms / 1000, 1));
  if (ms < 120_000) return text.age.seconds(fixed(ms / 1000, 0));
  return text.age.minutes(fixed(ms / 60_000, 0));
}

/** Decimal units, as disks are sold and file managers count. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? fixed(value, 0) : fixed(value, 1)} ${units[unit] ?? ''}`;
}

/** DICOM person name for reading: `Doe^Jane` → `Doe, Jane`. */
export const personName = (name: string): string => name.split('^').filter(Boolean).slice(0, 2).join(', ');

/** Angles as at the C-arm: `LAO 90° CRAN 0°`. */
export function anglesText(primaryDeg: number | null, secondaryDeg: number | null): string {
  if (primaryDeg === null && secondaryDeg === null) return text.picture.noAngles;
  const primary = primaryDeg === null ? text.none : `${primaryDeg < 0 ? 'RAO' : 'LAO'} ${fixed(Math.abs(primaryDeg), 0)}°`;
  const secondary = secondaryDeg === null ? text.none : `${secondaryDeg < 0 ? 'CAUD' : 'CRAN'} ${fixed(Math.abs(secondaryDeg), 0)}°`;
  return `${primary} ${secondary}`;
}
