import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Bridge, startBridge } from '../../native-bridge/bridge.ts';
import { bridgeOptionsOf } from '../../native-bridge/cli/consoleOptions.ts';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { replayRecord } from '../../native-bridge/session/replay.ts';
import type { RunAgain } from '../../src/link/desk.ts';
import type { ClientMessage, ServerMessage } from '../../src/link/link.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-workplace-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const small = 'sim:kyphoplasty?size=128&fps=5';

interface Console {
  send(message: ClientMessage): void;
  /** The next message, from now or from what was said before, that fits. */
  next<K extends ServerMessage['kind']>(
    kind: K,
    fits?: (message: Extract<ServerMessage, { kind: K }>) => boolean,
  ): Promise<Extract<ServerMessage, { kind: K }>>;
  close(): void;
}

async function openConsole(bridge: Bridge): Promise<Console> {
  const { port, searchParams } = new URL(bridge.url);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/link?token=${searchParams.get('token')}`);
  const heard: ServerMessage[] = [];
  socket.on('message', (data) => heard.push(JSON.parse(data.toString()) as ServerMessage));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    send(message) {
      heard.length = 0;
      socket.send(JSON.stringify(message));
    },
    async next(kind, fits = () => true) {
      const giveUpAt = Date.now() + 20_000;
      while (Date.now() < giveUpAt) {
        const found = heard.find((message) => message.kind === kind && fits(message as never));
        if (found) return found as never;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`no ${kind} came; heard ${heard.map((message) => message.kind).join(', ')}`);
    },
    close: () => socket.terminate(),
  };
}

let bridge: Bridge | null = null;
let name = 0;
afterEach(async () => {
  await bridge?.stop();
  bridge = null;
});

async function started(site: object, extra: object = {}): Promise<{ readonly at: Console; readonly records: string; readonly siteFile: string }> {
  const own = join(folder, String(name++));
  const records = join(own, 'records');
  const siteFile = join(folder, `site-${name}.json`);
  writeFileSync(siteFile, JSON.stringify({ version: 1, ...site }));
  const options = await bridgeOptionsOf({ site: siteFile, records, ...extra }, true);
  if (!options.ok) throw new Error(options.fault.message);
  const result = await startBridge(options.value);
  if (!result.ok) throw new Error(result.fault.message);
  bridge = result.value;
  await bridge.begun;
  return { at: await openConsole(bridge), records, siteFile };
}
const simulated = { sources: { framesA: small, injector: small } };

describe('the start', () => {
  test('the address is there before the session, which a console that is open already is told of when it runs', async () => {
    const options = await bridgeOptionsOf({ framesA: 'sim:kyphoplasty?size=512&fps=5', records: join(folder, 'early') }, true);
    if (!options.ok) throw new Error(options.fault.message);
    const result = await startBridge(options.value);
    if (!result.ok) throw new Error(result.fault.message);
    bridge = result.value;
    const order = ['address'];
    const begun = bridge.begun.then(() => order.push('session'));
    const at = await openConsole(bridge);
    expect((await at.next('hello')).session).toBeNull();
    expect((await at.next('workplace')).workplace.state).toBe('beginning');
    order.push('console');
    await at.next('hello', ({ session }) => session !== null);
    await begun;
    expect(order).toEqual(['address', 'console', 'session']);
    at.close();
  });

  test('a bridge that is stopped while its session begins ends that session and closes its record', async () => {
    const records = join(folder, 'stopped');
    const options = await bridgeOptionsOf({ framesA: small, records }, true);
    if (!options.ok) throw new Error(options.fault.message);
    const result = await startBridge(options.value);
    if (!result.ok) throw new Error(result.fault.message);
    expect(await result.value.stop()).toEqual({ ok: true, value: undefined });
    const [record = ''] = readdirSync(records);
    expect(readdirSync(join(records, record))).toContain('manifest.json');
  });
});

/** How many frames a record has, how many went by guidance, in how many a needle was looked for; and whether it replays the same. */
async function countsOf(records: string) {
  const reader = await openRecordReader(join(records, readdirSync(records)[0] ?? ''));
  if (!reader.ok) throw new Error(reader.fault.message);
  const counts = { frames: 0, skipped: 0, needles: 0 };
  for await (const { topic, data } of reader.value.samples({ frames: true })) {
    if (topic === '/plane/a/frame') counts.frames++;
    if (topic === '/plane/a/needle') counts.needles++;
    if (topic === '/gap' && data.kind === 'analysis-skipped') counts.skipped++;
  }
  const replayed = await replayRecord(reader.value);
  await reader.value.close();
  return { ...counts, identical: replayed.ok && replayed.value.identical };
}

test('a session without guidance shows and records every frame, says of each that it went by, and replays the same', async () => {
  const records = join(folder, 'unguided');
  const options = await bridgeOptionsOf({ framesA: small, injector: 'none:', records }, true);
  if (!options.ok) throw new Error(options.fault.message);
  const result = await startBridge({ ...options.value, withoutGuidance: true });
  if (!result.ok) throw new Error(result.fault.message);
  bridge = result.value;
  const at = await openConsole(bridge);
  await at.next('status', ({ status }) => (status.planes.a?.received ?? 0) > 2);
  at.close();
  await bridge.stop();
  bridge = null;
  const counts = await countsOf(records);
  expect(counts.frames).toBeGreaterThan(2);
  expect(counts).toEqual({ frames: counts.frames, skipped: counts.frames, needles: 0, identical: true });
});

test('the first pictures do not wait for guidance: the record says which it has not seen, sees the others, and replays the same', async () => {
  const { at, records } = await started({}, { framesA: 'sim:kyphoplasty?size=256&fps=30', injector: 'none:' });
  await at.next('status', ({ status: { planes } }) => (planes.a ? planes.a.received - planes.a.analysisSkipped : 0) > 2);
  at.close();
  await bridge?.stop();
  bridge = null;
  const counts = await countsOf(records);
  expect(counts.skipped).toBeGreaterThan(0);
  expect(counts).toEqual({ frames: counts.frames, skipped: counts.skipped, needles: counts.frames - counts.skipped, identical: true });
});

describe('procedures one after another', () => {
  test('a procedure ends, its record is closed, and the next one begins with a record of its own, without a restart', async () => {
    const { at, records } = await started(simulated);
    const first = await at.next('hello');
    await at.next('status', ({ status }) => (status.planes.a?.received ?? 0) > 2);
    at.send({ kind: 'begin-session', practice: false });
    expect((await at.next('refused')).message).toMatch(/running; end it first/);
    at.send({ kind: 'end-session' });
    await at.next('workplace', ({ workplace }) => workplace.state === 'ended');
    expect(readdirSync(join(records, first.session?.record ?? ''))).toContain('manifest.json');
    at.send({ kind: 'operator', event: { kind: 'mark' } });
    expect((await at.next('refused')).message).toMatch(/No procedure is running/);
    at.send({ kind: 'begin-session', practice: false });
    const second = await at.next('hello', ({ session }) => session !== null);
    expect(second.session?.record).not.toBe(first.session?.record);
    await at.next('status', ({ status }) => (status.planes.a?.received ?? 0) > 2);
    at.close();
  });

  test("a site's source that cannot be opened leaves the console open and says why; put right, the procedure begins", async () => {
    const { at } = await started({ sources: { framesA: 'dicom:/there/is/none.dcm' } });
    const { workplace } = await at.next('workplace');
    expect(workplace.state).toBe('idle');
    expect(workplace.message).toMatch(/there\/is\/none/);
    at.send({ kind: 'save-site', site: { version: 1, ...simulated } });
    await at.next('workplace', (message) => message.workplace.nextSources.framesA === small);
    at.send({ kind: 'begin-session', practice: false });
    await at.next('hello', ({ session }) => session !== null);
    at.close();
  });

  test('limits of the site are in the plan from the start, and in plans that give none', async () => {
    const { at } = await started({ ...simulated, limits: { pressureKpa: 2000 } });
    at.send({ kind: 'operator', event: { kind: 'plan', plan: { version: 1, level: 'L3', planes: {} } } });
    const told = await at.next('samples', ({ samples }) => samples.some(({ topic, data }) => topic === '/procedure' && data.level === 'L3'));
    const procedure = told.samples.findLast((sample) => sample.topic === '/procedure');
    expect(procedure?.data.plan.limits).toEqual({ pressureKpa: 2000 });
    at.close();
  });

  test('limits that have been said do not end a procedure of live devices', async () => {
    const { at } = await started({ sources: { framesA: 'dicom-receive:?port=0' }, limits: { pressureKpa: 2000 } });
    await at.next('status', ({ status }) => status.nowMs > 1500);
    at.send({ kind: 'operator', event: { kind: 'mark' } });
    await at.next('samples', ({ samples }) => samples.some(({ topic, data }) => topic === '/operator' && data.kind === 'mark'));
    at.close();
  });

  test('frames that guidance has no time for are counted in the status, and not kept for consoles that come late', async () => {
    const options = await bridgeOptionsOf({ framesA: small, injector: 'none:', records: join(folder, 'skipped') }, true);
    if (!options.ok) throw new Error(options.fault.message);
    const result = await startBridge({ ...options.value, withoutGuidance: true });
    if (!result.ok) throw new Error(result.fault.message);
    bridge = result.value;
    const first = await openConsole(bridge);
    await first.next('status', ({ status }) => (status.planes.a?.analysisSkipped ?? 0) > 5);
    const late = await openConsole(bridge);
    const { samples } = await late.next('hello', ({ session }) => session !== null);
    expect(samples.filter(({ topic }) => topic === '/gap')).toEqual([]);
    expect(samples.some(({ topic }) => topic === '/operator')).toBe(true);
    first.close();
    late.close();
  });
});

describe('the site configuration', () => {
  test('is saved whole, for its owner alone, and what does not fit is refused by field and changes nothing', async () => {
    const { at, siteFile } = await started(simulated);
    const before = readFileSync(siteFile, 'utf8');
    at.send({ kind: 'save-site', site: { version: 1, display: { pressureUnit: 'bananas' } } });
    expect((await at.next('refused')).message).toMatch(/display\.pressureUnit/);
    expect(readFileSync(siteFile, 'utf8')).toBe(before);
    at.send({ kind: 'save-site', site: { version: 1, name: 'North wing', ...simulated } });
    await at.next('site', ({ site }) => site.site.name === 'North wing');
    expect(JSON.parse(readFileSync(siteFile, 'utf8'))).toEqual({ version: 1, name: 'North wing', ...simulated });
    expect(statSync(siteFile).mode & 0o777).toBe(0o600);
    at.close();
  });

  test('each source can be tried: frames with a picture, readings with a value, and a reason when nothing comes', async () => {
    const { at } = await started(simulated);
    at.send({ kind: 'test-source', test: 'a', role: 'a', uri: small });
    const frames = (await at.next('source-test')).result;
    expect(frames).toMatchObject({ works: true, thumbnail: { width: 128, height: 128 } });
    expect(frames.message).toMatch(/frames of 128 × 128/);
    at.send({ kind: 'test-source', test: 'i', role: 'injector', uri: 'sim:kyphoplasty' });
    expect((await at.next('source-test')).result).toMatchObject({ works: true });
    at.send({ kind: 'test-source', test: 'j', role: 'injector', uri: 'serial:/dev/there-is-none' });
    expect((await at.next('source-test')).result.message).toMatch(/there-is-none/);
    at.close();
  });
});

describe('jobs on records', () => {
  test('a record is exported and replayed beside the running procedure, with progress, and a waiting job can be cancelled', async () => {
    const { at, records } = await started(simulated);
    await at.next('status', ({ status }) => (status.planes.a?.received ?? 0) > 5);
    at.send({ kind: 'end-session' });
    await at.next('workplace', ({ workplace }) => workplace.state === 'ended');
    const [record] = readdirSync(records);
    if (!record) throw new Error('no record');
    at.send({ kind: 'export-record', record, kinds: ['csv', 'dicom'], deidentify: false });
    const exported = await at.next('jobs', ({ jobs }) => jobs[0]?.state === 'done' || jobs[0]?.state === 'failed');
    expect(exported.jobs[0]).toMatchObject({ what: 'export', state: 'done', record });
    expect(readdirSync(join(records, 'exports'))).toHaveLength(1);
    at.send({ kind: 'export-record', record, kinds: ['csv'], deidentify: true });
    const anonymous = await at.next('jobs', ({ jobs }) => jobs.length === 2 && (jobs[0]?.state === 'done' || jobs[0]?.state === 'failed'));
    expect(anonymous.jobs[0]?.state).toBe('done');
    const folder = readdirSync(join(records, 'exports')).find((each) => each.startsWith('deidentified-')) ?? '';
    const made = readdirSync(join(records, 'exports', folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const written = made.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('\n');
    expect(made.length).toBeGreaterThan(0);
    expect(written).not.toContain('SIM-0001');
    at.send({ kind: 'verify-replay', record });
    at.send({ kind: 'verify-replay', record });
    const two = await at.next('jobs', ({ jobs }) => jobs.length === 4);
    at.send({ kind: 'cancel-job', job: two.jobs[0]?.id ?? '' });
    await at.next('jobs', ({ jobs }) => jobs[0]?.state === 'cancelled');
    const replayed = await at.next('jobs', ({ jobs }) => jobs[1]?.state === 'done' || jobs[1]?.state === 'failed');
    expect(replayed.jobs[1]?.message).toMatch(/^Identical/);
    at.send({ kind: 'export-record', record: '../outside', kinds: ['csv'], deidentify: false });
    expect((await at.next('refused')).message).toMatch(/no record/);
    at.close();
  });

  test('a record is run again with another injector and faults, into a record of its own', async () => {
    const { at, records } = await started(simulated);
    await at.next('status', ({ status }) => (status.planes.a?.received ?? 0) > 5);
    at.send({ kind: 'end-session' });
    await at.next('workplace', ({ workplace }) => workplace.state === 'ended');
    const [record = ''] = readdirSync(records);
    const how: RunAgain = { framesA: 'recorded', framesB: 'recorded', injector: 'none', faults: [{ fault: 'unplug-frames', fromS: 0.1, toS: 0.2 }] };
    at.send({ kind: 'run-again', record, how });
    const ended = (await at.next('jobs', ({ jobs }) => jobs[0]?.state === 'done' || jobs[0]?.state === 'failed')).jobs[0];
    expect(ended).toMatchObject({ what: 'run-again', record, state: 'done', message: ended?.made });
    const opened = await openRecordReader(join(records, ended?.made ?? ''));
    if (!opened.ok) throw new Error(opened.fault.message);
    expect(opened.value).toMatchObject({ closed: true, planes: ['a'], header: { simulated: true, sources: { framesA: `record:${record}`, injector: null } } });
    const said: string[] = [];
    for await (const sample of opened.value.samples({ frames: false, topics: ['/device'] })) if (sample.topic === '/device') said.push(sample.data.state);
    await opened.value.close();
    expect(said).toContain('lost');
    at.send({ kind: 'run-again', record, how: { ...how, framesA: 'none' } });
    const refused = (await at.next('jobs', ({ jobs }) => jobs.length === 2 && jobs[0]?.state === 'failed')).jobs[0];
    expect(refused?.message).toMatch(/^Nothing is left to run/);
    at.close();
  });

  test('bookmarks are kept beside the records', async () => {
    const { at } = await started(simulated);
    at.send({ kind: 'save-bookmarks', record: 'some', bookmarks: [{ tMs: 1200, text: 'here' }] });
    await at.next('bookmarks');
    at.send({ kind: 'get-bookmarks', record: 'some' });
    expect((await at.next('bookmarks')).bookmarks).toEqual([{ tMs: 1200, text: 'here' }]);
    at.close();
  });
});
