import type { PlaneId } from '../sample/index.ts';
import { type AnatomyStore, createPlaneRenderer, type FramePixels, frameTimeMs, type PlaneRenderer } from './planeRenderer.ts';
import type { Scenario } from './scenario.ts';

/** One plane of the virtual C-arm, whether it stays or turns. */
export interface VirtualCArm {
  /** The renderer of the view that this frame is taken in: it knows the frame's truth. */
  readonly rendererAt: (frameIndex: number) => PlaneRenderer;
  readonly render: (frameIndex: number, pixels: FramePixels) => void;
}

/** Ray-casts every view that the plane will have and the store has not; a C-arm that turns takes about twice as long to get ready. */
export function createVirtualCArm(scenario: Scenario, plane: PlaneId, fps: number, store: AnatomyStore | null = null): VirtualCArm {
  const seen = new Set<PlaneId>([plane, ...scenario.turns.map((turn) => turn.to)]);
  const renderers = new Map([...seen].map((view) => [view, createPlaneRenderer(scenario, view, fps, store)]));
  const rendererAt = (frameIndex: number): PlaneRenderer => {
    const tMs = frameTimeMs(frameIndex, fps);
    const view = scenario.turns.findLast((turn) => turn.atMs <= tMs)?.to ?? plane;
    const renderer = renderers.get(view);
    if (renderer === undefined) throw new Error(`view ${view} was not made ready`);
    return renderer;
  };
  return { rendererAt, render: (frameIndex, pixels) => rendererAt(frameIndex).render(frameIndex, pixels) };
}
