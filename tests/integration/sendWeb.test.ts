import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultPatience } from '../../native-bridge/hospital/association.ts';
import { defaultSending } from '../../native-bridge/hospital/attempt.ts';
import { enqueueStore } from '../../native-bridge/hospital/enqueue.ts';
import { openOutbox } from '../../native-bridge/hospital/outbox.ts';
import { finish } from '../../native-bridge/hospital/worker.ts';
import { freePort, has, startOrthanc } from './hospitalPeers.ts';
import { type Ended, pedicle, startPedicle } from './pedicle.ts';
import { writeSmallInstances } from './smallInstances.ts';

const count = 3;
let folder: string;
let images: string;
let outboxFolder: string;
let site: string;
/** What the archive is reached through, so that it can be away, hang and forget. */
let front: Server;
let frontPort: number;
let archivePort: number;
let asked: string[] = [];
/** Answers in the archive's stead when it gives true. */
let instead: (method: string, answer: ServerResponse) => boolean = () => false;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-web-'));
  images = join(folder, 'images');
  await mkdir(images);
  await writeSmallInstances(images, { count, uidRoot: '1.2.840.99998', patientId: 'TEST-4712' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const passOn = (incoming: IncomingMessage, answer: ServerResponse) => {
  const { method = 'GET', url: path, headers } = incoming;
  asked.push(method);
  if (instead(method, answer)) {
    incoming.resume();
    return;
  }
  const behind = request({ host: '127.0.0.1', port: archivePort, method, path, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 500, response.headers);
    response.pipe(answer);
  });
  behind.on('error', () => answer.destroy());
  incoming.pipe(behind);
};

beforeEach(async () => {
  asked = [];
  instead = () => false;
  front = createServer(passOn).listen(0, '127.0.0.1');
  await once(front, 'listening');
  const address = front.address();
  frontPort = typeof address === 'object' && address !== null ? address.port : 0;
  outboxFolder = await mkdtemp(join(folder, 'outbox-'));
  site = join(outboxFolder, 'site.json');
});
afterEach(() => {
  front.closeAllConnections();
  front.close();
});

const siteWith = async (port: number, station?: number) => {
  const archives = [{ name: 'web', stow: `http://127.0.0.1:${port}/dicom-web` }];
  const hospital = { archives, outboxFolder, ...(station === undefined ? {} : { station: { port: station } }) };
  await writeFile(site, JSON.stringify({ version: 1, hospital }));
  return hospital;
};
const send = (...args: readonly string[]): Promise<Ended> => pedicle('send', ...args, '--site', site, '--json');
const jobOf = ({ stdout }: Ended): unknown => (JSON.parse(stdout) as { readonly jobs: readonly unknown[] }).jobs[0];

describe.skipIf(!has('Orthanc'))('an archive that speaks DICOMweb and nothing else (Orthanc; skipped without it)', () => {
  let orthanc: Awaited<ReturnType<typeof startOrthanc>>;
  beforeAll(async () => {
    orthanc = await startOrthanc(await freePort(), { DicomServerEnabled: false });
    archivePort = orthanc.httpPort;
  });
  afterAll(() => orthanc?.stop());
  const held = async (): Promise<number> => ((await (await fetch(`http://127.0.0.1:${archivePort}/instances`)).json()) as unknown[]).length;

  it('away at first: told, kept, tried again later; another process delivers, and the archive is asked for each instance', async () => {
    await siteWith(await freePort());
    const away = await send(images, '--wait', '0');
    expect(away).toMatchObject({ status: 1, stderr: expect.stringContaining('stays on the outbox') });
    expect(jobOf(away)).toMatchObject({ state: 'waiting', done: 0, total: count, attempts: 1, message: expect.stringContaining('cannot be reached') });
    await siteWith(frontPort);
    const back = await send('--pending');
    expect([back.status, jobOf(back)]).toMatchObject([0, { state: 'done', done: count, message: null }]);
    expect(await held()).toBe(count);
    expect(asked).toEqual([...Array<string>(count).fill('POST'), ...Array<string>(count).fill('GET')]);
  });

  it('outlives kill -9 in the middle of sending: only the rest is sent by the next process', async () => {
    await siteWith(frontPort);
    let posts = 0;
    // The second one is taken and never answered.
    instead = (method) => method === 'POST' && ++posts === 2;
    const running = startPedicle('send', images, '--site', site);
    while (posts < 2) await sleep(10);
    running.child.kill('SIGKILL');
    await running.ended;
    expect(jobOf(await send('--status'))).toMatchObject({ state: 'waiting', total: count });
    instead = () => false;
    asked = [];
    const pending = await send('--pending');
    expect([pending.status, jobOf(pending)]).toMatchObject([0, { state: 'done', done: count }]);
    expect(asked.filter((method) => method === 'POST')).toHaveLength(count - 1);
  });

  it('opens no port of ours: such an archive never calls back', async () => {
    const station = await freePort();
    await siteWith(frontPort, station);
    let [waits, mayAnswer] = [0, false];
    instead = (method, answer) => {
      if (method !== 'GET' || mayAnswer) return false;
      waits++;
      void (async () => {
        while (!mayAnswer) await sleep(10);
        answer.writeHead(204).end();
      })();
      return true;
    };
    const running = startPedicle('send', images, '--site', site, '--wait', '0');
    while (waits === 0) await sleep(10);
    const socket = connect(station, '127.0.0.1');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    mayAnswer = true;
    await running.ended;
    expect(error.code).toBe('ECONNREFUSED');
  });
});

describe('a DICOMweb archive that takes everything and keeps nothing', () => {
  it('is sent it five times, and then given up with the reason; how often it was away does not count', async () => {
    const hospital = await siteWith(frontPort);
    const outbox = await openOutbox(outboxFolder);
    const added = await enqueueStore(outbox, images, 'web');
    if (!added.ok) throw new Error(added.fault.message);
    const sending = { ...defaultSending, outbox, hospital, patience: defaultPatience };
    const tried = async () => {
      await outbox.retry(added.value);
      return finish(added.value, sending, Date.now(), new AbortController().signal, () => undefined);
    };
    instead = (_, answer) => {
      answer.destroy();
      return true;
    };
    for (let away = 1; away <= 6; away++) expect(await tried()).toMatchObject({ state: 'waiting', attempts: away, losses: 0 });
    instead = (method, answer) => {
      answer.writeHead(method === 'POST' ? 200 : 204).end();
      return true;
    };
    for (let losses = 1; losses < 5; losses++) expect(await tried()).toMatchObject({ state: 'waiting', losses, stored: [] });
    expect(await tried()).toMatchObject({ state: 'failed', message: `Archive web took ${count} of ${count} instances and does not list them.` });
    expect(JSON.parse(await readFile(join(outboxFolder, 'jobs', added.value, 'state.json'), 'utf8'))).toMatchObject({ state: 'failed' });
  });
});
