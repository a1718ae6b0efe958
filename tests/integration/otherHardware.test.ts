import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { parseSourceFault } from '../../native-bridge/sources/faults.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { readSamples } from '../readSamples.ts';
import { jsonOf, pedicle } from './pedicle.ts';
import { recordSimulation } from './simulatedRecord.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-hardware-'));
const at = (name: string) => join(folder, name);
const original = at('original');
const seconds = 24;
const fps = 4;

beforeAll(() => recordSimulation(original, { seconds, fps, planes: ['a', 'b'] }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const of = <T extends Sample['topic']>(samples: readonly Sample[], topic: T) =>
  samples.filter((sample): sample is Extract<Sample, { topic: T }> => sample.topic === topic);
const dataOf = (samples: readonly Sample[], topic: Sample['topic']) => of(samples, topic).map(({ data }) => data);

async function run(name: string, ...args: readonly string[]): Promise<readonly Sample[]> {
  const ended = await pedicle('run', ...args, '--out', at(name), '--speed', 'max', '--json');
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  const replayed = await pedicle('replay', at(name), '--json');
  expect(jsonOf(replayed)).toMatchObject({ identical: true });
  return readSamples(at(name), { frames: false });
}

describe('replay with other hardware', () => {
  test('recorded pictures with a simulated injector: guidance sees the same needles, the injector is the other one', async () => {
    const was = await readSamples(original, { frames: false });
    const is = await run('pictures', '--frames-a', `record:${original}?plane=a`, '--injector', `sim:kyphoplasty?seed=9&duration=${seconds}`);
    expect(dataOf(is, '/plane/a/needle')).toEqual(dataOf(was, '/plane/a/needle'));
    expect(of(is, '/plane/a/frame')).toHaveLength(seconds * fps);
    expect(of(is, '/plane/b/frame')).toHaveLength(0);
    expect(of(is, '/injector/reading').length).toBe(of(was, '/injector/reading').length);
    expect(of(is, '/procedure').at(-1)?.data.plan.planes.b).toBeUndefined();
  });

  test('a recorded injector with simulated pictures: the same readings, to the bit', async () => {
    const was = await readSamples(original, { frames: false });
    const is = await run('injector', '--frames-b', `sim:vertebroplasty?seed=2&size=96&fps=${fps}&duration=${seconds}`, '--injector', `record:${original}`);
    expect(dataOf(is, '/injector/reading')).toEqual(dataOf(was, '/injector/reading'));
    expect(dataOf(is, '/injector/bytes')).toEqual(dataOf(was, '/injector/bytes'));
  });

  test('pictures of plane b shown as plane a take what was drawn on them along', async () => {
    const was = await readSamples(original, { frames: false });
    const is = await run('swapped', '--frames-a', `record:${original}?plane=b`, '--injector', `record:${original}`);
    const drawn = of(was, '/procedure').at(-1)?.data.plan.planes.b;
    expect(drawn).toBeDefined();
    expect(of(is, '/procedure').at(-1)?.data.plan.planes).toEqual({ a: drawn });
    expect(dataOf(is, '/plane/a/needle')).toEqual(dataOf(was, '/plane/b/needle'));
  });
});

describe('faults on a timetable', () => {
  const simulated = ['--frames-a', `sim:kyphoplasty?size=96&fps=${fps}&duration=20`, '--injector', 'sim:kyphoplasty?duration=20'];

  test('frames dropped are a gap with their numbers; the line is noisy, then the injector is unplugged and back: all recorded as put in on purpose', async () => {
    const samples = await run('faults', ...simulated, '--fault', 'drop-frames:a@5-6', '--fault', 'serial-noise@8-9', '--fault', 'unplug-injector@12-15');
    expect(dataOf(samples, '/gap')).toEqual([{ kind: 'frames-missing', plane: 'a', fromFrame: 20, toFrame: 23 }]);
    const notices = of(samples, '/device').filter(({ data }) => data.device.startsWith('fault-'));
    expect(notices.map(({ tMs }) => tMs / 1000)).toEqual([5, 6, 8, 9, 12, 15]);
    expect(notices.every(({ data }) => data.simulated === true && data.message.includes('on purpose'))).toBe(true);
    const readingsIn = (fromS: number, toS: number) => of(samples, '/injector/reading').filter(({ tMs }) => tMs >= fromS * 1000 && tMs < toS * 1000).length;
    expect(readingsIn(7, 8)).toBe(50);
    expect(readingsIn(8, 9)).toBeLessThan(40);
    expect(readingsIn(12, 15)).toBe(0);
    expect(readingsIn(16, 17)).toBe(50);
    const lost = of(samples, '/alarm').filter(({ data }) => data.condition === 'injector-lost');
    expect(lost.map(({ data }) => data.phase)).toEqual(['raised', 'ended']);
  });

  test('a stalled camera gives its last frames at once; a frozen one shows the same picture under new numbers', async () => {
    const timetable = at('faults.json');
    writeFileSync(
      timetable,
      JSON.stringify([
        { fault: 'stall-frames', fromS: 4, toS: 6 },
        { fault: 'freeze-frames', plane: 'a', fromS: 10, toS: 12 },
      ]),
    );
    const samples = await run('stalled', ...simulated, '--faults', timetable);
    const frames = of(samples, '/plane/a/frame');
    expect(frames.filter(({ tMs }) => tMs > 4000 && tMs < 6000)).toHaveLength(0);
    expect(frames.filter(({ tMs }) => tMs === 6000).length).toBe(9);
    const reader = await openRecordReader(at('stalled'));
    if (!reader.ok) throw new Error(reader.fault.message);
    const pictures = await Promise.all(
      frames
        .filter(({ tMs }) => tMs >= 10_000 && tMs < 12_000)
        .map(async ({ seq }) => {
          const frame = await reader.value.frame('a', seq);
          if (!frame.ok) throw new Error(frame.fault.message);
          return Buffer.from(frame.value.data.pixels.buffer).toString('base64');
        }),
    );
    await reader.value.close();
    expect(pictures).toHaveLength(8);
    expect(new Set(pictures).size).toBe(1);
    expect(new Set(frames.map(({ data }) => data.attributes.frameNumber)).size).toBe(frames.length);
  });

  test('a fault that is none, or that does not say when, is refused in a sentence: exit status 2, nothing written', async () => {
    const sentences = ['melt@3', 'drop-frames', 'drop-frames@9-3', 'serial-noise:a@3'].map((text) => {
      const parsed = parseSourceFault(text);
      return parsed.ok ? '' : parsed.fault.message;
    });
    expect(sentences[0]).toContain('"melt@3" is no fault; the faults are drop-frames,');
    expect(sentences[1]).toContain('"drop-frames" does not say when; write drop-frames@SECONDS');
    expect(sentences[2]).toContain('"drop-frames@9-3" does not say when');
    expect(sentences[3]).toContain('"serial-noise:a@3": write serial-noise@…');
    const ended = await pedicle('run', ...simulated, '--faults', at('nowhere.json'), '--out', at('refused'));
    expect(ended).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('nowhere.json does not exist') });
    expect(existsSync(at('refused'))).toBe(false);
  });
});
