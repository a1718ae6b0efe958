/**
 * The only file that knows Cornerstone3D: one rendering engine for the life of the page, one viewport per plane, each over
 * one image. Cornerstone draws on the CPU unless a trial at the start finds the GPU clearly quicker. On the GPU the image's buffer is
 * updated in place; on the CPU the image draws itself (Cornerstone's `image.render`) from greys that were made elsewhere.
 */
import {
  Enums,
  getRenderingCapabilities,
  init,
  metaData,
  RenderingEngine,
  type StackViewport,
  setUseCPURendering,
  type Types,
  utilities,
} from '@cornerstonejs/core';
import { curvePoints } from '../../src/dicom/voi.ts';
import type { XrayFrameAttributes } from '../../src/dicom/xrayFrame.ts';
import type { PlaneId } from '../../src/sample/index.ts';
import { type Affine, affineFromThree, type CanvasPoint } from './affine.ts';
import { type Development, develop, greyTable } from './develop.ts';
import { gpuIsQuicker, tryDrawing } from './drawingTrial.ts';
import { centerOf, widthOf } from './window.ts';

type Pixels = Uint8Array | Uint16Array;

/** A picture on the screen. Canvas points are CSS pixels from the element's top left corner. */
export interface Picture {
  /** Whether it takes greys: frames are then best developed on another thread. */
  readonly takesGreys: boolean;
  /** Shows a frame's stored values; the buffer may be used again after the call. */
  show(attributes: XrayFrameAttributes, pixels: Pixels): void;
  /** Shows a frame that was developed under the present window; the buffer may be used again after the call. */
  showGreys(attributes: XrayFrameAttributes, rgba: ArrayBuffer): void;
  /** Draws what was last shown again, after a change of camera. */
  redraw(): void;
  /** For what is shown from now on. */
  setWindow(development: Development): void;
  /** Multiplies the zoom, keeping the image point under `about`. */
  zoomBy(factor: number, about: CanvasPoint): void;
  panBy(dx: number, dy: number): void;
  /** Clockwise, about the middle of the picture. */
  rotateBy(degrees: number): void;
  flip(): void;
  /** Fits the whole frame, upright. */
  resetCamera(): void;
  resize(): void;
  /** Null before the first frame. */
  imageToCanvas(): Affine | null;
  dispose(): void;
}

let engine: RenderingEngine | null = null;
let onCpu = true;
const planeModules = new Map<string, { readonly imagePlaneModule: unknown; readonly imagePixelModule: unknown; readonly generalSeriesModule: unknown }>();

/** `cpu` or `gpu` in the browser's local storage overrides the trial, for support. */
const drawingKey = 'pedicle.drawing';

/** By trial, since most names say little; software that says that it is one is not tried. */
function shouldUseGpu(): boolean {
  const wanted = localStorage.getItem(drawingKey);
  if (wanted === 'cpu') return false;
  if (wanted === 'gpu') return getRenderingCapabilities().webgl2;
  const trial = tryDrawing();
  const root = document.documentElement;
  root.dataset.drawing = gpuIsQuicker(trial) ? 'gpu' : 'cpu';
  const words = (ms: number | null) => (ms === null ? 'not tried' : `${ms.toFixed(1)} ms`);
  root.dataset.drawingTrial = `gpu ${words(trial.gpuMs)}, cpu ${words(trial.cpuMs)}`;
  return gpuIsQuicker(trial);
}

function sharedEngine(): RenderingEngine {
  if (engine) return engine;
  onCpu = !shouldUseGpu();
  // In the place of `init`, which would first see what WebGL can do here, in contexts that are then not used.
  if (onCpu) setUseCPURendering(true, false);
  else init({ rendering: { webGlContextCount: 2 } } as Types.Cornerstone3DConfig);
  metaData.addProvider((type: string, imageId: string) => planeModules.get(imageId)?.[type as 'imagePlaneModule'], 10_000);
  engine = new RenderingEngine('pedicle');
  return engine;
}

/** Chooses how to draw, once a page; the first picture does it where nobody has done it before. */
export function prepareDrawing(): void {
  sharedEngine();
}

function modulesOf(attributes: XrayFrameAttributes) {
  const { rows, columns } = attributes;
  return {
    // World is pixels: origin at the centre of the first pixel, spacing 1. Millimetres are guidance's business, not the viewer's.
    imagePlaneModule: {
      rows,
      columns,
      imageOrientationPatient: [1, 0, 0, 0, 1, 0],
      rowCosines: [1, 0, 0],
      columnCosines: [0, 1, 0],
      imagePositionPatient: [0, 0, 0],
      rowPixelSpacing: 1,
      columnPixelSpacing: 1,
      pixelSpacing: [1, 1],
      frameOfReferenceUID: 'pedicle',
      usingDefaultValues: true,
    },
    imagePixelModule: {
      bitsAllocated: attributes.bitsAllocated,
      bitsStored: attributes.bitsStored,
      highBit: attributes.bitsStored - 1,
      samplesPerPixel: 1,
      pixelRepresentation: 0,
      photometricInterpretation: 'MONOCHROME2',
    },
    generalSeriesModule: { modality: 'XA', seriesNumber: 1, seriesInstanceUID: 'pedicle' },
  };
}

