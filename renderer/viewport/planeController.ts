import type { XrayFrameAttributes } from '../../src/dicom/xrayFrame.ts';
import { cArmView } from '../../src/geometry/cArm.ts';
import { epipolarLine } from '../../src/geometry/triangulate.ts';
import type { NeedleObservation } from '../../src/guidance/observation.ts';
import type { FrameHeader } from '../../src/link/link.ts';
import type { ImagePoint, PlaneId, PlanePlan } from '../../src/sample/index.ts';
import { fixed } from '../app/format.ts';
import type { ArrivedFrame } from '../link/frameStream.ts';
import { leakSiteText, text } from '../text.ts';
import { type Affine, type CanvasPoint, scaleOf, toImage } from './affine.ts';
import { type CementPicture, createArrivalMap, rasterPolygon } from './arrival.ts';
import { type GuidanceOf, guidanceFor } from './guidanceAge.ts';
import { defaultLayers, type OverlayLayers } from './layers.ts';
import { createCementPainter, drawOverlay } from './overlay.ts';
import type { Picture } from './picture.ts';
import { posteriorQuarter } from './planShapes.ts';
import { createRoadmap, type Roadmap } from './roadmap.ts';
import { keepStill, type Still, type StillKind, stillOf } from './stills.ts';
import { draggedWindow, firstWindow, type VoiRange } from './window.ts';

/** What one plane shows right now. Changes in place with each frame; read it on a tick, not through React state. */
export interface PictureInfo {
  /** The frame on the screen; null before the first. */
  readonly header: FrameHeader | null;
  /** What is drawn over it: computed from this frame, or from one shortly before. */
  readonly guidance: GuidanceOf | null;
  /** `performance.now()` when the newest frame arrived, shown or not. */
  readonly arrivedAt: number | null;
  /** From the bridge's stamp to the animation frame after drawing, ms. */
  readonly shownInMs: number | null;
  readonly dropped: number;
  /** Main-thread time of the last frame, ms. */
  readonly drawMs: number;
  readonly window: VoiRange | null;
  readonly inverted: boolean;
  readonly canvasPxPerImagePx: number | null;
  /** Set while the reference is subtracted: how the patient has moved since. `missing`: wanted, but there is no reference. */
  readonly roadmap: { readonly movedPx: readonly [dx: number, dy: number] } | 'missing' | null;
}

const noPicture: PictureInfo = {
  header: null,
  guidance: null,
  arrivedAt: null,
  shownInMs: null,
  dropped: 0,
  drawMs: 0,
  window: null,
  inverted: false,
  canvasPxPerImagePx: null,
  roadmap: null,
};
const infos = new Map<string, PictureInfo>();

/** Live and review pictures of a plane are different pictures. */
export type PictureMode = 'live' | 'review' | 'compare';
export type PictureKey = `${PictureMode}/${PlaneId}`;
export const pictureInfo = (key: PictureKey): PictureInfo => infos.get(key) ?? noPicture;

/**
 * Age of a plane's picture at `now` (`performance.now()`): since the newest frame arrived, or since the one shown was stamped,
 * whichever is more, so that a link that delivers late does not look live. A held picture ages by arrival only. Null before the first.
 */
export function pictureAgeMs(key: PictureKey, now: number, held: boolean): number | null {
  const { header, arrivedAt } = pictureInfo(key);
  if (arrivedAt === null) return null;
  const sinceStamp = header && !held ? performance.timeOrigin + now - header.stampedEpochMs : 0;
  return Math.max(now - arrivedAt, sinceStamp);
}

/** What guidance says of the frames of both planes as they are shown. */
export const shownGuidance = (mode: PictureMode) => ({
  a: pictureInfo(`${mode}/a`).guidance?.observation ?? null,
  b: pictureInfo(`${mode}/b`).guidance?.observation ?? null,
});

