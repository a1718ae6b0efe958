import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { jsonOf, pedicle, startPedicle } from './pedicle.ts';
import { hasSocat, type PtyPair, ptyPair, whyNoSocat } from './ptyPair.ts';

const undo: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const action of undo.splice(0).reverse()) await action();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'pedicle-two-'));
  undo.push(async () => rmSync(path, { recursive: true, force: true }));
  return join(path, 'record');
}

/** Waits for a file to have this many bytes, so that a slow machine is no failure. */
async function grown(path: string, bytes: number): Promise<void> {
  const deadline = performance.now() + 15_000;
  while ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < bytes && performance.now() < deadline) await sleep(50);
}

/** Readings, the last state and the alarms of a record, by device. */
async function contentsOf(record: string) {
  const opened = await openRecordReader(record);
  if (!opened.ok) throw new Error(opened.fault.message);
  const readings: Record<string, number> = {};
  const drivers: Record<string, string | null> = {};
  const cementMl: Record<string, number> = {};
  const alarms = new Set<string>();
  const messages = new Set<string>();
  for await (const { topic, data } of opened.value.samples({ frames: false })) {
    if (topic === '/injector/reading') readings[data.device] = (readings[data.device] ?? 0) + 1;
    if (topic === '/injector/state') {
      drivers[data.device] = data.driver;
      cementMl[data.device] = data.cement.volumeMl;
    }
    if (topic !== '/alarm') continue;
    alarms.add(data.id);
    messages.add(data.message);
  }
  const { sources } = opened.value.header;
  await opened.value.close();
  return { readings, drivers, cementMl, alarms, messages, sources };
}

describe('two injectors at once', () => {
  test('each has its own readings, state and alarms; cement of both counts against the limit together; the record replays', async () => {
    const record = folder();
    const [first, second] = ['sim:kyphoplasty?duration=60', 'sim:balloon-rupture?seed=2&duration=60'];
    const ran = await pedicle('run', '--injector', first, '--injector-2', second, '--out', record, '--speed', 'max', '--json');
    expect(ran.stderr).toBe('');
    const { readings, cementMl, alarms, sources } = await contentsOf(record);
    expect(readings).toEqual({ injector: 3000, 'injector-2': 3000 });
    expect([...alarms].filter((id) => id.startsWith('balloon-rupture'))).toEqual(['balloon-rupture/injector-2']);
    const [left, right] = [cementMl.injector ?? 0, cementMl['injector-2'] ?? 0];
    expect(Math.max(left, right)).toBeLessThan(6);
    expect(left + right).toBeGreaterThan(6);
    expect(alarms).toContain('cement-volume-high');
    expect(sources).toMatchObject({ injector: first, injector2: second });
    expect(jsonOf(await pedicle('replay', record, '--json'))).toMatchObject({ identical: true });
  });

  test.each([
    [['serial:/dev/ttyUSB0', 'serial:/dev/ttyUSB0'], /Both injectors are on serial:\/dev\/ttyUSB0/],
    [['serial:/dev/ttyUSB0?device=injector-left', 'serial:/dev/ttyUSB1?device=injector-left'], /Both injectors are called injector-left/],
  ] as const)('%j cannot be two, and is refused in a sentence', async ([first, second], sentence) => {
    const ended = await pedicle('run', '--injector', first, '--injector-2', second, '--out', folder());
    expect(ended.status).toBe(2);
    expect(ended.stderr).toMatch(sentence);
  });
});

describe.skipIf(!hasSocat)(`two serial injectors of different kinds (${hasSocat ? 'socat' : whyNoSocat})`, () => {
  async function cable(): Promise<PtyPair> {
    const pair = await ptyPair();
    undo.push(pair.remove);
    return pair;
  }
  function device(pair: PtyPair, ...args: string[]): void {
    const playing = startPedicle('injector-sim', '--port', pair.deviceEnd, ...args);
    undo.push(async () => {
      playing.child.kill('SIGKILL');
      await playing.ended;
    });
  }

  test('one is unplugged: its alarm names it, and the other goes on', async () => {
    const [left, right] = [await cable(), await cable()];
    const record = folder();
    device(right, '--driver', 'line', '--rate', '20');
    device(left, '--rate', '50');
    const uri = (pair: PtyPair, driver: string, name: string) => `serial:${pair.consoleEnd}?driver=${driver}&device=injector-${name}`;
    const running = startPedicle('run', '--injector', uri(left, 'pedicle-v1', 'left'), '--injector-2', uri(right, 'line', 'right'), '--out', record);
    await grown(join(record, 'telemetry.mcap'), 60_000);
    await right.unplug();
    await sleep(1500);
    running.child.kill('SIGINT');
    expect((await running.ended).status).toBe(0);
    const { readings, drivers, alarms, messages } = await contentsOf(record);
    expect(drivers).toEqual({ 'injector-left': 'pedicle-v1', 'injector-right': 'line' });
    expect(readings['injector-left']).toBeGreaterThan(readings['injector-right'] ?? 0);
    expect(readings['injector-right']).toBeGreaterThan(0);
    expect(alarms).toContain('injector-lost/injector-right');
    expect(messages).toContain('Injector disconnected: its pressure and volume are not known (injector right)');
    expect(alarms).not.toContain('injector-lost/injector-left');
    expect(jsonOf(await pedicle('replay', record, '--json'))).toMatchObject({ identical: true });
  });
});
