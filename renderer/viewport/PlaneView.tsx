import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { PlaneId, PlanePlan } from '../../src/sample/index.ts';
import { type ArrivedFrame, openFrameStream } from '../link/frameStream.ts';
import { attachGestures, pictureKey } from './gestures.ts';
import type { OverlayLayers } from './layers.ts';
import { PictureCaption } from './PictureCaption.tsx';
import { createPlaneController, type PictureKey, type PlaneController } from './planeController.ts';

export interface PlaneViewProps {
  readonly plane: PlaneId;
  readonly mode: 'live' | 'review';
  readonly streamPath: string;
  readonly plan: PlanePlan | null;
  readonly held: boolean;
  readonly active: boolean;
  readonly layers: OverlayLayers;
  readonly onActivate: () => void;
  /** Drawn over the picture while something is edited; gets what it needs to place itself. */
  readonly children?: ((controller: PlaneController) => ReactNode) | undefined;
}

/** Cornerstone3D comes with the first picture, not with the page. */
const loadPicture = () => import('./picture.ts');

/** One plane: picture, overlay and the words about them. */
export function PlaneView({ plane, mode, streamPath, plan, held, active, layers, onActivate, children }: PlaneViewProps) {
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
    void loadPicture().then(({ createPicture }) => {
      if (closed) return;
      const created = createPlaneController(key, createPicture(pictureHost, plane), { root: rootElement, picture: pictureHost, overlay: overlayElement });
      const closeStream = openFrameStream(streamPath, (frame: ArrivedFrame) => created.arrive(frame));
      const detach = attachGestures(rootElement, created);
      setController(created);
      close = () => {
        closeStream();
        detach();
        created.dispose();
        setController(null);
      };
    });
    return () => {
      closed = true;
      close();
    };
  }, [key, plane, streamPath]);

  useEffect(() => controller?.setPlan(plan), [controller, plan]);
  useEffect(() => controller?.setHeld(held), [controller, held]);
  useEffect(() => controller?.setLayers(layers), [controller, layers]);

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
      aria-label={`plane ${plane}`}
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
      {controller && children?.(controller)}
    </section>
  );
}
