import { sameVoiFunction } from '../../src/dicom/voi.ts';
import { paddingRangeOf, type XrayFrameAttributes } from '../../src/dicom/xrayFrame.ts';
import { cArmView } from '../../src/geometry/cArm.ts';
import { epipolarLine } from '../../src/geometry/triangulate.ts';
import type { NeedleObservation } from '../../src/guidance/observation.ts';
import type { FrameHeader } from '../../src/link/link.ts';
import { leakSiteWords } from '../../src/procedure/leakSiteWords.ts';
import type { ImagePoint, PlaneId, PlanePlan } from '../../src/sample/index.ts';
import { fixed } from '../app/format.ts';
import { rootFontPx } from '../app/rootFont.ts';
import type { Look, LookReference } from '../link/frameDeveloper.ts';
import type { ArrivedFrame } from '../link/frameStream.ts';
import { text } from '../text.ts';
import { type Affine, type CanvasPoint, scaleOf, toImage } from './affine.ts';
import { type CementPicture, createArrivalMap, polygonLookup } from './arrival.ts';
import type { Development } from './develop.ts';
import { createGraphicsPainter, drawShutter } from './graphics.ts';
import { type GuidanceOf, guidanceFor } from './guidanceAge.ts';
import { defaultLayers, type OverlayLayers } from './layers.ts';
import { createCementPainter, drawOverlay } from './overlay.ts';
import type { Picture } from './picture.ts';
import { forgetPictureInfo, noPicture, type PictureInfo, type PictureKey, type PictureMode, pictureInfo, setPictureInfo } from './pictureInfo.ts';
import { posteriorQuarter } from './planShapes.ts';
import { createRoadmap, type Roadmap } from './roadmap.ts';
import { keepStill, type Still, type StillKind, stillOf } from './stills.ts';
import { draggedWindow, firstWindow, type VoiRange } from './window.ts';

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
type Stored = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
const isSubtracted = (roadmap: PictureInfo['roadmap']): boolean => roadmap !== null && roadmap !== 'missing';
const sameShape = (p: XrayFrameAttributes, q: XrayFrameAttributes): boolean =>
  p.rows === q.rows && p.columns === q.columns && p.bitsAllocated === q.bitsAllocated;

/** Whether greys of one are greys of the other, under the same window. */
const sameTable = (p: XrayFrameAttributes, q: XrayFrameAttributes): boolean =>
  p.paddingValue === q.paddingValue && p.paddingLimit === q.paddingLimit && sameVoiFunction(p.voiFunction, q.voiFunction);

/** The function that a source names belongs to its own pictures, not to differences of them. */
const developmentOf = (attributes: XrayFrameAttributes, range: VoiRange, inverted: boolean, isDifference: boolean): Development => ({
  range,
  voiFunction: isDifference ? 'LINEAR' : (attributes.voiFunction ?? 'LINEAR'),
  inverted,
  padding: paddingRangeOf(attributes),
});

/** One step of the wheel or of a key enlarges by this. */
export const zoomStep = 1.2;

export interface PlaneController {
  /** Shows a frame, or keeps it back while the picture is held: the newest, shown upon release. Gives back pixels that are not needed any longer. */
  arrive(frame: ArrivedFrame): ArrayBuffer | null;
  /** Says how frames are wanted, whenever that changes: whoever has another thread for it develops them there. */
  onLook(listener: LookListener): void;
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
  /** Width and height of the picture's box, canvas pixels. */
  sizeCanvasPx(): readonly [width: number, height: number];
  /** Called after each change of camera or size. */
  onCamera(listener: () => void): () => void;
  dispose(): void;
}

export interface LookListener {
  setLook(look: Look | null): void;
  setReference(reference: LookReference): void;
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
  const paintGraphics = createGraphicsPainter();
  const cameraListeners = new Set<() => void>();
  let plan: PlanePlan | null = null;
  let insideBody: ((rows: number, columns: number) => Uint8Array) | null = null;
  let held = false;
  /** The newest frame that came while the picture is held: with the beam off none comes after it. */
  let keptBack: ArrivedFrame | null = null;
  let layers: OverlayLayers = defaultLayers;
  let quarter: readonly ImagePoint[] | null = null;
  let cement: CementPicture | null = null;
  let affine: Affine | null = null;
  let unit = rootFontPx() / 16;
  /** The frame shown, as stored; its buffer goes back to the worker when the next one is shown. */
  let shown: Stored | null = null;
  let look: Look | null = null;
  let lookListener: LookListener | null = null;
  let toldReference: Still | null = null;
  let referenceId = 0;
  let wantsRoadmap = false;
  let roadmap: { readonly of: Still; readonly map: Roadmap } | null = null;
  /** Plain and subtracted pictures have a window each. */
  const windows: { plain: VoiRange | null; roadmap: VoiRange | null } = { plain: null, roadmap: null };
  setPictureInfo(key, noPicture);
  const info = () => pictureInfo(key);
  const update = (change: Partial<PictureInfo>) => setPictureInfo(key, { ...info(), ...change });

