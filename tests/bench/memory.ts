import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Page } from '@playwright/test';
import { chooseBrowser } from '../browser.ts';
import { startBridge } from '../e2e/bridge.ts';
import { type Benchmark, type MeasureOptions, measureOf } from './benchmark.ts';

/** Shown before the first reading, until frames that wait to be collected have reached their bound, and then between the first and the last. */
const warmUpFrames = 6000;
const frames = 20_000;
/** Memory goes up and down with each whole collection, one in half a minute here: of so many readings the least counts. */
const readings = 80;
const everyMs = 500;
/** A machine that shows fewer frames than this in so long is too busy to be measured. */
const patienceMs = 1_800_000;
/** Small and fast, so that they are shown in minutes and their record takes two gigabytes, not twenty. */
const uri = 'sim:quiet?seed=1&fps=60&size=256&look=video&repeat=100';

interface Running {
  readonly pid: number;
  readonly args: string;
}

function descendantsOf(pid: number): readonly Running[] {
  const listed = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid), '-ww'], { encoding: 'utf8' }).stdout;
  const children = [...listed.matchAll(/^\s*(\d+) (.*)$/gm)].map(([, id, args]) => ({ pid: Number(id), args: args ?? '' }));
  return children.flatMap((child) => [child, ...descendantsOf(child.pid)]);
}

const residentMb = ({ pid }: Running): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** What the two processes hold, MB: the least of a few seconds. */
async function heldMb(processes: readonly Running[]): Promise<readonly number[]> {
  let least = processes.map(() => Number.POSITIVE_INFINITY);
  for (let reading = 0; reading < readings; reading++) {
    await sleep(everyMs);
    least = processes.map((one, index) => Math.min(least[index] ?? Number.POSITIVE_INFINITY, residentMb(one)));
  }
  return least;
}

type Counted = { shownFrames: number };

async function countFrames(page: Page): Promise<void> {
  await page.locator('.plane[data-seq]').first().waitFor();
  await page.evaluate(() => {
    const counted = globalThis as unknown as Counted;
    counted.shownFrames = 0;
    const observer = new MutationObserver((changes) => {
      counted.shownFrames += changes.length;
    });
    for (const plane of document.querySelectorAll('.plane')) observer.observe(plane, { attributes: true, attributeFilter: ['data-seq'] });
  });
}

async function untilShown(page: Page, count: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while ((await page.evaluate(() => (globalThis as unknown as Counted).shownFrames)) < count) {
    if (Date.now() > deadline) throw new Error(`${count} frames were not shown within ${patienceMs / 60_000} min`);
    await sleep(1000);
  }
}

/** Growth of page and bridge while twenty thousand frames are shown. */
export const memoryBenchmark: Benchmark = {
  name: 'memory',
  onlyWhenNamed: true,
  what: `memory of page and bridge over ${frames} frames shown, with guidance and recording`,
  async run({ folder, say }) {
    const browser = chooseBrowser();
    if (browser === null || !existsSync('/proc/self/status')) {
      say('memory is not measured: it takes Chromium and /proc.');
      return [];
    }
    const bridge = await startBridge(join(folder, 'records'), ['--frames-a', uri, '--injector', 'none:']);
    const chrome = await chromium.launch({
      executablePath: browser.path,
      args: ['--no-sandbox', '--disable-gpu-compositing', '--disable-accelerated-2d-canvas'],
    });
    try {
      const page = await chrome.newPage({ viewport: { width: 1280, height: 800 } });
      await page.goto(bridge.url);
      await countFrames(page);
      await untilShown(page, warmUpFrames);
      const all = descendantsOf(process.pid);
      const processes = [
        all.find(({ args }) => args.includes('console --browser')),
        all
          .filter(({ args }) => args.includes('--type=renderer'))
          .reduce<Running | undefined>((most, one) => (most && residentMb(most) > residentMb(one) ? most : one), undefined),
      ].filter((one) => one !== undefined);
      const before = await heldMb(processes);
      await untilShown(page, warmUpFrames + frames);
      const after = await heldMb(processes);
      const growth = (what: string, index: number) => {
        const options: MeasureOptions = {
          name: 'memory',
          measure: `${what}: growth over ${frames} frames`,
          unit: 'MB',
          target: { of: 'ours', atMost: 20 },
          against: 'itself, before',
        };
        return measureOf(options, [(after[index] ?? Number.NaN) - (before[index] ?? Number.NaN)], null);
      };
      return [growth('bridge', 0), growth('page', 1)];
    } finally {
      await chrome.close();
      await bridge.stop();
      rmSync(join(folder, 'records'), { recursive: true, force: true });
    }
  },
};