function createImage(imageId: string, attributes: XrayFrameAttributes, buffer: Pixels, render: (() => void) | null): Types.IImage {
  const { rows, columns } = attributes;
  const maximum = 2 ** attributes.bitsAllocated - 1;
  const image = {
    imageId,
    rows,
    columns,
    width: columns,
    height: rows,
    color: false,
    rgba: false,
    numberOfComponents: 1,
    slope: 1,
    intercept: 0,
    minPixelValue: 0,
    // The whole range of the buffer, so that Cornerstone's table has an entry for every value a frame may hold.
    maxPixelValue: maximum,
    windowCenter: maximum / 2,
    windowWidth: maximum,
    voiLUTFunction: Enums.VOILUTFunctionType.LINEAR,
    rowPixelSpacing: 1,
    columnPixelSpacing: 1,
    invert: false,
    photometricInterpretation: 'MONOCHROME2',
    sizeInBytes: buffer.byteLength,
    dataType: attributes.bitsAllocated === 8 ? 'Uint8Array' : 'Uint16Array',
    getPixelData: () => buffer,
    getCanvas: () => {
      throw new Error('grey images have no canvas of their own');
    },
    ...(render === null ? {} : { render }),
    voxelManager: utilities.VoxelManager.createImageVoxelManager({ width: columns, height: rows, scalarData: buffer, numberOfComponents: 1 }),
  } satisfies Omit<Types.IImage, 'dataType'> & { dataType: string };
  return image as Types.IImage;
}

interface TransferFunction {
  removeAllPoints(): void;
  addRGBPoint(x: number, r: number, g: number, b: number): void;
}

/** Writes the ramp itself: what `setProperties` leaves behind for an image that did not come through a stack has one broken node. */
function windowOnGpu(viewport: StackViewport, { range, voiFunction, inverted }: Development): void {
  const actor = viewport.getDefaultActor()?.actor as { getProperty(): { getRGBTransferFunction(index: number): TransferFunction | null } } | undefined;
  const ramp = actor?.getProperty().getRGBTransferFunction(0);
  if (!ramp) return;
  ramp.removeAllPoints();
  for (const { value, brightness } of curvePoints({ center: centerOf(range), width: widthOf(range), voiFunction })) {
    const grey = inverted ? 1 - brightness : brightness;
    ramp.addRGBPoint(value, grey, grey, grey);
  }
}

/** Pixels that are no picture, at the dark end of the values. */
function blacken(values: Pixels, { padding, inverted }: Development): void {
  if (padding === null) return;
  const [low, high] = padding;
  const dark = inverted ? 2 ** (8 * values.BYTES_PER_ELEMENT) - 1 : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value >= low && value <= high) values[i] = dark;
  }
}

/** Long enough that three rounded canvas points still give an exact scale. */
const basePx = 1000;

