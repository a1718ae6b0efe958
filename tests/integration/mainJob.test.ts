import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { DerivedSample, Sample } from '../../src/sample/sample.ts';
import { readSamples } from '../readSamples.ts';
import { jsonOf, pedicle, startPedicle } from './pedicle.ts';
import { hasSocat, ptyPair, whyNoSocat } from './ptyPair.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-main-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shared = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const simulated = (scenario: string, query = '') => [
  ...['a', 'b'].flatMap((plane) => [`--frames-${plane}`, `sim:${scenario}?seed=3&size=256${query}`]),
  '--injector',
  `sim:${scenario}?seed=3${query}`,
];

async function expectIdentical(record: string) {
  const replayed = await pedicle('replay', record, '--json');
  expect(replayed).toMatchObject({ status: 0 });
  expect(jsonOf(replayed)).toMatchObject({ identical: true, firstDifference: null });
  return jsonOf(replayed) as { readonly samples: number; readonly derived: number };
}

describe('a procedure without a window', () => {
  test('a simulated kyphoplasty: two planes, balloon, cement and the operator in one record that verifies and replays to the bit', async () => {
    const record = at('kyphoplasty');
    const ran = await pedicle('run', ...simulated('kyphoplasty', '&fps=5'), '--out', record, '--speed', 'max', '--json');
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(0);
    const plane = { rows: 256, columns: 256, bitsStored: 12, frames: 300, gaps: 0 };
    expect(jsonOf(ran)).toMatchObject({ record, durationMs: 60_000, planes: { a: plane, b: plane } });
    const verified = await pedicle('verify', record, '--json');
    expect(jsonOf(verified)).toMatchObject({ intact: true, closed: true, findings: [] });
    const { derived } = await expectIdentical(record);
    const samples = await readSamples(record, { frames: false });
    const of = <T extends Sample['topic']>(topic: T) => samples.filter((sample): sample is Extract<Sample, { topic: T }> => sample.topic === topic);
    expect(of('/injector/state').at(-1)?.data.balloon.inflations).toBeGreaterThan(0);
    expect(of('/injector/state').at(-1)?.data.cement.volumeMl).toBeGreaterThan(1);
    expect(of('/procedure').map(({ data }) => data.stage)).toEqual(expect.arrayContaining(['access', 'cavity', 'mixing', 'injection', 'closure']));
    expect(of('/plane/a/needle').filter(({ data }) => data.deviation !== null).length).toBeGreaterThan(50);
    expect(of('/guidance/pose').length).toBeGreaterThan(50);
    const calibrated = of('/plane/b/cement').filter(({ data }) => data.volumeFrom === 'injector');
    expect(calibrated.length).toBeGreaterThan(10);
    const causes = new Set(samples.map(({ seq }) => seq));
    const derivedTopics = samples.filter(
      (sample): sample is DerivedSample => sample.topic !== '/tick' && sample.topic !== '/operator' && sample.topic !== '/device',
    );
    expect(derivedTopics.every(({ seq }) => causes.has(seq))).toBe(true);
    expect(derived).toBeGreaterThan(1000);
  });

  test('each alarm of a leak is in the result with its time, and its record replays', async () => {
    const record = at('leak');
    const ran = await pedicle('run', ...simulated('leak-posterior', '&fps=5'), '--out', record, '--speed', 'max', '--json');
    const { alarms } = jsonOf(ran) as { alarms: { id: string; priority: string; fromMs: number; toMs: number | null }[] };
    expect(alarms).toContainEqual(expect.objectContaining({ id: expect.stringMatching(/^cement-leak/), priority: 'high', fromMs: expect.any(Number) }));
    await expectIdentical(record);
  });

  test('Ctrl-C ends in real time with the record closed, and what was recorded replays', async () => {
    const record = at('interrupted');
    const running = startPedicle('run', ...simulated('kyphoplasty'), '--out', record, '--json');
    while (!existsSync(join(record, 'plane-a.mcap'))) await sleep(50);
    await sleep(2000);
    running.child.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.status).toBe(0);
    expect(jsonOf(ended)).toMatchObject({ record });
    expect(jsonOf(await pedicle('verify', record, '--json'))).toMatchObject({ intact: true, closed: true });
    await expectIdentical(record);
  });

  test('kill -9 in mid-procedure: recover brings back what was on disk, says what is missing, and the rest verifies and replays', async () => {
    const record = at('killed');
    const running = startPedicle('run', ...simulated('kyphoplasty'), '--out', record, '--json');
    while (!existsSync(join(record, 'plane-a.mcap'))) await sleep(50);
    await sleep(1500);
    running.child.kill('SIGKILL');
    await running.ended;
    const unclosed = await pedicle('verify', record, '--json');
    expect(jsonOf(unclosed)).toMatchObject({ closed: false });
    const recovered = await pedicle('recover', record, '--out', at('recovered'), '--json');
    expect(recovered.status).toBe(0);
    expect(jsonOf(recovered)).toMatchObject({ record: at('recovered'), lost: expect.any(Object) });
    expect(jsonOf(await pedicle('verify', at('recovered'), '--json'))).toMatchObject({ intact: true, closed: true });
    await expectIdentical(at('recovered'));
  });
});

