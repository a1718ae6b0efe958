import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';
import { freePort, has, type RealPeer, startPeer } from './hospitalPeers.ts';
import { startPedicle } from './pedicle.ts';
import { type ReadSource, readSource } from './videoPeers.ts';

const rows = 48;
const columns = 64;
const sent = [0, 1, 2, 3].map((frame) => Uint16Array.from({ length: rows * columns }, (_, index) => (index * 13 + frame * 700) & 0xfff));

let folder = '';
let source: ReadSource | null = null;
let peer: RealPeer | null = null;
const sockets: Socket[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-round-'));
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await source?.stop();
  source = null;
  await peer?.stop();
  peer = null;
  await rm(folder, { recursive: true, force: true });
});

/** A run of `frames` as a C-arm would send it, complete enough for an archive. */
function instance(number: number, frames: readonly Uint16Array[]): Uint8Array {
  const uid = `1.2.826.0.1.3680043.2.1143.${number}`;
  const also = [
    element(0x00080018, 'UI', uid),
    element(0x00080060, 'CS', 'XA'),
    element(0x0020000d, 'UI', '1.2.826.0.1.3680043.2.1143.90'),
    element(0x0020000e, 'UI', '1.2.826.0.1.3680043.2.1143.91'),
    element(0x00100020, 'LO', 'ROUND'),
    element(0x00100010, 'PN', 'Round^Trip'),
    element(0x00181063, 'DS', '10'),
  ];
  return buildPart10(xrayRun({ rows, columns, bitsStored: 12, frames, also }));
}

/** Runs a program to its end. */
const finished = (program: string, args: readonly string[]) =>
  new Promise<{ status: number | null; said: string }>((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
    child.once('exit', (status) => resolve({ status, said }));
  });

async function listening(query = ''): Promise<{ read: ReadSource; port: number }> {
  const port = await freePort();
  source = await readSource(`dicom-receive:?port=${port}${query}`);
  const read = source;
  await read.until(() => read.events.some(({ event }) => event.topic === '/device' && event.data.state === 'connected'));
  return { read, port };
}

const pixelsOf = (read: ReadSource) => read.frames().map(({ pixels }) => [...pixels]);
const sentPixels = (times: number) => Array.from({ length: times }, () => sent.map((frame) => [...frame])).flat();

describe.skipIf(!has('storescu'))(`storescu of DCMTK${has('storescu') ? '' : ' (skipped: dcmtk is not installed)'}`, () => {
  test('sends runs one after the other; every frame comes, numbered on, to the bit', async () => {
    const { read, port } = await listening();
    for (const number of [1, 2, 3]) await writeFile(join(folder, `${number}.dcm`), instance(number, sent));
    const files = [1, 2, 3].map((number) => join(folder, `${number}.dcm`));
    expect(await finished('storescu', ['-aec', 'PEDICLE', '127.0.0.1', String(port), ...files])).toMatchObject({ status: 0 });
    await read.until(() => read.frames().length === 12);
    expect(pixelsOf(read)).toEqual(sentPixels(3));
    expect(read.frames().map(({ attributes }) => attributes.frameNumber)).toEqual(Array.from({ length: 12 }, (_, index) => index));
  });

  test.each([
    ['implicit VR', ['-xi']],
    ['big endian', ['-xb']],
    ['deflated', ['-xd']],
  ])('in %s: the same pixels', async (_, syntax) => {
    const { read, port } = await listening();
    await writeFile(join(folder, 'run.dcm'), instance(1, sent));
    expect(await finished('storescu', [...syntax, '127.0.0.1', String(port), join(folder, 'run.dcm')])).toMatchObject({ status: 0 });
    await read.until(() => read.frames().length === sent.length);
    expect(pixelsOf(read)).toEqual(sentPixels(1));
  });

  test('of an application that is not allowed is refused, with a word; one that is allowed goes on', async () => {
    const { read, port } = await listening('&ae=PEDICLE&allow=CARM');
    await writeFile(join(folder, 'run.dcm'), instance(1, sent));
    const send = (calling: string) => finished('storescu', ['-aet', calling, '-aec', 'PEDICLE', '127.0.0.1', String(port), join(folder, 'run.dcm')]);
    expect((await send('STRANGER')).status).not.toBe(0);
    expect(await send('CARM')).toMatchObject({ status: 0 });
    await read.until(() => read.frames().length === sent.length);
    expect(read.events.some(({ event }) => event.topic === '/device' && /STRANGER was refused/.test(event.data.message))).toBe(true);
  });

  test('comes through while other peers send rubbish, stop half-way or say nothing', async () => {
    const { read, port } = await listening();
    for (let index = 0; index < 5; index++) {
      for (const first of [Uint8Array.of(1, 0, 0x7f, 0xff, 0xff, 0xff, 1), new Uint8Array(50_000).fill(index * 31), Uint8Array.of(1, 0)]) {
        const socket = connect(port, '127.0.0.1');
        sockets.push(socket);
        socket.on('error', () => socket.destroy());
        socket.write(first);
      }
    }
    await writeFile(join(folder, 'run.dcm'), instance(1, sent));
    let status: number | null = 1;
    for (let attempt = 0; attempt < 5 && status !== 0; attempt++)
      ({ status } = await finished('storescu', ['127.0.0.1', String(port), join(folder, 'run.dcm')]));
    expect(status).toBe(0);
    await read.until(() => read.frames().length === sent.length);
    expect(pixelsOf(read)).toEqual(sentPixels(1));
  });

  test.skipIf(!has('openssl'))('over TLS', async () => {
    const key = join(folder, 'key.pem');
    const certificate = join(folder, 'cert.pem');
    const made = await finished('openssl', [...'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout'.split(' '), key, '-out', certificate]);
    expect(made.status).toBe(0);
    const { read, port } = await listening(`&tlsKey=${key}&tlsCert=${certificate}`);
    await writeFile(join(folder, 'run.dcm'), instance(1, sent));
    const send = (...tls: readonly string[]) => finished('storescu', [...tls, '127.0.0.1', String(port), join(folder, 'run.dcm')]);
    expect((await send()).status).not.toBe(0);
    expect(await send('+tla', '+cf', certificate)).toMatchObject({ status: 0 });
    await read.until(() => read.frames().length === sent.length);
  });
});

