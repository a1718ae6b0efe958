import type { DicomDataset } from './dataset.ts';
import { functionalGroups } from './geometryTags.ts';
import { numberOf, numbersOf, textOf } from './values.ts';

/** Time between frames where a file says nothing of it: 15 frames a second, the usual pulse rate of spine fluoroscopy. */
export const defaultFrameTimeMs = 1000 / 15;

/** When each frame was taken, from the first one. */
export interface FrameTiming {
  /** (0018,1063) as the file says it; null when absent, zero kept as null. */
  readonly frameTimeMs: number | null;
  /** ms from the first frame, never decreasing, one for each frame. */
  readonly atMs: readonly number[];
  /** Time that the last frame lasts: where a loop or the next instance begins. */
  readonly lastFrameMs: number;
}

/**
 * Frame time vector (0018,1065), frame time (0018,1063), cine rate (0018,0040), recommended display rate (0008,2144) or
 * the acquisition times of an enhanced object's frames: the first that is there and sensible; else `defaultFrameTimeMs`.
 */
export function frameTimingOf(dataset: DicomDataset, frames: number): FrameTiming {
  const frameTimeMs = sensible(numberOf(dataset, 'x00181063', 'text'));
  const vector = numbersOf(dataset, 'x00181065', 'text');
  const rate = sensible(numberOf(dataset, 'x00180040', 'text')) ?? sensible(numberOf(dataset, 'x00082144', 'text'));
  const stepMs = frameTimeMs ?? (rate === null ? null : 1000 / rate);
  if (vector.length >= frames && frames > 1 && vector.every((step) => step >= 0)) return fromVector(vector.slice(0, frames), frameTimeMs);
  const acquired = stepMs === null ? acquisitionTimes(dataset, frames) : null;
  if (acquired !== null) return acquired;
  const step = stepMs ?? defaultFrameTimeMs;
  return { frameTimeMs, atMs: Array.from({ length: frames }, (_, index) => index * step), lastFrameMs: step };
}

/** Each value is the time since the frame before; the first is 0 by the standard and does not count in any case. */
function fromVector(vector: readonly number[], frameTimeMs: number | null): FrameTiming {
  const atMs: number[] = [];
  vector.forEach((step, index) => {
    atMs.push(index === 0 ? 0 : (atMs[index - 1] ?? 0) + step);
  });
  return { frameTimeMs, atMs, lastFrameMs: vector.at(-1) || defaultFrameTimeMs };
}

/** (0018,9074) frame acquisition date and time in the frame content of each frame. */
function acquisitionTimes(dataset: DicomDataset, frames: number): FrameTiming | null {
  if (frames < 2 || !('x52009230' in dataset.elements)) return null;
  const times: number[] = [];
  for (let index = 0; index < frames; index++) {
    const text = functionalGroups(dataset, index)
      .map((group) => textOf(group, 'x00189074'))
      .find((value) => value !== null);
    const time = text === undefined || text === null ? null : dateTimeMs(text);
    if (time === null || time < (times.at(-1) ?? time)) return null;
    times.push(time);
  }
  const start = times[0] ?? 0;
  const span = (times.at(-1) ?? start) - start;
  return span <= 0 ? null : { frameTimeMs: null, atMs: times.map((time) => time - start), lastFrameMs: span / (frames - 1) };
}

/** Milliseconds of a DICOM date and time, YYYYMMDDHHMMSS.FFFFFF with an optional zone, on a scale good for differences only. */
export function dateTimeMs(text: string): number | null {
  const parts = /^(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:\.(\d{1,6}))?/.exec(text);
  if (parts === null) return null;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '0'] = parts;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) + Number(`0.${fraction}`) * 1000;
}

/** Rates and times of zero or less stand for "not known" in real files. */
const sensible = (value: number | null) => (value !== null && value > 0 && Number.isFinite(value) ? value : null);
