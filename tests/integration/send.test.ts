import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultPatience, type PeerPatience } from '../../native-bridge/hospital/association.ts';
import { backoffMs, defaultSending, type Sending } from '../../native-bridge/hospital/attempt.ts';
import { openCallbacks } from '../../native-bridge/hospital/callbacks.ts';
import { echo } from '../../native-bridge/hospital/echo.ts';
import { enqueueStore } from '../../native-bridge/hospital/enqueue.ts';
import { type Outbox, openOutbox, summaryOf } from '../../native-bridge/hospital/outbox.ts';
import { createPriorFetches, listPriors } from '../../native-bridge/hospital/priors.ts';
import { finish } from '../../native-bridge/hospital/worker.ts';
import type { Archive, HospitalSite } from '../../src/procedure/hospitalSite.ts';
import { type Certificates, freePort, has, makeCertificates, type RealPeer, startOrthanc, startStorescp } from './hospitalPeers.ts';
import { writeSmallInstances } from './smallInstances.ts';

const count = 3;
const patientId = 'TEST-4711';
let folder: string;
let images: string;
let outbox: Outbox;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-send-'));
  images = join(folder, 'images');
  await mkdir(images);
  await writeSmallInstances(images, { count, uidRoot: '1.2.840.99999', patientId });
  await writeFile(join(images, 'readme.txt'), 'no DICOM');
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  outbox = await openOutbox(await mkdtemp(join(folder, 'outbox-')));
});

const quick: PeerPatience = { connectMs: 2_000, associateMs: 1_000, responseMs: 1_000 };
const sendingTo = (hospital: HospitalSite, patience = defaultPatience): Sending => ({ ...defaultSending, outbox, hospital, patience, reportMs: 8_000 });
const never = new AbortController().signal;

/** Puts the images onto the outbox and tries once, or until they have arrived. */
async function send(hospital: HospitalSite, archive: string, options: { readonly once?: true; readonly patience?: PeerPatience } = {}) {
  const added = await enqueueStore(outbox, images, archive);
  if (!added.ok) throw new Error(added.fault.message);
  const until = Date.now() + (options.once ? 0 : 20_000);
  await finish(added.value, sendingTo(hospital, options.patience), until, never, () => undefined);
  const job = await outbox.read(added.value);
  if (!job) throw new Error('no job');
  return summaryOf(job);
}

