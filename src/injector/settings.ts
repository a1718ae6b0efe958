import type { CementProduct } from './cementClock.ts';
import { defaultLineFormat, type LineFormat } from './lineFormat.ts';

/** What a site may say about its injectors and cements; the same settings belong to a record and its replay. */
export interface InjectorSettings {
  /** The text lines of devices with the `line` driver. */
  readonly line: LineFormat;
  readonly cements: readonly CementProduct[];
  readonly roomTemperatureC: number | null;
}

export const defaultInjectorSettings: InjectorSettings = { line: defaultLineFormat, cements: [], roomTemperatureC: null };
