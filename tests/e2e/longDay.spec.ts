import type { CDPSession, WebSocketRoute } from '@playwright/test';
import { type RunningBridge, simulated, startBridge, temporaryRecords } from './bridge.ts';
import { expect, expectRunning, expectWhole, test } from './console.ts';

const records = temporaryRecords();
let bridge: RunningBridge | null = null;
test.afterEach(async ({ page }) => {
  await page.goto('about:blank');
  await bridge?.stop();
});
test.afterAll(() => records.remove());

const hourMs = 3_600_000;
const minuteMs = 60_000;
const readingStepMs = 100;

/** What a minute of a session says: readings ten times a second, an alarm that comes and goes every five minutes, a mark every ten. */
function minuteOf(minute: number): readonly object[] {
  const fromMs = minute * minuteMs;
  const at = (tMs: number, topic: string, data: object) => ({ topic, tMs, seq: 1_000_000 + tMs / readingStepMs, data });
  const alarm = (phase: string) => ({
    id: 'balloon-pressure-near-limit',
    condition: 'balloon-pressure-near-limit',
    priority: 'medium',
    phase,
    message: 'Balloon pressure is near its limit',
    advice: 'Inflate more slowly.',
    value: 2500,
    limit: 2758,
  });
  return [
    ...(minute % 10 === 0 ? [at(fromMs, '/operator', { kind: 'mark' })] : []),
    ...(minute % 5 === 0 ? [at(fromMs, '/alarm', alarm('raised'))] : []),
    ...Array.from({ length: minuteMs / readingStepMs }, (_, index) =>
      at(fromMs + index * readingStepMs, '/injector/reading', {
        device: 'injector',
        pressureKpa: 500 + 400 * Math.sin(index / 50),
        volumeMl: (index % 400) / 100,
        rateMlPerMin: 1,
        mode: 'balloon',
        deviceTimeMs: fromMs + index * readingStepMs,
        status: 'ok',
      }),
    ),
    ...(minute % 5 === 0 ? [at(fromMs + minuteMs - 1, '/alarm', alarm('ended'))] : []),
  ];
}

/** Points of a curve of this length, less what is said while a busy machine loses the link for a moment. */
const mostOf = (spanMs: number): number => (0.8 * spanMs) / readingStepMs;

interface Held {
  readonly heapMb: number;
  readonly nodes: number;
  readonly listeners: number;
}

async function heldBy(browser: CDPSession): Promise<Held> {
  for (let i = 0; i < 3; i++) await browser.send('HeapProfiler.collectGarbage');
  const { usedSize } = await browser.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await browser.send('Memory.getDOMCounters');
  return { heapMb: usedSize / 1e6, nodes, listeners: jsEventListeners };
}

test('after eight hours, told in a minute, the console holds little more than after two, and still shows everything', async ({ page, context }) => {
  test.setTimeout(240_000);
  bridge = await startBridge(records.folder, simulated('quiet'));
  const browser = await context.newCDPSession(page);
  let link: WebSocketRoute | null = null;
  let nowMs = 0;
  await page.routeWebSocket(/./, (route) => {
    link = route;
    const server = route.connectToServer();
    // The bridge's own small samples would run backwards in time beside those of the long day, but for what says which injector there is;
    // its frames come as they are.
    server.onMessage((message) => {
      const said = JSON.parse(String(message));
      if (said.kind === 'samples') {
        said.samples = said.samples.filter(({ topic }: { readonly topic: string }) => topic === '/injector/state');
        if (said.samples.length === 0) return;
      }
      // On a busy machine the link may be lost for a moment: what the bridge knows of its short session is not told again.
      if (said.kind === 'hello' && nowMs > 0) return;
      if (said.kind === 'status') said.status.nowMs = nowMs;
      route.send(JSON.stringify(said));
    });
  });
  const until = async (toMs: number) => {
    for (; nowMs < toMs; nowMs += minuteMs) {
      link?.send(JSON.stringify({ kind: 'samples', samples: minuteOf(nowMs / minuteMs) }));
      // As long as it takes to draw, so that the day is seen to pass.
      if (nowMs % (5 * minuteMs) === 0) await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
  };
  await page.goto(bridge.url);
  await expectRunning(page);
  const strip = page.getByRole('region', { name: 'Pressure and volume over time' });
  const points = async () => Number(await strip.getAttribute('data-points'));
  await until(2 * hourMs);
  await expect.poll(points).toBeGreaterThanOrEqual(mostOf(2 * hourMs));
  const early = await heldBy(browser);
  await until(8 * hourMs);
  await expect.poll(points).toBeGreaterThanOrEqual(mostOf(8 * hourMs));
  const late = await heldBy(browser);
  test.info().annotations.push({ type: 'held', description: `${JSON.stringify(early)} after two hours, ${JSON.stringify(late)} after eight` });
  // The curve itself is kept whole: six hours of ten points a second in four columns are seven megabytes.
  expect(late.heapMb - early.heapMb).toBeLessThan(16);
  expect(late.nodes).toBeLessThan(early.nodes + 500);
  expect(late.listeners).toBeLessThan(early.listeners + 50);
  await expectRunning(page);
  await expectWhole(page);
  await page.getByTestId('action-mark').click();
});