describe.skipIf(!has('Orthanc'))('to Orthanc (skipped without it)', () => {
  let orthanc: Awaited<ReturnType<typeof startOrthanc>>;
  let hospital: HospitalSite;
  let archive: Archive;
  beforeAll(async () => {
    const station = await freePort();
    orthanc = await startOrthanc(station);
    archive = { name: 'main', host: '127.0.0.1', port: orthanc.port, ae: 'ARCHIVE' };
    hospital = { station: { port: station }, archives: [archive, { name: 'web', stow: `http://127.0.0.1:${orthanc.httpPort}/dicom-web` }] };
  });
  afterAll(() => orthanc.stop());

  it('stores every instance and waits until the archive answers for it, on an association of its own', async () => {
    const callbacks = await openCallbacks(hospital, outbox, { onNotice: () => undefined, onReceived: () => undefined });
    if (!callbacks.ok) throw new Error(callbacks.fault.message);
    const job = await send(hospital, 'main');
    await callbacks.value.close();
    expect(job).toMatchObject({ state: 'done', done: count, total: count, message: null });
    const held = (await (await fetch(`http://127.0.0.1:${orthanc.httpPort}/instances`)).json()) as unknown[];
    expect(held).toHaveLength(count);
  });

  it('says that an archive has not answered for what it took, as long as it has not', async () => {
    const added = await enqueueStore(outbox, images, 'main');
    if (!added.ok) throw new Error(added.fault.message);
    // Nobody listens at the station's port: the report cannot come.
    await finish(added.value, { ...sendingTo(hospital), reportMs: 300 }, Date.now(), never, () => undefined);
    const job = await outbox.read(added.value);
    expect(job && summaryOf(job)).toMatchObject({ state: 'awaiting-commitment', done: 0, message: expect.stringMatching(/has not answered for it yet/) });
    // Its report comes after all, to whatever process: the job is done without sending anything again.
    const uid = job?.state.transactions[0]?.uid ?? '';
    await outbox.keepReport({ transactionUid: uid, committed: job?.state.stored ?? [], failed: [] });
    expect(await finish(added.value, sendingTo(hospital), Date.now() + 5_000, never, () => undefined)).toMatchObject({ state: 'done', attempts: 0 });
  });

  it('sends again what the archive does not answer for', async () => {
    const added = await enqueueStore(outbox, images, 'main');
    if (!added.ok) throw new Error(added.fault.message);
    await finish(added.value, { ...sendingTo(hospital), reportMs: 300 }, Date.now(), never, () => undefined);
    const job = await outbox.read(added.value);
    const [first, ...rest] = job?.state.stored ?? [];
    await outbox.keepReport({
      transactionUid: job?.state.transactions[0]?.uid ?? '',
      committed: rest,
      failed: [{ sopInstance: first ?? '', reason: 'it does not have the instance' }],
    });
    await outbox.retry(added.value);
    const after = await finish(added.value, sendingTo(hospital), Date.now(), never, () => undefined);
    expect(after).toMatchObject({
      state: 'waiting',
      attempts: 1,
      stored: rest,
      message: 'Archive main does not answer for 1 of 3 instances: it does not have the instance.',
    });
  });

  it('stores by STOW-RS and finds by QIDO-RS what it stored', async () => {
    expect(await send(hospital, 'web')).toMatchObject({ state: 'done', done: count, total: count });
  });

  it('says what is wrong with an address that is no DICOMweb service', async () => {
    const wrong: HospitalSite = { archives: [{ name: 'web', stow: `http://127.0.0.1:${orthanc.httpPort}/nothing` }] };
    expect(await send(wrong, 'web', { once: true })).toMatchObject({
      state: 'waiting',
      message: expect.stringMatching(/^Archive web \(http.*\) has no such service \(HTTP 404\); check the address in "stow"\.$/),
    });
  });

  it("finds the patient's studies, and has one brought to a folder", async () => {
    await send({ archives: [{ ...archive, commitment: 'none' } as Archive] }, 'main');
    expect(await listPriors(archive, patientId, hospital, defaultPatience)).toMatchObject({
      ok: true,
      value: [{ studyInstanceUid: '1.2.840.99999.100', modalities: expect.any(Array) }],
    });
    expect(await listPriors(archive, 'TEST*', hospital, defaultPatience)).toMatchObject({ ok: false });
    const priors = createPriorFetches(join(folder, 'priors'));
    const callbacks = await openCallbacks(hospital, outbox, { onNotice: () => undefined, onReceived: priors.receive });
    if (!callbacks.ok) throw new Error(callbacks.fault.message);
    const fetched = await priors.fetch(archive, '1.2.840.99999.100', hospital, defaultPatience);
    await callbacks.value.close();
    expect(fetched).toEqual({ ok: true, value: { folder: join(folder, 'priors', '1.2.840.99999.100'), files: count } });
    expect(await readdir(join(folder, 'priors', '1.2.840.99999.100'))).toHaveLength(count);
  });

  it("finds the patient's studies by QIDO-RS, and takes one by WADO-RS to the byte", async () => {
    await send(hospital, 'web');
    const web = hospital.archives?.[1];
    if (!web) throw new Error('no web archive');
    expect(await listPriors(web, patientId, hospital, defaultPatience)).toMatchObject({
      ok: true,
      value: [{ studyInstanceUid: '1.2.840.99999.100', modalities: expect.any(Array), instances: count }],
    });
    expect(await listPriors(web, 'nobody has this', hospital, defaultPatience)).toEqual({ ok: true, value: [] });
    const into = join(folder, 'web-priors');
    const fetched = await createPriorFetches(into).fetch(web, '1.2.840.99999.100', hospital, defaultPatience);
    expect(fetched).toEqual({ ok: true, value: { folder: join(into, '1.2.840.99999.100'), files: count } });
    const files = await readdir(join(into, '1.2.840.99999.100'));
    expect(files).toHaveLength(count);
    for (const file of files) {
      const sop = file.replace('.dcm', '');
      const [id] = (await (await fetch(`http://127.0.0.1:${orthanc.httpPort}/tools/lookup`, { method: 'POST', body: sop })).json()) as readonly {
        readonly ID: string;
      }[];
      const kept = await (await fetch(`http://127.0.0.1:${orthanc.httpPort}/instances/${id?.ID}/file`)).arrayBuffer();
      const brought = await readFile(join(into, '1.2.840.99999.100', file));
      expect(brought.equals(new Uint8Array(kept))).toBe(true);
    }
    expect(await createPriorFetches(into).fetch(web, '1.2.3.4', hospital, defaultPatience)).toMatchObject({ ok: false });
  });

  it('refuses another title than its own', async () => {
    const wrong: HospitalSite = { archives: [{ ...archive, ae: 'OTHER' } as Archive] };
    expect(await send(wrong, 'main', { once: true })).toMatchObject({
      state: 'waiting',
      attempts: 1,
      message: expect.stringMatching(/^Archive main \(OTHER at .*\) refused the association from PEDICLE: it does not answer to the AE title/),
    });
  });
});

