import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from '@playwright/test';
import { chooseBrowser } from '../browser.ts';
import { startBridge, startProgram } from '../e2e/bridge.ts';
import { alternate, type Benchmark, type Measure, measureOf, median, quantile } from './benchmark.ts';
import { noiseFrames } from './frames.ts';
import { playedRun } from './playedRun.ts';

const settleMs = 4000;
const watchMs = 8000;
const bareHtml = readFileSync(fileURLToPath(new URL('./reference/bare.html', import.meta.url)));

/** One frame on the screen: main-thread time of drawing it, and from the stamp until the animation frame that shows it is done. */
interface Painted {
  readonly plane: string;
  readonly drawMs: number;
  readonly latencyMs: number;
}

interface Setting {
  readonly what: string;
  readonly planes: 1 | 2;
  readonly bits: 8 | 16;
  readonly fps: 15 | 30;
  readonly guidance: boolean;
}

type Watched = { painted: Painted[] };

/** Notes each frame that the console's planes show, from outside of it: by the attributes that they carry. */
async function watchConsole(page: Page): Promise<readonly Painted[]> {
  await page.locator('.plane[data-seq]').first().waitFor();
  await page.evaluate(() => {
    const watched = globalThis as unknown as Watched;
    watched.painted = [];
    const observer = new MutationObserver((changes) => {
      for (const { target } of changes) {
        const { plane = '', drawMs, stampedMs } = (target as HTMLElement).dataset;
        const done = () => watched.painted.push({ plane, drawMs: Number(drawMs), latencyMs: Date.now() - Number(stampedMs) });
        // The task after an animation frame's callbacks comes when style, layout and paint of that frame are done.
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = done;
          port2.postMessage(null);
        });
      }
    });
    for (const plane of document.querySelectorAll('.plane')) observer.observe(plane, { attributes: true, attributeFilter: ['data-draw-ms'] });
  });
  return settled(page);
}

async function settled(page: Page): Promise<readonly Painted[]> {
  await sleep(settleMs);
  await page.evaluate(() => {
    (globalThis as unknown as Watched).painted.length = 0;
  });
  await sleep(watchMs);
  return page.evaluate(() => (globalThis as unknown as Watched).painted);
}

async function throughConsole(chrome: Browser, folder: string, { planes, bits, fps, guidance }: Setting): Promise<readonly Painted[]> {
  const simulation = `sim:vertebroplasty?seed=1&fps=${fps}${bits === 8 ? '&look=video' : ''}`;
  const runs = (['a', 'b'] as const).slice(0, planes).map((plane) => playedRun(join(folder, `${plane}.dcm`), simulation, plane));
  const frames = runs.flatMap((uri, index) => [index === 0 ? '--frames-a' : '--frames-b', uri]);
  const records = join(folder, 'records');
  const unguided = { framesA: runs[0], ...(planes === 2 ? { framesB: runs[1] } : {}), injector: 'none:', records };
  const bridge = guidance
    ? await startBridge(records, [...frames, '--injector', 'none:'])
    : await startProgram(['--disable-warning=ExperimentalWarning', 'tests/bench/unguided.ts', JSON.stringify(unguided)]);
  const page = await chrome.newPage({ viewport: { width: 1920, height: 1080 } });
  await page.goto(bridge.url);
  const painted = await watchConsole(page);
  await page.close();
  await bridge.stop();
  rmSync(records, { recursive: true, force: true });
  return painted;
}

/** Frames of noise at a rate, each with the moment of its sending. */
function stream(response: ServerResponse, bits: 8 | 16, fps: number): void {
  const pictures = noiseFrames().map((picture) => (bits === 16 ? new Uint8Array(picture.buffer) : Uint8Array.from(picture, (value) => value >> 4)));
  let count = 0;
  const timer = setInterval(() => {
    const head = Buffer.alloc(8);
    head.writeDoubleBE(Date.now());
    response.write(head);
    response.write(pictures[count++ % pictures.length]);
  }, 1000 / fps);
  response.on('close', () => clearInterval(timer));
}

