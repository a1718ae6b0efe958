import { createStore, useStore } from 'zustand';
import type { ImagePoint, PlaneId } from '../../src/sample/index.ts';
import { type Measure, type MeasureKind, withMoved, withPoint } from './measure.ts';

/** What the pointer does on the pictures besides window, zoom and pan; for this console alone, never recorded. */
export interface ToolState {
  readonly measuring: MeasureKind | null;
  readonly measures: readonly Measure[];
  readonly magnifier: boolean;
}

const toolStore = createStore<ToolState>(() => ({ measuring: null, measures: [], magnifier: false }));
export const useTools = <T>(select: (state: ToolState) => T): T => useStore(toolStore, select);
const { setState } = toolStore;

export const setMeasuring = (kind: MeasureKind | null): void => setState(({ measuring }) => ({ measuring: measuring === kind ? null : kind }));
export const addMeasurePoint = (plane: PlaneId, kind: MeasureKind, point: ImagePoint): void =>
  setState(({ measures }) => ({ measures: withPoint(measures, plane, kind, point) }));
export const moveMeasurePoint = (index: number, pointIndex: number, point: ImagePoint): void =>
  setState(({ measures }) => ({ measures: withMoved(measures, index, pointIndex, point) }));
export const clearMeasures = (): void => setState({ measures: [], measuring: null });
export const toggleMagnifier = (): void => setState(({ magnifier }) => ({ magnifier: !magnifier }));
