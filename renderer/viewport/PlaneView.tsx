import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { PlaneId, PlanePlan } from '../../src/sample/index.ts';
import { type ArrivedFrame, openFrameStream } from '../link/frameStream.ts';
import { text } from '../text.ts';
import { EndplateLayer } from './EndplateLayer.tsx';
import { attachGestures, pictureKey } from './gestures.ts';
import type { OverlayLayers } from './layers.ts';
import { loadPicture } from './loadPicture.ts';
import { Magnifier } from './Magnifier.tsx';
import { MeasureLayer } from './MeasureLayer.tsx';
import { PictureCaption } from './PictureCaption.tsx';
import type { PictureKey, PictureMode } from './pictureInfo.ts';
import { createPlaneController, type PlaneController } from './planeController.ts';
import type { StillKind } from './stills.ts';

export interface PlaneViewProps {
  readonly plane: PlaneId;
  readonly mode: PictureMode;
  readonly streamPath: string;
  readonly plan: PlanePlan | null;
  readonly held: boolean;
  readonly active: boolean;
  readonly layers: OverlayLayers;
  /** Live minus reference. */
  readonly roadmap?: boolean;
  /** Counts new references of this plane; with each, the frame shown becomes it. */
  readonly references?: number;
  /** Counts the wish to keep the frame shown as the last image. */
  readonly lastImages?: number;
  readonly onActivate: () => void;
  /** Drawn over the picture while something is edited; gets what it needs to place itself. */
  readonly children?: ((controller: PlaneController) => ReactNode) | undefined;
}

/** Keeps the frame shown each time `count` changes, not for what it was when the picture came. */
function useNewStill(controller: PlaneController | null, kind: StillKind, count: number): void {
  const before = useRef(count);
  useEffect(() => {
    if (before.current === count) return;
    before.current = count;
    controller?.takeStill(kind);
  }, [controller, kind, count]);
}

/** One plane: picture, overlay and the words about them. */
export function PlaneView(props: PlaneViewProps) {
  const { plane, mode, streamPath, plan, held, active, layers, onActivate, children, roadmap = false, references = 0, lastImages = 0 } = props;
  const root = useRef<HTMLDivElement>(null);
  const pictureElement = useRef<HTMLDivElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const [controller, setController] = useState<PlaneController | null>(null);
  const key: PictureKey = `${mode}/${plane}`;

  useEffect(() => {
    const elements = { root: root.current, picture: pictureElement.current, overlay: overlay.current };
    const { root: rootElement, picture: pictureHost, overlay: overlayElement } = elements;
    if (!rootElement || !pictureHost || !overlayElement) return;
    let closed = false;
    let close = () => {};
    let shownBy: PlaneController | null = null;
    let early: ArrivedFrame | null = null;
    // The thread that reads the frames gets ready while what draws them is still being loaded; the newest one waits for it.
    const stream = openFrameStream(streamPath, (frame) => {
      if (shownBy) return shownBy.arrive(frame);
      const replaced = early?.pixels ?? null;
      early = { ...frame, developed: null };
      return replaced;
    });
    void loadPicture().then(({ createPicture }) => {
      if (closed) return;
      const created = createPlaneController(key, createPicture(pictureHost, plane), { root: rootElement, picture: pictureHost, overlay: overlayElement });
      shownBy = created;
      created.onLook(stream);
      if (early) created.arrive(early);
      const detach = attachGestures(rootElement, created);
      setController(created);
      close = () => {
        detach();
        created.dispose();
        setController(null);
      };
    });
    return () => {
      closed = true;
      stream.close();
      close();
    };
  }, [key, plane, streamPath]);

  useEffect(() => controller?.setPlan(plan), [controller, plan]);
  useEffect(() => controller?.setHeld(held), [controller, held]);
  useEffect(() => controller?.setLayers(layers), [controller, layers]);
  useEffect(() => controller?.setRoadmap(roadmap), [controller, roadmap]);
  useNewStill(controller, 'reference', references);
  useNewStill(controller, 'last', lastImages);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!controller || event.target !== event.currentTarget || !pictureKey(event, controller)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section
      className="plane"
      data-plane={plane}
      data-active={active}
      aria-label={mode === 'compare' ? text.picture.ofSecondRecord(text.picture.plane[plane]) : text.picture.plane[plane]}
      aria-description={text.picture.keys}
      ref={root}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: window, zoom and pan have keys, so the picture takes the focus
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onActivate}
      onFocus={onActivate}
    >
      <div className="plane-picture" ref={pictureElement} />
      <canvas className="plane-overlay" ref={overlay} />
      <PictureCaption plane={plane} mode={mode} held={held} />
      <Magnifier root={root} />
      {controller && !children && <MeasureLayer pictureKey={key} controller={controller} />}
      {controller && mode === 'live' && <EndplateLayer plane={plane} controller={controller} />}
      {controller && children?.(controller)}
    </section>
  );
}
