import { arrowStep } from '../app/arrows.ts';
import type { CanvasPoint } from './affine.ts';
import { type PlaneController, zoomStep } from './planeController.ts';

type Drag = 'window' | 'pan' | 'zoom';

/** The usual bindings of the field: left drag = window/level, middle or Shift + left = pan, right drag = zoom, wheel = zoom at the pointer. */
function dragOf(event: PointerEvent): Drag {
  if (event.button === 1 || event.shiftKey) return 'pan';
  return event.button === 2 ? 'zoom' : 'window';
}

type Fingers = readonly [CanvasPoint, CanvasPoint];

const middle = ([p, q]: Fingers): CanvasPoint => [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
const apart = ([p, q]: Fingers): number => Math.hypot(p[0] - q[0], p[1] - q[1]);
/** Fingers closer than this are one to a gloved hand: their distance says nothing. */
const leastApartPx = 20;

/** What two fingers that have moved do to a picture: steps of zoom about the middle between them, and how far that middle went. */
export function pinchOf(before: Fingers, after: Fingers): { readonly steps: number; readonly about: CanvasPoint; readonly by: CanvasPoint } {
  const [from, to] = [middle(before), middle(after)];
  const ratio = Math.max(leastApartPx, apart(after)) / Math.max(leastApartPx, apart(before));
  return { steps: Math.log(ratio) / Math.log(zoomStep), about: to, by: [to[0] - from[0], to[1] - from[1]] };
}

/** The two fingers on the picture; null with one, or more. */
function fingersOf(touches: ReadonlyMap<number, CanvasPoint>): Fingers | null {
  const [p, q, more] = [...touches.values()];
  return p && q && !more ? [p, q] : null;
}

/** Lets mouse, pen and touch act on a picture: one finger as the left button, two enlarge and move. Call the result to let go. */
export function attachGestures(root: HTMLElement, controller: PlaneController): () => void {
  let drag: { kind: Drag; x: number; y: number; startedAt: CanvasPoint } | null = null;
  const touches = new Map<number, CanvasPoint>();
  const local = (event: MouseEvent): CanvasPoint => {
    const bounds = root.getBoundingClientRect();
    return [event.clientX - bounds.left, event.clientY - bounds.top];
  };
  const down = (event: PointerEvent) => {
    // While the plan is drawn, a plain click belongs to it; panning and zooming go on.
    if (event.target instanceof Element && event.target.closest('[data-gestures="plan"]') && dragOf(event) === 'window') return;
    if (event.pointerType === 'touch') touches.set(event.pointerId, local(event));
    drag = touches.size > 1 ? null : { kind: dragOf(event), x: event.clientX, y: event.clientY, startedAt: local(event) };
    root.setPointerCapture(event.pointerId);
  };
  const pinch = (event: PointerEvent) => {
    const before = fingersOf(touches);
    touches.set(event.pointerId, local(event));
    const after = fingersOf(touches);
    if (!before || !after) return;
    const { steps, about, by } = pinchOf(before, after);
    controller.pan(...by);
    controller.zoom(steps, about);
  };
  const move = (event: PointerEvent) => {
    if (touches.has(event.pointerId)) pinch(event);
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    drag = { ...drag, x: event.clientX, y: event.clientY };
    if (drag.kind === 'window') controller.dragWindow(dx, dy);
    else if (drag.kind === 'pan') controller.pan(dx, dy);
    else controller.zoom(-dy / 60, drag.startedAt);
  };
  const up = (event: PointerEvent) => {
    touches.delete(event.pointerId);
    drag = null;
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    controller.zoom(-Math.sign(event.deltaY), local(event));
  };
  const noMenu = (event: Event) => event.preventDefault();
  const reset = (event: MouseEvent) => {
    if (!(event.target instanceof Element) || !event.target.closest('[data-gestures="plan"]')) controller.reset();
  };
  root.addEventListener('pointerdown', down);
  root.addEventListener('pointermove', move);
  root.addEventListener('pointerup', up);
  root.addEventListener('pointercancel', up);
  root.addEventListener('wheel', wheel, { passive: false });
  root.addEventListener('contextmenu', noMenu);
  root.addEventListener('dblclick', reset);
  return () => {
    root.removeEventListener('pointerdown', down);
    root.removeEventListener('pointermove', move);
    root.removeEventListener('pointerup', up);
    root.removeEventListener('pointercancel', up);
    root.removeEventListener('wheel', wheel);
    root.removeEventListener('contextmenu', noMenu);
    root.removeEventListener('dblclick', reset);
  };
}

const windowStepPx = 24;
const panStepPx = 40;

/** Keys on a focused picture; true when the key was one of them. */
export function pictureKey(event: { readonly key: string; readonly altKey: boolean; readonly shiftKey: boolean }, controller: PlaneController): boolean {
  const arrow = arrowStep(event.key);
  if (arrow && event.altKey) controller.dragWindow(arrow[0] * windowStepPx, arrow[1] * windowStepPx);
  else if (arrow && event.shiftKey) controller.pan(arrow[0] * panStepPx, arrow[1] * panStepPx);
  else if (event.key === '+' || event.key === '=') controller.zoom(1);
  else if (event.key === '-') controller.zoom(-1);
  else if (event.key === '0') controller.reset();
  else if (event.key === 'i' || event.key === 'I') controller.invert();
  else return false;
  return true;
}