/** Off the planned line, with its unit; null without a plan. */
function deviationWords(needle: NeedleObservation | null): string | null {
  const deviation = needle?.deviation;
  if (!deviation) return null;
  return deviation.tipToLineMm === null ? `${fixed(deviation.tipToLinePx, 0)} px` : `${fixed(deviation.tipToLineMm, 1)} mm`;
}

/** The line on which the tip that the other plane shows just now must lie in this one; null when geometry or the other tip is missing. */
function epipolarOf(key: PictureKey, attributes: XrayFrameAttributes): readonly [ImagePoint, ImagePoint] | null {
  const [mode, plane] = key.split('/') as [PictureMode, PlaneId];
  const other = pictureInfo(`${mode}/${plane === 'a' ? 'b' : 'a'}`);
  const tip = other.guidance?.observation.needle.needle?.tip;
  const [from, to] = [other.header && cArmView(other.header.attributes), cArmView(attributes)];
  return tip && from && to ? epipolarLine(from, tip, to) : null;
}

type Pixels = Uint8Array | Uint16Array;
const isSubtracted = (roadmap: PictureInfo['roadmap']): boolean => roadmap !== null && roadmap !== 'missing';
const sameShape = (p: XrayFrameAttributes, q: XrayFrameAttributes): boolean =>
  p.rows === q.rows && p.columns === q.columns && p.bitsAllocated === q.bitsAllocated;

const epochNow = () => performance.timeOrigin + performance.now();
const rootFontPx = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
const zoomStep = 1.2;

export interface PlaneController {
  arrive(frame: ArrivedFrame): void;
  setPlan(plan: PlanePlan | null): void;
  setHeld(held: boolean): void;
  setLayers(layers: OverlayLayers): void;
  /** Live minus reference, or plain. */
  setRoadmap(wanted: boolean): void;
  /** Keeps the frame that is shown: beside the live picture, and as what a roadmap subtracts. */
  takeStill(kind: StillKind): void;
  dragWindow(dx: number, dy: number): void;
  zoom(steps: number, about?: CanvasPoint): void;
  pan(dx: number, dy: number): void;
  reset(): void;
  invert(): void;
  /** By quarter turns, clockwise. */
  rotate(degrees: 90 | -90): void;
  /** Left for right. */
  flip(): void;
  imageToCanvas(): Affine | null;
  imagePointAt(canvasPoint: CanvasPoint): ImagePoint | null;
  /** Called after each change of camera or size. */
  onCamera(listener: () => void): () => void;
  dispose(): void;
}

export interface PlaneElements {
  readonly root: HTMLElement;
  readonly picture: HTMLDivElement;
  readonly overlay: HTMLCanvasElement;
}

const controllers = new Map<PictureKey, PlaneController>();
/** What drives the picture on the screen; null when it is not there. */
export const controllerOf = (key: PictureKey): PlaneController | null => controllers.get(key) ?? null;