/** Puts a picture of one plane into `element`. */
export function createPicture(element: HTMLDivElement, plane: PlaneId): Picture {
  const owner = sharedEngine();
  const viewportId = `plane-${plane}`;
  owner.enableElement({ viewportId, element, type: Enums.ViewportType.STACK, defaultOptions: { background: [0, 0, 0] } });
  const viewport = owner.getViewport(viewportId) as StackViewport;
  let image: Types.IImage | null = null;
  let buffer: Pixels = new Uint8Array(0);
  let shape = '';
  let wanted: Development | null = null;
  let table: Uint32Array | null = null;
  const developed = document.createElement('canvas');
  const developedContext = developed.getContext('2d');
  let greys = new ImageData(1, 1);
  let rotationDeg = 0;
  let flipped = false;
  const orient = () => {
    viewport.setCamera({ flipHorizontal: flipped });
    // Not in the typed interface of this version, yet the only way that works on CPU and GPU alike.
    (viewport as unknown as { setRotation(degrees: number): void }).setRotation(rotationDeg);
  };

  /** On the CPU Cornerstone makes a canvas of CSS pixels, yet converts as if it had the screen's pixels: this undoes it. */
  const cssFactor = () => (onCpu ? ((window.devicePixelRatio || 1) * element.clientWidth) / Math.max(1, viewport.canvas.width) : 1);
  const worldAt = ([x, y]: CanvasPoint) => viewport.canvasToWorld([x / cssFactor(), y / cssFactor()]);
  const imageIdOf = (key: string) => `pedicle:${viewportId}?${key}`;
  const applyWindow = () => {
    table = null;
    if (image && wanted && !onCpu) windowOnGpu(viewport, wanted);
  };
  /** Called by Cornerstone whenever it draws the image on the CPU: the developed canvas under the present camera. */
  const drawGreys = () => {
    const context = viewport.canvas.getContext('2d');
    const map = imageToCanvas();
    if (!context || !map) return;
    const { width, height } = viewport.canvas;
    const perCss = width / Math.max(1, element.clientWidth);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#000';
    context.fillRect(0, 0, width, height);
    context.setTransform(perCss * map.a, perCss * map.b, perCss * map.c, perCss * map.d, perCss * map.e, perCss * map.f);
    // (0, 0) is the centre of the first pixel, whose corner is drawn at half a pixel before it.
    context.drawImage(developed, -0.5, -0.5);
  };
  const begin = (attributes: XrayFrameAttributes, key: string) => {
    const { columns, rows, bitsAllocated } = attributes;
    buffer = bitsAllocated === 8 ? new Uint8Array(columns * rows) : new Uint16Array(columns * rows);
    if (onCpu) {
      developed.width = columns;
      developed.height = rows;
      greys = new ImageData(columns, rows);
    }
    planeModules.set(imageIdOf(key), modulesOf(attributes));
    image = createImage(imageIdOf(key), attributes, buffer, onCpu ? drawGreys : null);
    shape = key;
    viewport.renderImageObject(image);
    viewport.resetCamera();
    applyWindow();
  };
  const prepare = (attributes: XrayFrameAttributes) => {
    const key = `${attributes.columns}x${attributes.rows}x${attributes.bitsAllocated}`;
    if (key !== shape) begin(attributes, key);
  };
  const redraw = () => {
    if (!image) return;
    // On the CPU now rather than in the next animation frame, so that overlay and frame change in one task.
    if (onCpu) viewport.customRenderViewportToCanvas();
    else viewport.render();
  };
  const uploadToGpu = () => {
    const data = viewport.getImageData().imageData as { getPointData(): { getScalars(): { getData(): Pixels } }; modified(): void };
    data.getPointData().getScalars().getData().set(buffer);
    data.modified();
  };
  const imageToCanvas = (): Affine | null => {
    if (!image) return null;
    // Cornerstone's CPU path counts pixels from their corner, its GPU path from their centre; ours is the centre.
    const half = onCpu ? 0.5 : 0;
    const factor = cssFactor();
    const at = (x: number, y: number): CanvasPoint => {
      const [u, v] = viewport.worldToCanvas([x + half, y + half, 0]);
      return [u * factor, v * factor];
    };
    return affineFromThree(at(0, 0), at(basePx, 0), at(0, basePx), basePx);
  };

  return {
    takesGreys: onCpu,
    show: (attributes, pixels) => {
      prepare(attributes);
      if (!onCpu) {
        buffer.set(pixels);
        if (wanted) blacken(buffer, wanted);
        uploadToGpu();
      } else if (wanted) {
        table ??= greyTable(attributes.bitsAllocated, wanted);
        develop(pixels, table, new Uint32Array(greys.data.buffer));
        developedContext?.putImageData(greys, 0, 0);
      }
      redraw();
    },
    showGreys: (attributes, rgba) => {
      prepare(attributes);
      developedContext?.putImageData(new ImageData(new Uint8ClampedArray(rgba), attributes.columns, attributes.rows), 0, 0);
      redraw();
    },
    redraw,
    setWindow: (development) => {
      wanted = development;
      applyWindow();
    },
    zoomBy: (factor, about) => {
      if (!image) return;
      const before = worldAt(about);
      const { parallelScale, scale, focalPoint } = viewport.getCamera();
      if (!parallelScale || !focalPoint) return;
      // On the CPU `scale` is what is drawn with; `parallelScale` read back there is off by the screen's pixel ratio.
      viewport.setCamera(onCpu && scale ? { scale: scale * factor } : { parallelScale: parallelScale / factor });
      const after = worldAt(about);
      const focal = viewport.getCamera().focalPoint ?? focalPoint;
      viewport.setCamera({ focalPoint: [focal[0] + before[0] - after[0], focal[1] + before[1] - after[1], focal[2]] });
    },
    panBy: (dx, dy) => {
      if (!image) return;
      const from = worldAt([0, 0]);
      const to = worldAt([dx, dy]);
      const { focalPoint } = viewport.getCamera();
      if (!focalPoint) return;
      viewport.setCamera({ focalPoint: [focalPoint[0] - (to[0] - from[0]), focalPoint[1] - (to[1] - from[1]), focalPoint[2]] });
    },
    rotateBy: (degrees) => {
      if (!image) return;
      rotationDeg = (((rotationDeg + (flipped ? -degrees : degrees)) % 360) + 360) % 360;
      orient();
    },
    flip: () => {
      if (!image) return;
      flipped = !flipped;
      orient();
    },
    resetCamera: () => {
      if (!image) return;
      rotationDeg = 0;
      flipped = false;
      orient();
      viewport.resetCamera();
    },
    resize: () => {
      owner.resize(true, true);
      // The camera that Cornerstone keeps over a resize is wrong on the CPU where the screen's pixels are not CSS pixels.
      if (onCpu && image && window.devicePixelRatio !== 1) viewport.resetCamera();
    },
    imageToCanvas,
    dispose: () => owner.disableElement(viewportId),
  };
}
