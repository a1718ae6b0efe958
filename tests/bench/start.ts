import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { chooseBrowser } from '../browser.ts';
import { startBridge } from '../e2e/bridge.ts';
import { alternate, type Benchmark, measureOf } from './benchmark.ts';
import { type Restarted, restart } from './restart.ts';

const dist = fileURLToPath(new URL('../../renderer/dist', import.meta.url));

/** What the page loads before it can show anything, gzipped, MB. */
function mainChunkMb(): number {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const scripts = [...html.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');
  return scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(dist, path))).length, 0) / 1e6;
}

const epochNow = (): number => performance.timeOrigin + performance.now();

/** Runs in the page before anything of it: tells when the first frame with `selector` in the page had been painted, epoch ms. */
function tellWhenPainted(selector: string): void {
  const { tellPainted } = window as unknown as { tellPainted(epochMs: number): void };
  const watch = new MutationObserver(() => {
    if (!document.querySelector(selector)) return;
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => tellPainted(performance.timeOrigin + performance.now())));
  });
  watch.observe(document, { subtree: true, childList: true, attributes: true });
}

/** From the command to the first live frame on the screen, beside a page that shows a picture as soon as it is loaded. */
export const startBenchmark: Benchmark = {
  name: 'start',
  what: 'from the command (built) to the first live frame painted; from the death of a bridge until the next one is there',
  async run({ folder, rounds, say }) {
    const browser = chooseBrowser();
    if (browser === null) {
      say('start is not measured: no Chromium can be had; set PEDICLE_CHROMIUM to one.');
      return [];
    }
    const chrome = await chromium.launch({ executablePath: browser.path, args: ['--no-sandbox', '--disable-gpu-compositing'] });
    const bare = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(
        '<canvas class="bare" width="1024" height="1024"></canvas><script>document.querySelector("canvas").getContext("2d").fillRect(0, 0, 9, 9)</script>',
      );
    });
    await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
    const address = bare.address();
    const bareUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
    const opened = async (url: string, selector: string): Promise<number> => {
      const page = await chrome.newPage();
      // Told by the page: to be asked counts as a person's gesture, with which a page begins to sound.
      const painted = Promise.withResolvers<number>();
      await page.exposeFunction('tellPainted', painted.resolve);
      await page.addInitScript(tellWhenPainted, selector);
      await page.goto(url);
      const paintedEpochMs = await painted.promise;
      await page.close();
      return paintedEpochMs;
    };
    const toFirstFrameS = async (records: string): Promise<number> => {
      const startEpochMs = epochNow();
      const bridge = await startBridge(join(folder, records));
      const paintedEpochMs = await opened(bridge.url, '.plane[data-seq]');
      await bridge.stop();
      return (paintedEpochMs - startEpochMs) / 1000;
    };
    const run = await alternate(
      rounds,
      (round) => toFirstFrameS(`records-${round}`),
      async () => {
        const startEpochMs = epochNow();
        return ((await opened(bareUrl, '.bare')) - startEpochMs) / 1000;
      },
    );
    const kept = process.env.NODE_COMPILE_CACHE;
    process.env.NODE_COMPILE_CACHE = join(folder, 'nothing-kept');
    const firstEverS = await toFirstFrameS('records-first');
    if (kept === undefined) delete process.env.NODE_COMPILE_CACHE;
    else process.env.NODE_COMPILE_CACHE = kept;
    const restarts: Restarted[] = [];
    for (let round = 0; round < rounds; round++) restarts.push(await restart(chrome, { records: join(folder, `restarts-${round}`) }));
    await chrome.close();
    bare.close();
    const afterDeath = (what: string, of: (restarted: Restarted) => number, atMost: number | null) =>
      measureOf(
        { name: 'start', measure: `bridge killed to ${what}`, unit: 's', ...(atMost === null ? {} : { target: { of: 'ours', atMost } }), against: 'none' },
        restarts.map(of),
        null,
      );
    return [
      measureOf(
        { name: 'start', measure: 'command to first live frame', unit: 's', target: { of: 'ours', atMost: 2.5 }, against: 'a bare page in the same browser' },
        run.ours,
        run.reference,
      ),
      measureOf({ name: 'start', measure: 'the first of an installation, nothing kept', unit: 's', against: 'none' }, [firstEverS], null),
      measureOf({ name: 'start', measure: 'main chunk, gzip', unit: 'MB', target: { of: 'ours', atMost: 1.5 }, against: 'none' }, [mainChunkMb()], null),
      afterDeath('the next one listening', ({ listensS }) => listensS, 1),
      afterDeath('the page linked again', ({ linkedS }) => linkedS, null),
      afterDeath('live pictures again', ({ liveS }) => liveS, null),
    ];
  },
};
