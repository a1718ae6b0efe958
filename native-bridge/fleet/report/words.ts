import { differenceText } from '../../../src/session/compare.ts';
import type { RecordReplay } from '../recordReplay.ts';

/** What there is to say of a record beside its status; empty when nothing. */
export function remarkText({ message, record, replay }: RecordReplay): string {
  const notWhole = record && !record.closed && message === null ? 'It was cut off, or changed after it was closed: compared as far as it goes.' : '';
  const parts = [replay?.firstDifference ? `First difference: ${differenceText(replay.firstDifference)}.` : '', message ?? '', notWhole];
  return parts.filter(Boolean).join(' ');
}

export const statusWords: Readonly<Record<RecordReplay['status'], string>> = {
  identical: 'identical',
  differs: 'differs',
  partly: 'compared in part',
  error: 'could not be replayed',
  'not-run': 'not run',
};

/** `1 h 02 min`, `3 min 20 s`, `12.4 s`. */
export function durationText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

const smallestShown = 0.0001;

/** Three significant digits, without an exponent. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < smallestShown) return `${value < 0 ? '−' : ''}<${smallestShown}`;
  return size >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${numberText(bytes / 1000 ** step)} ${units[step]}`;
}
