import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type DicomReceiver,
  defaultReceiverOptions,
  type ReceivedInstance,
  type ReceiverOptions,
  startReceiver,
} from '../../native-bridge/sources/dicomReceiver.ts';
import { openFrameSource } from '../../native-bridge/sources/open.ts';
import type { SourceEvent } from '../../native-bridge/sources/source.ts';
import { pduType } from '../../src/dicom/pdu.ts';
import { buildDataset, buildPart10, xrayRun } from '../../test-data/dicomBuilder.ts';
import { associateRequest, openPeer, request, statusOf, type TestPeer } from './storageScu.ts';

const xrf = '1.2.840.10008.5.1.4.1.1.12.2';
const explicit = '1.2.840.10008.1.2.1';
const contexts = [
  { id: 1, abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] },
  { id: 3, abstractSyntax: xrf, transferSyntaxes: [explicit] },
];
const frames = [1, 2, 3].map((frame) => Uint16Array.from({ length: 64 * 48 }, (_, index) => (index + frame) & 0xfff));
const elements = xrayRun({ rows: 48, columns: 64, bitsStored: 12, frames });
const dataset = buildDataset(elements);

let folder = '';
const peers: TestPeer[] = [];
let receiver: DicomReceiver | null = null;
const received: ReceivedInstance[] = [];
const notices: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-receive-'));
  received.length = 0;
  notices.length = 0;
});
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await receiver?.close();
  receiver = null;
  await rm(folder, { recursive: true, force: true });
});

async function listen(options: Partial<ReceiverOptions> = {}): Promise<number> {
  const all = { ...defaultReceiverOptions, port: 0, folder, ...options };
  receiver = await startReceiver(all, { onReceived: (instance) => received.push(instance), onNotice: (message) => notices.push(message) });
  return receiver.port;
}

function peerAt(port: number): TestPeer {
  const peer = openPeer(port);
  peers.push(peer);
  return peer;
}

async function associated(port: number, calling = 'CARM', called = 'PEDICLE') {
  const peer = peerAt(port);
  peer.send(associateRequest(called, calling, contexts));
  return { peer, answer: await peer.receive() };
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !holds(); i++) await sleep(20);
  expect(holds()).toBe(true);
}