const hasShared = existsSync(join(shared, 'drr'));
describe.skipIf(!hasShared)(`real and realistic fluoroscopy (${hasShared ? 'from ../shared/data' : '../shared/data is absent: skipped'})`, () => {
  test('two planes of 12-bit XA in JPEG-LS with a plan: needle, deviation and cement in each frame', async () => {
    const record = at('drr');
    const [a, b, plan] = ['A_AP.dcm', 'A_LAT.dcm', 'A.plan.json'].map((name) => join(shared, 'drr', name));
    const ran = await pedicle('run', '--frames-a', `dicom:${a}`, '--frames-b', `dicom:${b}`, '--plan', plan ?? '', '--out', record, '--speed', 'max', '--json');
    const plane = { rows: 1024, columns: 1024, bitsStored: 12, frames: 48, gaps: 0 };
    expect(jsonOf(ran)).toMatchObject({ planes: { a: plane, b: plane } });
    const samples = await readSamples(record, { frames: false });
    expect(samples.filter(({ topic }) => topic === '/guidance/pose').length).toBeGreaterThan(30);
    expect(samples.some((sample) => sample.topic === '/plane/a/needle' && sample.data.deviation?.tipToLineMm != null)).toBe(true);
    expect(samples.some((sample) => sample.topic === '/plane/b/cement' && sample.data.mask !== null)).toBe(true);
    await expectIdentical(record);
  });

  test('a real angiography run without geometry', async () => {
    const record = at('angiography');
    const ran = await pedicle(
      'run',
      '--frames-a',
      `dicom:${join(shared, 'dicom/xa_rf/fo-dicom__HasFragmentSequence.dcm')}`,
      '--out',
      record,
      '--speed',
      'max',
      '--json',
    );
    expect(jsonOf(ran)).toMatchObject({ planes: { a: { rows: 512, columns: 512, frames: 96 } }, alarms: [] });
    await expectIdentical(record);
  });
});

describe.skipIf(!hasSocat)(`a serial injector over a kernel pty pair (${hasSocat ? 'socat' : whyNoSocat})`, () => {
  const undo: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const action of undo.splice(0).reverse()) await action();
  });

  test('bytes recorded raw, readings derived; unplugged: alarm within 500 ms, the session goes on, and it reconnects by itself', async () => {
    const record = at('serial');
    const pair = await ptyPair();
    undo.push(pair.remove);
    const device = () => startPedicle('injector-sim', '--port', pair.deviceEnd, '--seed', '3');
    let played = device();
    undo.push(async () => played.child.kill('SIGKILL'));
    const injector = `serial:${pair.consoleEnd}?driver=pedicle-v1`;
    const running = startPedicle('run', '--frames-a', 'sim:quiet?seed=3&size=128&duration=9', '--injector', injector, '--out', record, '--json');
    while (!existsSync(join(record, 'telemetry.mcap'))) await sleep(20);
    await sleep(2500);
    await pair.unplug();
    played.child.kill('SIGKILL');
    await sleep(1500);
    await pair.plug();
    played = device();
    const ended = await running.ended;
    expect(ended.status).toBe(0);
    const samples = await readSamples(record, { frames: false });
    const times = (found: (sample: Sample) => boolean) => samples.filter(found).map(({ tMs }) => tMs);
    const readingsMs = times(({ topic }) => topic === '/injector/reading');
    const lostMs = times((sample) => sample.topic === '/device' && sample.data.device === 'injector' && sample.data.state === 'lost');
    const alarmMs = times((sample) => sample.topic === '/alarm' && sample.data.condition === 'injector-lost' && sample.data.phase === 'raised');
    const lastBeforeMs = readingsMs.filter((tMs) => tMs < (lostMs[0] ?? 0)).at(-1) ?? 0;
    expect(lostMs).toHaveLength(1);
    expect((alarmMs[0] ?? Number.POSITIVE_INFINITY) - lastBeforeMs).toBeLessThan(500);
    expect(readingsMs.filter((tMs) => tMs > (lostMs[0] ?? 0)).length).toBeGreaterThan(20);
    expect(times(({ topic }) => topic === '/plane/a/frame').length).toBeGreaterThan(100);
    await expectIdentical(record);
  });
});