/** Drives one plane: frame, window, camera and overlay, all drawn in one task. */
export function createPlaneController(key: PictureKey, picture: Picture, elements: PlaneElements): PlaneController {
  const plane: PlaneId = key.endsWith('a') ? 'a' : 'b';
  const context = elements.overlay.getContext('2d');
  const arrival = createArrivalMap();
  const paintCement = createCementPainter();
  const cameraListeners = new Set<() => void>();
  let plan: PlanePlan | null = null;
  let bodyRaster: Uint8Array | null = null;
  let held = false;
  let layers: OverlayLayers = defaultLayers;
  let quarter: readonly ImagePoint[] | null = null;
  let cement: CementPicture | null = null;
  let affine: Affine | null = null;
  let unit = rootFontPx() / 16;
  /** A copy of the frame shown, as stored: the arriving buffer goes back to the worker, the picture's own may hold a subtraction. */
  let shown: Pixels | null = null;
  let wantsRoadmap = false;
  let roadmap: { readonly of: Still; readonly map: Roadmap } | null = null;
  /** Plain and subtracted pictures have a window each. */
  const windows: { plain: VoiRange | null; roadmap: VoiRange | null } = { plain: null, roadmap: null };
  infos.set(key, noPicture);
  const info = () => pictureInfo(key);
  const update = (change: Partial<PictureInfo>) => infos.set(key, { ...info(), ...change });

  const sizeOverlay = () => {
    const ratio = window.devicePixelRatio || 1;
    elements.overlay.width = Math.round(elements.root.clientWidth * ratio);
    elements.overlay.height = Math.round(elements.root.clientHeight * ratio);
    unit = rootFontPx() / 16;
  };
  const leakLabel = (guidance: GuidanceOf | null): string | null => {
    const seen = guidance?.observation.cement;
    return seen?.leak ? `${text.overlay.leak}${seen.leakSite ? `: ${leakSiteText[seen.leakSite]}` : ''}` : null;
  };
  const drawOver = () => {
    const { header, guidance } = info();
    if (!context) return;
    const ratio = window.devicePixelRatio || 1;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, elements.overlay.width, elements.overlay.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (!header || !affine) return;
    const observation = guidance?.observation ?? null;
    const content = {
      observation,
      plan,
      cement,
      leakLabel: leakLabel(guidance),
      wallLabel: text.overlay.stopLine,
      deviationLabel: deviationWords(observation?.needle ?? null),
      quarter,
      quarterLabel: text.overlay.quarter,
      epipolar: layers.epipolar.shown ? epipolarOf(key, header.attributes) : null,
    };
    drawOverlay(context, affine, content, layers, paintCement, unit);
  };
  const measureCamera = () => {
    affine = picture.imageToCanvas();
    update({ canvasPxPerImagePx: affine ? scaleOf(affine) : null });
  };
  const cameraChanged = () => {
    measureCamera();
    picture.redraw();
    drawOver();
    for (const listener of cameraListeners) listener();
  };
  const takeCement = (header: FrameHeader, guidance: GuidanceOf | null) => {
    // Guidance of an earlier frame has been painted with that frame.
    if (guidance && guidance.tMs !== header.tMs) return;
    const mask = guidance?.observation.cement.mask ?? null;
    cement = null;
    if (!mask) return;
    arrival.add(mask, header.tMs);
    const columns = mask.size[1];
    if (plan?.vertebralBody && !bodyRaster) bodyRaster = rasterPolygon(plan.vertebralBody, mask.size[0], columns);
    const raster = bodyRaster;
    const leaks = guidance?.observation.cement.leak === true;
    cement = arrival.paint(mask, leaks && raster ? (x, y) => raster[y * columns + x] === 0 : null);
  };
  const firstFrame = (header: FrameHeader, pixels: Uint8Array | Uint16Array) => {
    const range = firstWindow(header.attributes, pixels);
    const inverted = header.attributes.photometric === 'MONOCHROME1';
    windows.plain = range;
    update({ window: range, inverted });
    picture.setWindow(range, inverted);
  };
  const putWindow = (range: VoiRange, inverted: boolean) => {
    windows[isSubtracted(info().roadmap) ? 'roadmap' : 'plain'] = range;
    update({ window: range, inverted });
    picture.setWindow(range, inverted);
  };
  const applyWindow = (range: VoiRange, inverted: boolean) => {
    putWindow(range, inverted);
    picture.redraw();
    drawOver();
  };
  const roadmapFor = (attributes: XrayFrameAttributes): Roadmap | null => {
    const reference = stillOf(plane, 'reference');
    if (!reference || !sameShape(reference.header.attributes, attributes)) return null;
    if (roadmap?.of !== reference) roadmap = { of: reference, map: createRoadmap(reference.pixels, reference.header.attributes) };
    return roadmap.map;
  };
  /** Puts the frame on the screen, plain or with the reference taken off. */
  const putPicture = (attributes: XrayFrameAttributes, values: Pixels) => {
    const map = wantsRoadmap ? roadmapFor(attributes) : null;
    const subtracted = map?.subtract(values) ?? null;
    const before = isSubtracted(info().roadmap);
    update({ roadmap: subtracted ? { movedPx: subtracted.movedPx } : wantsRoadmap ? 'missing' : null });
    if (before !== (subtracted !== null)) {
      const range = subtracted ? (windows.roadmap ?? map?.window) : windows.plain;
      if (range) putWindow(range, info().inverted);
    }
    picture.show(attributes, subtracted?.pixels ?? values);
  };
  const show = ({ header, pixels }: ArrivedFrame) => {
    const startedAt = performance.now();
    const values = header.attributes.bitsAllocated === 8 ? new Uint8Array(pixels) : new Uint16Array(pixels);
    const before = info().header?.attributes;
    const isOtherShape = before?.rows !== header.attributes.rows || before?.columns !== header.attributes.columns;
    if (isOtherShape) firstFrame(header, values);
    if (shown?.length === values.length && shown.BYTES_PER_ELEMENT === values.BYTES_PER_ELEMENT) shown.set(values);
    else shown = values.slice();
    putPicture(header.attributes, values);
    if (isOtherShape) measureCamera();
    const guidance = guidanceFor(header, info().guidance);
    takeCement(header, guidance);
    update({ header, guidance });
    drawOver();
    update({ drawMs: performance.now() - startedAt });
    elements.root.dataset.seq = String(header.seq);
    elements.root.dataset.frameMs = String(header.tMs);
    elements.root.dataset.stampedMs = String(header.stampedEpochMs);
    elements.root.dataset.drawMs = info().drawMs.toFixed(1);
    if (isOtherShape) for (const listener of cameraListeners) listener();
    requestAnimationFrame(() => update({ shownInMs: Math.max(0, epochNow() - header.stampedEpochMs) }));
  };
  const resizing = new ResizeObserver(() => {
    sizeOverlay();
    picture.resize();
    cameraChanged();
  });
  resizing.observe(elements.root);
  sizeOverlay();
  const centre = (): CanvasPoint => [elements.root.clientWidth / 2, elements.root.clientHeight / 2];

  const controller: PlaneController = {
    arrive: (frame) => {
      update({ arrivedAt: performance.now(), dropped: frame.dropped });
      if (!held || info().header === null) show(frame);
    },
    setPlan: (next) => {
      plan = next;
      quarter = next && posteriorQuarter(next);
      bodyRaster = null;
      drawOver();
    },
    setHeld: (next) => {
      held = next;
    },
    setLayers: (next) => {
      layers = next;
      drawOver();
    },
    setRoadmap: (wanted) => {
      if (wanted === wantsRoadmap) return;
      wantsRoadmap = wanted;
      const { header } = info();
      if (!header || !shown) return;
      putPicture(header.attributes, shown);
      drawOver();
    },
    takeStill: (kind) => {
      const { header, inverted } = info();
      if (header && shown && windows.plain) keepStill(plane, kind, { header, pixels: shown.slice(), window: windows.plain, inverted });
    },
    dragWindow: (dx, dy) => {
      const { window: range, inverted, header } = info();
      if (range && header) applyWindow(draggedWindow(range, dx, dy, header.attributes.bitsStored), inverted);
    },
    zoom: (steps, about = centre()) => {
      picture.zoomBy(zoomStep ** steps, about);
      cameraChanged();
    },
    pan: (dx, dy) => {
      picture.panBy(dx, dy);
      cameraChanged();
    },
    reset: () => {
      picture.resetCamera();
      cameraChanged();
    },
    invert: () => {
      const { window: range, inverted } = info();
      if (range) applyWindow(range, !inverted);
    },
    rotate: (degrees) => {
      picture.rotateBy(degrees);
      cameraChanged();
    },
    flip: () => {
      picture.flip();
      cameraChanged();
    },
    imageToCanvas: () => affine,
    imagePointAt: (point) => (affine ? toImage(affine, point) : null),
    onCamera: (listener) => {
      cameraListeners.add(listener);
      return () => cameraListeners.delete(listener);
    },
    dispose: () => {
      resizing.disconnect();
      picture.dispose();
      infos.delete(key);
      controllers.delete(key);
    },
  };
  controllers.set(key, controller);
  return controller;
}
