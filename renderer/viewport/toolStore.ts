import { createStore, useStore } from 'zustand';
import type { ImagePoint } from '../../src/sample/index.ts';
import { isComplete, type Measure, type MeasureKind, withMoved, withPoint } from './measure.ts';
import type { PictureKey, PictureMode } from './pictureInfo.ts';

/** What the pointer does on the pictures besides window, zoom and pan; for this console alone, never recorded. */
export interface ToolState {
  readonly measuring: MeasureKind | null;
  readonly measures: readonly Measure[];
  /** Counts those that a key has placed: with each, the first point of the latest measure takes the focus. */
  readonly placed: number;
  readonly magnifier: boolean;
}

const toolStore = createStore<ToolState>(() => ({ measuring: null, measures: [], placed: 0, magnifier: false }));
export const useTools = <T>(select: (state: ToolState) => T): T => useStore(toolStore, select);
const { setState } = toolStore;

export const setMeasuring = (kind: MeasureKind | null): void => setState(({ measuring }) => ({ measuring: measuring === kind ? null : kind }));
export const addMeasurePoint = (picture: PictureKey, kind: MeasureKind, point: ImagePoint): void =>
  setState(({ measures }) => ({ measures: withPoint(measures, picture, kind, point) }));
/** How many there are in a picture. */
export const countMeasures = (picture: PictureKey): number => toolStore.getState().measures.filter((measure) => measure.picture === picture).length;
/** A whole measure at once; its first point takes the focus. */
export const placeMeasure = (measure: Measure): void =>
  setState(({ measures, placed }) => ({ measures: [...measures.filter(isComplete), measure], placed: placed + 1 }));
export const removeMeasure = (index: number): void => setState(({ measures }) => ({ measures: measures.filter((_, i) => i !== index) }));
export const moveMeasurePoint = (index: number, pointIndex: number, point: ImagePoint): void =>
  setState(({ measures }) => ({ measures: withMoved(measures, index, pointIndex, point) }));
export const clearMeasures = (): void => setState({ measures: [], measuring: null });
/** Those in the pictures of one mode: the next ones there are of another patient. */
export const forgetMeasures = (mode: PictureMode): void =>
  setState(({ measures }) => ({ measures: measures.filter(({ picture }) => !picture.startsWith(`${mode}/`)) }));
export const toggleMagnifier = (): void => setState(({ magnifier }) => ({ magnifier: !magnifier }));