describe('the storage port', () => {
  test('answers an echo, keeps an instance to the byte, and releases', async () => {
    const { peer, answer } = await associated(await listen());
    expect(answer?.type).toBe(pduType.associateAccept);
    peer.sendValues(1, request(0x30, '1.2.840.10008.1.1', '', false), null);
    expect(statusOf(await peer.receive())).toBe(0);
    peer.sendValues(3, request(1, xrf, '1.2.3.4', true), dataset, 999);
    expect(statusOf(await peer.receive())).toBe(0);
    const [instance] = received;
    expect(instance).toMatchObject({ sopClass: xrf, sopInstance: '1.2.3.4', callingAe: 'CARM', bytes: dataset.length });
    // It says who is treated: for its owner alone.
    expect((await stat(instance?.path ?? '')).mode & 0o777).toBe(0o600);
    const file = await readFile(instance?.path ?? '');
    expect(file.subarray(file.length - dataset.length).equals(dataset)).toBe(true);
    peer.send(Uint8Array.of(pduType.releaseRequest, 0, 0, 0, 0, 4, 0, 0, 0, 0));
    expect((await peer.receive())?.type).toBe(pduType.releaseResponse);
    expect(await peer.receive()).toBeNull();
  });

  test('takes only titles that are allowed, and only calls that are meant for it', async () => {
    const port = await listen({ allow: ['CARM'], anyCalledAe: false, ae: 'PEDICLE' });
    const stranger = await associated(port, 'STRANGER');
    expect([stranger.answer?.type, ...(stranger.answer?.body ?? [])]).toEqual([pduType.associateReject, 0, 1, 1, 3]);
    const lost = await associated(port, 'CARM', 'OTHER');
    expect([lost.answer?.type, ...(lost.answer?.body ?? [])]).toEqual([pduType.associateReject, 0, 1, 1, 7]);
    expect((await associated(port)).answer?.type).toBe(pduType.associateAccept);
    expect(notices).toEqual([
      expect.stringMatching(/STRANGER was refused .* not among those/),
      expect.stringMatching(/CARM was refused .* another application/),
    ]);
  });

  test('refuses one association too many, and takes the next when one has ended', async () => {
    const port = await listen({ maxAssociations: 1 });
    const first = await associated(port);
    expect((await associated(port)).answer?.type).toBe(pduType.associateReject);
    first.peer.close();
    await sleep(100);
    expect((await associated(port)).answer?.type).toBe(pduType.associateAccept);
  });

  test('a path in an instance number names no file elsewhere', async () => {
    const { peer } = await associated(await listen());
    peer.sendValues(3, request(1, xrf, '../../../etc/x', true), dataset);
    expect(statusOf(await peer.receive())).toBe(0);
    expect((await readdir(folder)).every((name) => name.startsWith('instance-'))).toBe(true);
  });

  test('a peer that hangs up in the middle leaves nothing behind', async () => {
    const { peer } = await associated(await listen());
    peer.sendValues(3, request(1, xrf, '1.2.3', true), null);
    peer.sendValues(3, new Uint8Array(0), null);
    peer.close();
    await until(() => notices.length > 0);
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['a PDU longer than agreed', Uint8Array.of(4, 0, 0x7f, 0xff, 0xff, 0xff)],
    ['a PDU of no known type', Uint8Array.of(99, 0, 0, 0, 0, 0)],
    ['a second association request', associateRequest('PEDICLE', 'CARM', contexts)],
    ['data for a context that was not accepted', Uint8Array.of(4, 0, 0, 0, 0, 8, 0, 0, 0, 4, 9, 3, 0, 0)],
  ])('aborts on %s', async (_, bytes) => {
    const { peer } = await associated(await listen());
    peer.send(bytes);
    expect((await peer.receive())?.type).toBe(pduType.abort);
    expect(await peer.receive()).toBeNull();
    expect(notices).toEqual([expect.stringMatching(/was aborted/)]);
  });

  test('an object that is too large is refused and not kept, and the association goes on', async () => {
    const { peer } = await associated(await listen({ maxObjectBytes: 1000 }));
    peer.sendValues(3, request(1, xrf, '1.2.3', true), dataset);
    expect(statusOf(await peer.receive())).toBe(0xa700);
    peer.sendValues(1, request(0x30, '1.2.840.10008.1.1', '', false), null);
    expect(statusOf(await peer.receive())).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  test('a peer that says nothing is dropped', async () => {
    const peer = peerAt(await listen({ idleMs: 100 }));
    expect(await peer.receive()).toBeNull();
  });
});

describe('dicom-receive: as a source', () => {
  const freePort = (): Promise<number> =>
    new Promise((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
      });
    });

  /** Reads events until `enough`; `onListening` sends something. */
  async function readWhile(port: number, onListening: () => void, enough: (events: readonly SourceEvent[]) => boolean): Promise<readonly SourceEvent[]> {
    const opened = await openFrameSource(`dicom-receive:?port=${port}`, 'a');
    if (!opened.ok) throw new Error(opened.fault.message);
    const stop = new AbortController();
    const events: SourceEvent[] = [];
    for await (const event of opened.value.events(stop.signal)) {
      events.push(event);
      if (event.topic === '/device' && event.data.state === 'connected') onListening();
      if (enough(events)) stop.abort();
    }
    return events;
  }
  const framesIn = (events: readonly SourceEvent[]) => events.flatMap((event) => (event.topic === '/plane/a/frame' ? [event] : []));

  test('frames of an instance come live, numbered, to the bit; then nothing is held', async () => {
    const port = await freePort();
    const events = await readWhile(
      port,
      async () => {
        const { peer } = await associated(port);
        peer.sendValues(3, request(1, xrf, '1.2.3', true), dataset);
      },
      (soFar) => framesIn(soFar).length === 3,
    );
    expect(framesIn(events).map((event) => [event.atMs, event.data.attributes.frameNumber])).toEqual([
      [null, 0],
      [null, 1],
      [null, 2],
    ]);
    expect(framesIn(events).map((event) => [...event.data.pixels])).toEqual(frames.map((frame) => [...frame]));
    const again = await openFrameSource(`dicom-receive:?port=${port}`, 'a');
    expect(again.ok).toBe(true);
  });

  test('an instance without frames is a notice', async () => {
    const port = await freePort();
    const events = await readWhile(
      port,
      async () => {
        const { peer } = await associated(port);
        peer.sendValues(3, request(1, xrf, '1.2.3', true), buildDataset(elements.slice(0, -1)));
      },
      (soFar) => soFar.some((event) => event.topic === '/device' && event.data.state === 'notice'),
    );
    expect(events.at(-1)?.data).toMatchObject({ message: expect.stringMatching(/cannot be shown: what was received holds no pixel data/) });
  });

  test('a port that is taken, and settings that cannot be, are said at once', async () => {
    const port = await listen();
    const taken = await openFrameSource(`dicom-receive:?port=${port}`, 'a');
    expect(taken.ok ? '' : taken.fault.message).toMatch(/cannot be opened: another program listens there/);
    const wrong = await openFrameSource('dicom-receive:?port=high', 'a');
    expect(wrong.ok ? '' : wrong.fault.message).toMatch(/port/);
  });

  const storescu = ['/usr/bin/storescu', '/usr/local/bin/storescu'].find((path) => existsSync(path));
  test.skipIf(storescu === undefined)('DCMTK sends, and everything is kept (skipped where storescu is not installed)', async () => {
    const port = await listen();
    const file = join(tmpdir(), `pedicle-storescu-${process.pid}.dcm`);
    await writeFile(file, buildPart10(xrayRun({ rows: 48, columns: 64, bitsStored: 12, frames, also: [{ tag: 0x00080018, vr: 'UI', value: '1.2.3.9' }] })));
    const sent = new Promise<number | null>((resolve) => {
      spawn(storescu ?? '', ['127.0.0.1', String(port), file]).on('exit', resolve);
    });
    expect(await sent).toBe(0);
    await rm(file);
    expect(received).toHaveLength(1);
    expect(spawnSync('dcmdump', ['-q', received[0]?.path ?? '']).status).toBe(0);
  });
});
