import { type RefObject, useEffect, useRef } from 'react';
import { useTools } from './toolStore.ts';

const magnification = 3;
const redrawMs = 66;

interface Props {
  /** The plane whose picture and overlay are magnified under the pointer. */
  readonly root: RefObject<HTMLElement | null>;
}

/** A round glass that follows the pointer over one plane and shows picture and overlay three times larger, live. */
export function Magnifier({ root }: Props) {
  const on = useTools((state) => state.magnifier);
  const glass = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const [host, lens] = [root.current, glass.current];
    if (!on || !host || !lens) return;
    const context = lens.getContext('2d');
    let at: readonly [number, number] | null = null;
    const draw = () => {
      lens.hidden = at === null;
      if (!at || !context) return;
      const ratio = window.devicePixelRatio || 1;
      const size = lens.offsetWidth;
      if (lens.width !== Math.round(size * ratio)) {
        lens.width = Math.round(size * ratio);
        lens.height = lens.width;
      }
      lens.style.left = `${at[0] - size / 2}px`;
      lens.style.top = `${at[1] - size / 2}px`;
      context.fillStyle = '#000';
      context.fillRect(0, 0, lens.width, lens.height);
      const span = size / magnification;
      for (const canvas of host.querySelectorAll<HTMLCanvasElement>('.plane-picture canvas, .plane-overlay')) {
        const perCss = canvas.width / Math.max(1, host.clientWidth);
        context.drawImage(canvas, (at[0] - span / 2) * perCss, (at[1] - span / 2) * perCss, span * perCss, span * perCss, 0, 0, lens.width, lens.height);
      }
    };
    const move = (event: PointerEvent) => {
      const bounds = host.getBoundingClientRect();
      at = [event.clientX - bounds.left, event.clientY - bounds.top];
      draw();
    };
    const leave = () => {
      at = null;
      draw();
    };
    host.addEventListener('pointermove', move);
    host.addEventListener('pointerleave', leave);
    const timer = setInterval(draw, redrawMs);
    draw();
    return () => {
      clearInterval(timer);
      host.removeEventListener('pointermove', move);
      host.removeEventListener('pointerleave', leave);
    };
  }, [on, root]);
  return on ? <canvas className="magnifier" ref={glass} /> : null;
}
