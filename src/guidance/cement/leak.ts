import type { CementObservation } from '../observation.ts';
import type { Grid } from '../image/grid.ts';
import type { CementContext } from './analysis.ts';

type LeakPart = Pick<CementObservation, 'zone' | 'leak' | 'leakSite' | 'toPosteriorWallPx' | 'toPosteriorWallMm'>;
export interface LeakWatch {
  frame(context: CementContext, mask: Uint8Array, filled: Uint8Array, difference: Grid, mmPerFinePx: number): LeakPart;
  reset(): void;
}
export function createLeakWatch(_w: number, _h: number): LeakWatch {
  return { frame: () => ({ zone: 'none', leak: false, leakSite: null, toPosteriorWallPx: null, toPosteriorWallMm: null }), reset: () => undefined };
}