async function throughBarePage(chrome: Browser, { bits, fps }: Setting): Promise<readonly Painted[]> {
  const server: Server = createServer((request, response) => {
    if (request.url?.startsWith('/frames')) stream(response, bits, fps);
    else response.setHeader('content-type', 'text/html').end(bareHtml);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const page = await chrome.newPage({ viewport: { width: 1920, height: 1080 } });
  await page.goto(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/?bytes=${bits / 8}`);
  const painted = await settled(page);
  await page.close();
  server.closeAllConnections();
  server.close();
  return painted;
}

const latencies = (painted: readonly Painted[]): readonly number[] => painted.map(({ latencyMs }) => latencyMs);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const ratePerPlane = (painted: readonly Painted[], planes: number): number =>
  Math.min(...['a', 'b'].slice(0, planes).map((id) => painted.filter(({ plane }) => plane === id).length / (watchMs / 1000)));

function measuresOf(setting: Setting, ours: readonly (readonly Painted[])[], bare: readonly (readonly Painted[])[]): readonly Measure[] {
  const { what, planes, bits, fps, guidance } = setting;
  const named = (measure: string, unit: string) => ({
    name: 'display',
    measure: `${what}: ${measure}`,
    unit,
    against: 'bare page: fetch and putImageData, one plane',
  });
  const both = (of: (painted: readonly Painted[]) => number) => [ours.map(of), bare.map(of)] as const;
  const draw = (painted: readonly Painted[]) => median(painted.map(({ drawMs }) => drawMs));
  const guided = guidance && fps === 15 && planes === 1;
  const fast = !guidance && fps === 30 && bits === 16;
  return [
    measureOf(
      { ...named('stamp to painted, mean', 'ms'), ...(guided ? { target: { of: 'ours', atMost: 33 } } : {}) },
      ...both((painted) => mean(latencies(painted))),
    ),
    measureOf(
      { ...named('stamp to painted, median', 'ms'), ...(fast ? { target: { of: 'ours', atMost: 20 } } : {}) },
      ...both((painted) => median(latencies(painted))),
    ),
    measureOf(
      { ...named('stamp to painted, 99th percentile', 'ms'), ...(fast ? { target: { of: 'ours', atMost: 40 } } : {}) },
      ...both((painted) => quantile(latencies(painted), 0.99)),
    ),
    measureOf(
      { ...named('stamp to painted, most', 'ms'), ...(guided ? { target: { of: 'ours', atMost: 54 } } : {}) },
      ...both((painted) => Math.max(...latencies(painted))),
    ),
    measureOf({ ...named('main-thread time a frame', 'ms'), target: { of: 'ratio', atMost: 1.5 } }, ...both(draw)),
    measureOf(
      { ...named('frames shown of each plane', '1/s'), ...(fps === 15 ? { target: { of: 'ours', atLeast: 14.5 } } : {}) },
      ours.map((painted) => ratePerPlane(painted, planes)),
      null,
    ),
  ];
}

/** The live console, with guidance, overlay and recording, against a page that only shows the frames. */
export const displayBenchmark: Benchmark = {
  name: 'display',
  what: 'frame stamped in the bridge until painted, with guidance, overlay and recording',
  async run({ folder, rounds, say }) {
    const browser = chooseBrowser();
    if (browser === null) {
      say('display is not measured: no Chromium can be had; set PEDICLE_CHROMIUM to one.');
      return [];
    }
    const settings: readonly Setting[] = [
      { what: 'one plane, 16 bit, 15/s', planes: 1, bits: 16, fps: 15, guidance: true },
      { what: 'two planes, 16 bit, 15/s', planes: 2, bits: 16, fps: 15, guidance: true },
      { what: 'one plane, 16 bit, 30/s, no guidance', planes: 1, bits: 16, fps: 30, guidance: false },
      { what: 'one plane, 16 bit, 30/s', planes: 1, bits: 16, fps: 30, guidance: true },
      { what: 'one plane, 8 bit, 30/s', planes: 1, bits: 8, fps: 30, guidance: true },
    ];
    const args = ['--no-sandbox', '--disable-gpu-compositing', '--disable-accelerated-2d-canvas'];
    const chrome = await chromium.launch({ executablePath: browser.path, args });
    const measures: Measure[] = [];
    for (const setting of settings) {
      say(`display: ${setting.what} …`);
      const run = await alternate(
        rounds,
        () => throughConsole(chrome, folder, setting),
        () => throughBarePage(chrome, setting),
      );
      measures.push(...measuresOf(setting, run.ours, run.reference));
    }
    await chrome.close();
    return measures;
  },
};