describe.skipIf(!has('storescp'))("to DCMTK's storescp (skipped without it)", () => {
  const peers: RealPeer[] = [];
  afterEach(async () => {
    for (const peer of peers.splice(0)) await peer.stop();
  });
  const started = async (peer: Promise<RealPeer>): Promise<RealPeer> => {
    peers.push(await peer);
    return peer;
  };
  const siteOf = (port: number, extra: object = {}): HospitalSite => ({
    archives: [{ name: 'main', host: '127.0.0.1', port, ae: 'STORE', commitment: 'none', ...extra }],
  });
  const cli = fileURLToPath(new URL('../../native-bridge/cli/pedicle.mjs', import.meta.url));
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  async function pedicleSend(...args: readonly string[]): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }> {
    const child = spawn(process.execPath, [cli, 'send', ...args]);
    children.push(child);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const status = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { status, stdout, stderr };
  }
  const siteFile = async (hospital: HospitalSite): Promise<string> => {
    const path = join(outbox.folder, 'site.json');
    await writeFile(path, JSON.stringify({ version: 1, hospital: { ...hospital, outboxFolder: outbox.folder } }));
    return path;
  };

  it('delivers files to the byte', async () => {
    const peer = await started(startStorescp(['+B']));
    expect(await send(siteOf(peer.port), 'main')).toMatchObject({ state: 'done', done: count });
    const [name] = await readdir(peer.folder);
    const kept = await readFile(join(peer.folder, name ?? ''));
    const sent = await readFile(join(images, '1.dcm'));
    expect(kept.subarray(kept.length - 6000).equals(sent.subarray(sent.length - 6000))).toBe(true);
  });

  it('says in one sentence that the folder of the outbox cannot be used, whatever it was asked', async () => {
    const inTheWay = join(outbox.folder, 'file');
    const site = join(outbox.folder, 'blocked.json');
    await writeFile(inTheWay, '');
    await writeFile(site, JSON.stringify({ version: 1, hospital: { ...siteOf(await freePort()), outboxFolder: join(inTheWay, 'outbox') } }));
    for (const asked of [[images], ['--status'], ['--pending']]) {
      const { status, stdout, stderr } = await pedicleSend(...asked, '--site', site);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^pedicle: The outbox in .* cannot be used: a file is in the way of a folder \(.*\); .*"outboxFolder".*\.\n$/);
    }
  });

  it('goes on where it was when the archive, away at first, comes back', async () => {
    const port = await freePort();
    const job = await send(siteOf(port), 'main', { once: true });
    expect(job).toMatchObject({
      state: 'waiting',
      attempts: 1,
      message: expect.stringMatching(/^Archive main \(STORE at .*\) cannot be reached: nothing listens there/),
    });
    const peer = await started(startStorescp([], port));
    await outbox.retry(job.id);
    expect(await finish(job.id, sendingTo(siteOf(port)), Date.now() + 5_000, never, () => undefined)).toMatchObject({ state: 'done' });
    expect(await readdir(peer.folder)).toHaveLength(count);
  });

  it('sends only the rest after a connection that broke in the middle', async () => {
    // It hangs up after the first instance.
    const first = await started(startStorescp(['--abort-after']));
    const job = await send(siteOf(first.port), 'main', { once: true });
    expect(job.state).toBe('waiting');
    expect(job.message).toMatch(/Archive main .* (aborted the association|closed the connection|broke the connection)/);
    const second = await started(startStorescp());
    await outbox.retry(job.id);
    const state = await finish(job.id, sendingTo(siteOf(second.port)), Date.now() + 5_000, never, () => undefined);
    expect(state).toMatchObject({ state: 'done' });
    const [before, after] = [await readdir(first.folder), await readdir(second.folder)];
    expect(state?.stored).toHaveLength(count);
    expect(after.length).toBe(count - (job.done > 0 ? job.done : 0));
    expect(before.length + after.length).toBeGreaterThanOrEqual(count);
  });

  it('says that an archive refuses associations', async () => {
    const peer = await started(startStorescp(['--refuse']));
    expect(await send(siteOf(peer.port), 'main', { once: true })).toMatchObject({
      state: 'waiting',
      message: expect.stringMatching(/refused the association from PEDICLE/),
    });
  });

  it('outlives kill -9: what had arrived is known, and another process sends the rest', async () => {
    const port = await freePort();
    const site = await siteFile(siteOf(port));
    // The archive is away: the process waits for its time, and is killed there.
    void pedicleSend(images, '--site', site);
    for (let i = 0; i < 200 && (await outbox.list())[0]?.state.attempts !== 1; i++) await sleep(25);
    expect(children[0]?.kill('SIGKILL')).toBe(true);
    const status = await pedicleSend('--status', '--json', '--site', site);
    expect(JSON.parse(status.stdout)).toMatchObject({
      jobs: [{ state: 'waiting', done: 0, total: count, attempts: 1, message: expect.stringContaining('cannot be reached') }],
    });
    const peer = await started(startStorescp([], port));
    const pending = await pedicleSend('--pending', '--json', '--site', site);
    expect([pending.status, JSON.parse(pending.stdout)]).toMatchObject([0, { jobs: [{ state: 'done', done: count }] }]);
    expect(await readdir(peer.folder)).toHaveLength(count);
  });

  it('exits with 1 and says that it stays on the outbox when the time is up, with 2 for what cannot be sent', async () => {
    const site = await siteFile(siteOf(await freePort()));
    const late = await pedicleSend(images, '--site', site, '--wait', '0');
    expect([late.status, late.stdout]).toEqual([1, expect.stringContaining('cannot be reached')]);
    expect(late.stderr).toContain('stays on the outbox');
    const empty = await pedicleSend(join(folder, 'nothing'), '--site', site);
    expect([empty.status, empty.stderr]).toEqual([2, expect.stringMatching(/nothing does not exist\./)]);
    const unknown = await pedicleSend(images, '--site', site, '--to', 'moon');
    expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('no archive called moon; it has main.')]);
    expect((await stat(join(outbox.folder, 'jobs'))).mode & 0o077).toBe(0);
  });

  describe.skipIf(!has('openssl'))('over TLS (skipped without openssl)', () => {
    let certificates: Certificates;
    beforeAll(async () => {
      const place = join(folder, 'certificates');
      await mkdir(place);
      certificates = makeCertificates(place);
    });
    const secure = () => startStorescp(['+tls', certificates.server.key, certificates.server.cert, '+cf', certificates.ca]);

    it('delivers, both sides knowing each other by the authority of the site', async () => {
      const peer = await started(secure());
      const tls = { ca: certificates.ca, ...certificates.client };
      expect(await send({ ...siteOf(peer.port, { tls: true }), tls }, 'main')).toMatchObject({ state: 'done', done: count });
    });

    it.each([
      ['an authority that we do not know', () => ({ ...certificates.client }), /no known authority has signed/],
      [
        'a certificate of ours that it does not know',
        () => ({ ca: certificates.ca, ...certificates.stranger }),
        /(does not accept our certificate|broke the connection; it may want a certificate)/,
      ],
    ])('says what is wrong with %s', async (_, tls, sentence) => {
      const peer = await started(secure());
      expect(await send(siteOf(peer.port, { tls: tls() }), 'main', { once: true })).toMatchObject({
        state: 'waiting',
        message: expect.stringMatching(sentence),
      });
    });

    it('says that a peer does not speak TLS', async () => {
      const peer = await started(startStorescp());
      const job = await send(siteOf(peer.port, { tls: { ca: certificates.ca } }), 'main', { once: true, patience: quick });
      expect(job).toMatchObject({ state: 'waiting', message: expect.stringMatching(/(does not speak TLS|broke the connection|did not answer within)/) });
    });

    it('says that a file of the site configuration is not there', async () => {
      const job = await send(siteOf(1, { tls: { ca: '/nowhere/ca.pem' } }), 'main', { once: true });
      expect(job).toMatchObject({ state: 'failed', message: '/nowhere/ca.pem cannot be read (ENOENT); correct "tls.ca" in the site configuration.' });
    });
  });
});