  const sizeOverlay = () => {
    const ratio = window.devicePixelRatio || 1;
    elements.overlay.width = Math.round(elements.root.clientWidth * ratio);
    elements.overlay.height = Math.round(elements.root.clientHeight * ratio);
    unit = rootFontPx() / 16;
  };
  const leakLabel = (guidance: GuidanceOf | null): string | null => {
    const seen = guidance?.observation.cement;
    return seen?.leak ? `${text.overlay.leak}${seen.leakSite ? `: ${leakSiteWords[seen.leakSite]}` : ''}` : null;
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
    drawShutter(context, affine, header.attributes);
    if (layers.graphics.shown) {
      context.globalAlpha = layers.graphics.opacity;
      paintGraphics(context, affine, header.attributes.overlays ?? []);
      context.globalAlpha = 1;
    }
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
    const [rows, columns] = mask.size;
    const inside = guidance?.observation.cement.leak ? (insideBody?.(rows, columns) ?? null) : null;
    cement = arrival.paint(mask, inside && ((x, y) => inside[y * columns + x] === 0));
  };
  /** Says how the next frames are wanted; greys made under another look are not shown. */
  const tellLook = () => {
    const { header, window: range, inverted } = info();
    if (!picture.takesGreys || !lookListener || !header || !range) return;
    const reference = wantsRoadmap ? stillOf(plane, 'reference') : null;
    if (reference && reference !== toldReference) {
      toldReference = reference;
      lookListener.setReference({ id: ++referenceId, attributes: reference.header.attributes, pixels: reference.pixels });
    }
    const isTakenOff = reference !== null && isSubtracted(info().roadmap);
    look = {
      id: (look?.id ?? 0) + 1,
      development: developmentOf(header.attributes, range, inverted, isSubtracted(info().roadmap)),
      reference: isTakenOff ? referenceId : null,
    };
    lookListener.setLook(look);
  };
  const putWindow = (attributes: XrayFrameAttributes, range: VoiRange, inverted: boolean) => {
    windows[isSubtracted(info().roadmap) ? 'roadmap' : 'plain'] = range;
    update({ window: range, inverted });
    picture.setWindow(developmentOf(attributes, range, inverted, isSubtracted(info().roadmap)));
  };
  const firstFrame = (attributes: XrayFrameAttributes, values: Pixels) => {
    update({ roadmap: null });
    putWindow(attributes, firstWindow(attributes, values), attributes.photometric === 'MONOCHROME1');
  };
  const applyWindow = (range: VoiRange, inverted: boolean) => {
    const { header } = info();
    if (!header || !shown) return;
    putWindow(header.attributes, range, inverted);
    tellLook();
    putPicture(header.attributes, shown);
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
      if (range) putWindow(attributes, range, info().inverted);
    }
    picture.show(attributes, subtracted?.pixels ?? values);
  };
  /** Greys from the other thread where they are of the present look, else what this thread makes itself. */
  const putArrived = (attributes: XrayFrameAttributes, values: Pixels, developed: ArrivedFrame['developed']) => {
    if (wantsRoadmap && stillOf(plane, 'reference') !== toldReference) {
      putPicture(attributes, values);
      return tellLook();
    }
    if (developed === null || developed.look !== look?.id || wantsRoadmap !== (look.reference !== null)) return putPicture(attributes, values);
    if (developed.movedPx) update({ roadmap: { movedPx: developed.movedPx } });
    picture.showGreys(attributes, developed.rgba);
  };
  const show = ({ header, pixels, developed }: ArrivedFrame): ArrayBuffer | null => {
    const startedAt = performance.now();
    const { attributes } = header;
    const values = attributes.bitsAllocated === 8 ? new Uint8Array(pixels) : new Uint16Array(pixels);
    const before = info().header?.attributes;
    const isOtherShape = !before || !sameShape(before, attributes) || !sameTable(before, attributes);
    if (isOtherShape) firstFrame(attributes, values);
    const spare = shown?.buffer ?? null;
    shown = values;
    putArrived(attributes, values, isOtherShape ? null : developed);
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
    if (isOtherShape) tellLook();
    return spare;
  };
  /** Keeps a frame instead of the one kept before it; what was developed of it is the worker's again. */
  const keepBack = (frame: ArrivedFrame): ArrayBuffer | null => {
    const replaced = keptBack?.pixels ?? null;
    keptBack = { ...frame, developed: null };
    return replaced;
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
      if (held && info().header !== null) return keepBack(frame);
      const spare = show(frame);
      // Only of frames that are shown as they come: how long one was held says nothing about the link.
      requestAnimationFrame(() => update({ shownInMs: Math.max(0, Date.now() - frame.header.stampedEpochMs) }));
      return spare;
    },
    onLook: (listener) => {
      lookListener = listener;
      tellLook();
    },
    setPlan: (next) => {
      plan = next;
      quarter = next && posteriorQuarter(next);
      insideBody = next?.vertebralBody ? polygonLookup(next.vertebralBody) : null;
      drawOver();
    },
    setHeld: (next) => {
      held = next;
      if (held || !keptBack) return;
      const newest = keptBack;
      keptBack = null;
      show(newest);
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
      tellLook();
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
    sizeCanvasPx: () => [elements.root.clientWidth, elements.root.clientHeight],
    onCamera: (listener) => {
      cameraListeners.add(listener);
      return () => cameraListeners.delete(listener);
    },
    dispose: () => {
      resizing.disconnect();
      picture.dispose();
      forgetPictureInfo(key);
      controllers.delete(key);
    },
  };
  controllers.set(key, controller);
  return controller;
}
