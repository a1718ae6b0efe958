import { useEffect, useRef } from 'react';
import { type PressureUnit, pressureFromKpa } from '../../src/base/units.ts';
import { fixed } from '../app/format.ts';
import { rootFontPx } from '../app/rootFont.ts';
import type { Moment } from '../store/moment.ts';
import { text } from '../text.ts';
import { roundUp } from './curveData.ts';
import { curveColours } from './curvePlot.ts';
import { type Loop, loopsOf, mostOf } from './pressureVolumeData.ts';

interface Props {
  readonly moment: Moment;
  readonly unit: PressureUnit;
  readonly limitKpa: number | null;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly fontPx: number;
}

const redrawMs = 250;

function draw(context: CanvasRenderingContext2D, { width, height, fontPx }: Frame, loops: readonly Loop[], { unit, limitKpa }: Props): void {
  const reached = mostOf(loops);
  const mostMl = roundUp(Math.max(1, reached.volumeMl));
  const most = roundUp(pressureFromKpa(Math.max(100, limitKpa ?? 0, reached.pressureKpa), unit));
  const [left, right, top, bottom] = [fontPx * 2.6, width - fontPx, fontPx * 1.4, height - fontPx * 1.6];
  const x = (ml: number) => left + (Math.max(0, ml) / mostMl) * (right - left);
  const y = (kpa: number) => bottom - (Math.max(0, pressureFromKpa(kpa, unit)) / most) * (bottom - top);
  context.clearRect(0, 0, width, height);
  context.font = `${fontPx}px "Inter Variable", system-ui, sans-serif`;
  context.strokeStyle = curveColours.grid;
  context.strokeRect(left, top, right - left, bottom - top);
  context.fillStyle = curveColours.pressure;
  context.textAlign = 'right';
  context.fillText(fixed(most, 0), left - 4, top + fontPx);
  context.fillText(unit, left - 4, bottom);
  context.fillStyle = curveColours.volume;
  context.fillText(`${fixed(mostMl, mostMl % 1 ? 1 : 0)} mL`, right, height - 3);
  if (limitKpa !== null) {
    context.strokeStyle = curveColours.limit;
    context.setLineDash([6, 5]);
    context.beginPath();
    context.moveTo(left, y(limitKpa));
    context.lineTo(right, y(limitKpa));
    context.stroke();
    context.setLineDash([]);
  }
  for (const { points, latest } of loops) {
    context.strokeStyle = latest ? curveColours.text : curveColours.quiet;
    context.globalAlpha = latest ? 1 : 0.5;
    context.lineWidth = latest ? 1.75 : 1;
    context.beginPath();
    for (const [ml, kpa] of points) context.lineTo(x(ml), y(kpa));
    context.stroke();
    const last = points.at(-1);
    if (!latest || !last) continue;
    context.fillStyle = curveColours.text;
    context.beginPath();
    context.arc(x(last[0]), y(last[1]), 3.5, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

/** Pressure against volume: each inflation, or the cement; the present one bright, with a dot where it stands. */
export function PressureVolume(props: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawnAt = useRef(0);
  useEffect(() => {
    const now = performance.now();
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || now - drawnAt.current < redrawMs) return;
    drawnAt.current = now;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [element.clientWidth, element.clientHeight];
    if (element.width !== Math.round(width * ratio) || element.height !== Math.round(height * ratio)) {
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const fontPx = rootFontPx() * 0.8;
    draw(context, { width, height, fontPx }, loopsOf(props.moment), props);
  });
  return <canvas className="strip-loops" ref={canvas} role="img" aria-label={text.curve.loops} data-testid="loops" />;
}
