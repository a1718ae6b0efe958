import { createStore, useStore } from 'zustand';
import type { ImagePoint, PlaneId } from '../../src/sample/index.ts';

/** Endplate points while they are placed: upper front, upper back, lower front, lower back, all in one plane. */
export interface EndplateDraft {
  readonly plane: PlaneId | null;
  readonly points: readonly ImagePoint[];
}

export const endplatePoints = 4;
const empty: EndplateDraft = { plane: null, points: [] };
const endplateStore = createStore<{ readonly draft: EndplateDraft | null }>(() => ({ draft: null }));
const { setState } = endplateStore;

/** Null while no endplates are being placed. */
export const useEndplates = (): EndplateDraft | null => useStore(endplateStore, (state) => state.draft);
export const beginEndplates = (): void => setState({ draft: empty });
export const endEndplates = (): void => setState({ draft: null });

/** The draft with one more point; a first point in another plane begins anew there. */
export function withEndplate(draft: EndplateDraft, plane: PlaneId, point: ImagePoint): EndplateDraft {
  if (draft.plane !== plane) return { plane, points: [point] };
  return draft.points.length < endplatePoints ? { plane, points: [...draft.points, point] } : draft;
}

export const addEndplate = (plane: PlaneId, point: ImagePoint): void => setState(({ draft }) => ({ draft: draft && withEndplate(draft, plane, point) }));
export const moveEndplate = (index: number, point: ImagePoint): void =>
  setState(({ draft }) => ({ draft: draft && { ...draft, points: draft.points.map((p, i) => (i === index ? point : p)) } }));
