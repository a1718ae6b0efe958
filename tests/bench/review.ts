import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { openRecordWriter } from '../../native-bridge/record/writer.ts';
import { seededRandom } from '../../src/base/random.ts';
import { initialInjectorFold, injectorStateOf } from '../../src/injector/injectorFold.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';
import { chooseBrowser } from '../browser.ts';
import { startBridge } from '../e2e/bridge.ts';
import { testHeader, testSummary } from '../unit/recordFixture.ts';
import { type Benchmark, measureOf, median } from './benchmark.ts';

const lengthMs = 2 * 3_600_000;
const frameEveryMs = 1000 / 15;
const sidePx = 256;
const seeks = 60;

/** Two planes at 15 frames a second with what guidance said of each, 45 readings and 7 states of an injector a second, a mark every 13 seconds. */
function* session(): Generator<Sample> {
  const pictures = Array.from({ length: 8 }, (_, n) => new Uint16Array(new SharedArrayBuffer(2 * sidePx ** 2)).fill(400 * n));
  const state = injectorStateOf(initialInjectorFold('injector', 0), 0, null);
  const needle = { tip: [100.5, 90.25], direction: [1, 0], confidence: 0.9, tipSigmaPx: 0.4 } as const;
  const nothing = { areaPx: 0, areaMm2: null, volumeMl: null, volumeFrom: null, zone: 'none', leak: false, leakSite: null } as const;
  const cement = { ...nothing, toPosteriorWallPx: null, toPosteriorWallMm: null, mask: null } as const;
  const rest = { deviation: null, mmPerPx: null, scaleFrom: null } as const;
  let seq = 0;
  for (let frame = 0; frame * frameEveryMs < lengthMs; frame++) {
    const tMs = Math.round(frame * frameEveryMs * 1000) / 1000;
    const pixels = pictures[frame % pictures.length] ?? new Uint16Array();
    for (const plane of ['a', 'b'] as const) {
      yield { topic: `/plane/${plane}/frame`, tMs, seq, data: { attributes: frameAttributes({ rows: sidePx, columns: sidePx, frameNumber: frame }), pixels } };
      yield { topic: `/plane/${plane}/needle`, tMs, seq, data: { needle, needles: [needle], ...rest } };
      yield { topic: `/plane/${plane}/cement`, tMs, seq: seq++, data: cement };
    }
    for (let n = 0; n < 3; n++, seq++) {
      const data = {
        device: 'injector',
        pressureKpa: (7 * frame + n) % 1500,
        volumeMl: 1,
        rateMlPerMin: null,
        mode: 'cement',
        deviceTimeMs: tMs,
        status: 'ok',
      } as const;
      yield { topic: '/tick', tMs, seq, data: { count: seq } };
      yield { topic: '/injector/reading', tMs, seq, data };
      if (n === 0 && frame % 2 === 0) yield { topic: '/injector/state', tMs, seq, data: state };
    }
    if (frame % 200 === 0) yield { topic: '/operator', tMs, seq: seq++, data: { kind: 'mark', label: `mark ${frame}` } };
  }
}

async function write(folder: string): Promise<void> {
  const opened = await openRecordWriter({ folder }, testHeader);
  if (!opened.ok) throw new Error(opened.fault.message);
  let count = 0;
  for (const sample of session()) {
    opened.value.write(sample);
    if (++count % 500 === 0) await opened.value.drained(16 << 20);
  }
  const closed = await opened.value.close(testSummary);
  if (!closed.ok) throw new Error(closed.fault.message);
}

/** From the click that opens the record to the second animation frame after both pictures are there. */
async function openRecord(page: Page, url: string): Promise<number> {
  await page.addInitScript(() => localStorage.setItem('pedicle.tourSeen', 'yes'));
  await page.goto(url);
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  const open = page.getByRole('button', { name: /^Open / }).first();
  await open.waitFor();
  await page.evaluate(() => {
    const timed = globalThis as unknown as { clickedMs: number; shownMs: Promise<number> };
    document.addEventListener('click', () => (timed.clickedMs = performance.now()), { once: true, capture: true });
    timed.shownMs = new Promise((resolve) => {
      const look = () => {
        const shown = [...document.querySelectorAll<HTMLElement>('.plane')].filter(({ dataset }) => dataset.frameMs === '0').length;
        if (timed.clickedMs > 0 && shown === 2) requestAnimationFrame(() => resolve(performance.now() - timed.clickedMs));
        else requestAnimationFrame(look);
      };
      look();
    });
  });
  await open.click();
  return page.evaluate(() => (globalThis as unknown as { shownMs: Promise<number> }).shownMs);
}

/** From a move of the position's slider to the animation frame after both planes show the frame of that moment. */
const seekTo = (page: Page, toMs: number): Promise<number> =>
  page.evaluate(
    ([wantedMs = 0, everyMs = 0]) =>
      new Promise<number>((resolve) => {
        const slider = document.querySelector<HTMLInputElement>('input[type="range"][aria-label="Position in the record"]');
        const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
        const startMs = performance.now();
        set?.call(slider, String(wantedMs));
        slider?.dispatchEvent(new Event('input', { bubbles: true }));
        const look = () => {
          const planes = [...document.querySelectorAll<HTMLElement>('.plane')];
          if (planes.every(({ dataset }) => Math.abs(Number(dataset.frameMs) - wantedMs) <= everyMs)) resolve(performance.now() - startMs);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    [toMs, frameEveryMs],
  );

/** A record of two hours opened in the console, and sought in at once, while its telemetry is still being read. */
export const reviewBenchmark: Benchmark = {
  name: 'review',
  what: 'a record of two hours, two planes of 256² at 15 fps: its first picture, and seeking, in Chromium',
  async run({ folder, rounds, say }) {
    const browser = chooseBrowser();
    if (!browser) {
      say('review: no Chromium can be had: set PEDICLE_CHROMIUM to one.');
      return [];
    }
    const records = join(folder, 'records');
    await write(join(records, 'two-hours'));
    say('review: the record is written, opening …');
    const chrome = await chromium.launch({ executablePath: browser.path, args: ['--no-sandbox'] });
    const bridge = await startBridge(records, ['--frames-a', 'sim:quiet?size=64&fps=1', '--injector', 'none:']);
    const random = seededRandom(7);
    const opened: number[] = [];
    const sought: number[] = [];
    const later: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const page = await chrome.newPage({ viewport: { width: 1920, height: 1080 } });
      opened.push(await openRecord(page, bridge.url));
      const times = Array.from({ length: seeks }, () => Math.floor(random.next() * lengthMs));
      const took: number[] = [];
      for (const toMs of times) took.push(await seekTo(page, toMs));
      // The first ones share the machine with the walk through telemetry.
      sought.push(median(took.slice(0, seeks / 2)));
      later.push(median(took.slice(seeks / 2)));
      await page.close();
    }
    await bridge.stop();
    await chrome.close();
    rmSync(records, { recursive: true });
    const named = { name: 'review', unit: 'ms', against: 'no reference' };
    const seek = { of: 'ours', atMost: 100 } as const;
    return [
      measureOf({ ...named, measure: 'two hours: from the click to both first pictures', target: { of: 'ours', atMost: 1000 } }, opened, null),
      measureOf({ ...named, measure: 'seek, median of 30, just opened', target: seek }, sought, null),
      measureOf({ ...named, measure: 'seek, median of the next 30', target: seek }, later, null),
    ];
  },
};