test('while hostile and slow peers hold the port, the live picture of the other plane loses no frame', { timeout: 120_000 }, async () => {
  const live = Array.from({ length: 60 }, (_, frame) => Uint16Array.from({ length: rows * columns }, (__, index) => (index * 3 + frame * 61) & 0xfff));
  await writeFile(join(folder, 'live.dcm'), buildPart10(xrayRun({ rows, columns, bitsStored: 12, frames: live, also: [element(0x00181063, 'DS', '66')] })));
  const port = await freePort();
  const record = join(folder, 'record');
  const running = startPedicle(
    'run',
    '--frames-a',
    `dicom:${join(folder, 'live.dcm')}`,
    '--frames-b',
    `dicom-receive:?port=${port}`,
    '--out',
    record,
    '--json',
  );
  const isOver = running.ended.then(() => true);
  // New peers all the time: half an association, rubbish, a PDU without end, and some that only hold the line.
  for (let attempt = 0; !(await Promise.race([isOver, sleep(20).then(() => false)])); attempt++) {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    const rubbish = [
      Uint8Array.of(1, 0, 0x7f, 0xff, 0xff, 0xff, 1),
      new Uint8Array(200_000).fill(attempt),
      Uint8Array.of(4, 0, 0xff, 0xff, 0xff, 0xff),
      new Uint8Array(0),
    ];
    socket.write(rubbish[attempt % rubbish.length] ?? new Uint8Array(0));
    if (sockets.length > 60) sockets.shift()?.destroy();
  }
  const { status, stdout } = await running.ended;
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ planes: { a: { frames: 60, gaps: 0 } } });
});

describe.skipIf(!has('Orthanc'))(`Orthanc${has('Orthanc') ? '' : ' (skipped: orthanc is not installed)'}`, () => {
  test('sends a series that it holds; every run is received whole and kept when a folder is named', async () => {
    const kept = await mkdtemp(join(tmpdir(), 'pedicle-kept-'));
    const { read, port } = await listening(`&folder=${kept}`);
    const dicomPort = await freePort();
    const httpPort = await freePort();
    const home = await mkdtemp(join(tmpdir(), 'pedicle-orthanc-'));
    const settings = {
      StorageDirectory: home,
      IndexDirectory: home,
      DicomPort: dicomPort,
      HttpPort: httpPort,
      RemoteAccessAllowed: false,
      AuthenticationEnabled: false,
      HttpServerEnabled: true,
      Plugins: [],
      DicomModalities: { pedicle: ['PEDICLE', '127.0.0.1', port] },
    };
    await writeFile(join(home, 'settings.json'), JSON.stringify(settings));
    peer = await startPeer('Orthanc', [join(home, 'settings.json')], httpPort, home);
    const call = async (path: string, body: Uint8Array | string) => {
      const answer = await fetch(`http://127.0.0.1:${httpPort}${path}`, { method: 'POST', body: typeof body === 'string' ? body : new Blob([body.slice()]) });
      expect([path, answer.status]).toEqual([path, 200]);
      return answer.json() as Promise<{ ID: string; ParentSeries: string }>;
    };
    const stored = [];
    for (const number of [1, 2]) stored.push(await call('/instances', instance(number, sent)));
    await call('/modalities/pedicle/store', stored[0]?.ParentSeries ?? '');
    await read.until(() => read.frames().length === 8);
    expect(pixelsOf(read)).toEqual(sentPixels(2));
    const files = await readdir(kept);
    expect(files).toHaveLength(2);
    for (const file of files) expect((await readFile(join(kept, file))).subarray(128, 132).toString()).toBe('DICM');
    await rm(kept, { recursive: true, force: true });
  });
});