describe('peers that are there and do not do what they should', () => {
  let server: Server | null = null;
  afterEach(() => server?.close());
  const listen = (onConnection: (write: (bytes: Uint8Array) => void) => void): Promise<number> =>
    new Promise((resolve) => {
      server = createServer((socket) => {
        socket.on('error', () => undefined);
        onConnection((bytes) => socket.write(bytes));
      }).listen(0, '127.0.0.1', () => {
        const address = server?.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  const access = (port: number) => ({ peer: { host: '127.0.0.1', port, ae: 'ODD' }, name: 'the archive', callingAe: 'PEDICLE', tls: null, patience: quick });

  it('one that says nothing is given up after its time', async () => {
    expect(await echo(access(await listen(() => undefined)))).toMatchObject({
      ok: false,
      fault: { message: expect.stringMatching(/did not answer the association request within 1 s/) },
    });
  });

  it('one that is no DICOM application is told from one', async () => {
    const port = await listen((write) => write(new TextEncoder().encode('HTTP/1.1 400 Bad Request\r\n\r\n')));
    expect(await echo(access(port))).toMatchObject({
      ok: false,
      fault: { message: expect.stringMatching(/(longer PDU than was agreed|did not answer as a DICOM application)/) },
    });
  });
});

describe.skipIf(!has('storescp'))('an echo test', () => {
  it('says how long a peer took, and which services it does not offer', async () => {
    const real = await startStorescp();
    const access = { peer: { host: '127.0.0.1', port: real.port, ae: 'STORE' }, name: 'the archive', callingAe: 'PEDICLE', tls: null, patience: quick };
    expect(await echo(access, ['1.2.840.10008.5.1.4.31'])).toMatchObject({ ok: true, value: { refused: ['1.2.840.10008.5.1.4.31'] } });
    await real.stop();
  });
});

describe('the time between attempts', () => {
  it('doubles from five seconds to a quarter of an hour', () => {
    expect([1, 2, 3, 8, 9, 50].map(backoffMs)).toEqual([5_000, 10_000, 20_000, 640_000, 900_000, 900_000]);
  });
});