describe('bad input: one sentence, exit status 2, nothing left that looks whole', () => {
  writeFileSync(at('text.dcm'), 'Not a DICOM file at all.');
  writeFileSync(at('empty.json'), '');
  writeFileSync(at('plane-c.json'), JSON.stringify({ version: 1, planes: { c: {} } }));
  writeFileSync(at('plane-b.json'), JSON.stringify({ version: 1, planes: { b: { calibration: { mmPerPx: 0.2 } } } }));
  writeFileSync(at('later.json'), JSON.stringify({ version: 2, planes: {} }));
  writeFileSync(at('file'), '');
  const sim = ['--frames-a', 'sim:quiet?size=64'];
  const out = ['--out', at('never')];
  test.each([
    ['a file that is missing', ['run', '--frames-a', `dicom:${at('nowhere.dcm')}`, ...out], /nowhere\.dcm/],
    ['a file that is not DICOM', ['run', '--frames-a', `dicom:${at('text.dcm')}`, ...out], /text\.dcm is not a DICOM file/],
    ['a scenario that is not there', ['run', '--frames-a', 'sim:appendectomy', ...out], /no simulated scenario "appendectomy"/],
    ['a source that is none', ['run', '--frames-a', 'tape:1', ...out], /"tape:1"/],
    ['nothing to read', ['run', ...out], /Nothing to read/],
    ['a plan that is missing', ['run', ...sim, '--plan', at('no.json'), ...out], /plan .*no\.json does not exist/],
    ['a plan that is empty', ['run', ...sim, '--plan', at('empty.json'), ...out], /empty\.json is not JSON/],
    ['a plan of a plane that cannot be', ['run', ...sim, '--plan', at('plane-c.json'), ...out], /planes.*c/],
    ['a plan of a plane without frames', ['run', ...sim, '--plan', at('plane-b.json'), ...out], /plane b.*--frames-b/],
    ['a plan of a later version', ['run', ...sim, '--plan', at('later.json'), ...out], /version 2/],
    ['a port that is not there', ['run', '--injector', 'serial:/dev/no-such-port?driver=pedicle-v1', ...out], /no-such-port/],
    ['a driver that is not there', ['run', '--injector', 'serial:/dev/null?driver=teapot', ...out], /teapot/],
    ['live input at full speed', ['run', '--frames-a', 'dicom-receive:?port=0', '--speed', 'max', ...out], /--speed/],
    ['a folder that is in the way', ['run', ...sim, '--out', join(at('file'), 'record')], /file/],
    ['a folder that is in use', ['run', ...sim, '--out', folder], /not empty|must be empty|is not/],
    ['a speed that is none', ['run', ...sim, '--speed', 'fast', ...out], /fast/],
    ['no folder to write to', ['run', ...sim], /--out/],
    ['a record that is none', ['replay', folder], /record/],
    ['a record that is missing', ['verify', at('nowhere')], /nowhere/],
    ['an option that is none', ['run', ...sim, ...out, '--speedy', 'x'], /--speedy/],
  ])('%s', async (_, args, sentence) => {
    const ended = await pedicle(...args);
    expect(ended.stderr).toMatch(sentence);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(ended.status).toBe(2);
    expect(ended.stdout).toBe('');
    expect(existsSync(at('never')) ? readdirSync(at('never')) : []).toEqual([]);
  });
});
