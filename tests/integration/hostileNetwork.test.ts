import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Bridge, startBridge } from '../../native-bridge/bridge.ts';
import { bridgeOptionsOf } from '../../native-bridge/cli/consoleOptions.ts';
import { type DicomReceiver, defaultReceiverOptions, startReceiver } from '../../native-bridge/sources/dicomReceiver.ts';
import { pduType } from '../../src/dicom/pdu.ts';
import type { ServerMessage } from '../../src/link/link.ts';
import { mutations } from './hostileBudget.ts';
import { associateRequest, openPeer } from './storageScu.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-hostile-net-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the storage port', () => {
  let receiver: DicomReceiver | null = null;
  const notices: string[] = [];
  afterEach(async () => {
    await receiver?.close();
    receiver = null;
  });
  const listen = async (): Promise<number> => {
    receiver = await startReceiver(
      { ...defaultReceiverOptions, port: 0, folder },
      { onReceived: () => undefined, onNotice: (message) => notices.push(message) },
    );
    return receiver.port;
  };
  const echoes = async (port: number): Promise<boolean> => {
    const peer = openPeer(port);
    peer.send(associateRequest('PEDICLE', 'CARM', [{ id: 1, abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] }]));
    const accepted = (await peer.receive())?.type === pduType.associateAccept;
    peer.close();
    return accepted;
  };
  /** Sends pieces until the other side closes; bytes that were taken. */
  const flood = (port: number, first: Buffer, piece: Buffer, most: number): Promise<number> =>
    new Promise((resolve) => {
      const socket = createConnection({ port, host: '127.0.0.1' });
      const finish = () => resolve(socket.bytesWritten);
      socket.on('error', () => undefined);
      socket.on('close', finish);
      const write = () => {
        while (socket.bytesWritten < most && socket.writable) if (!socket.write(piece)) return;
        if (socket.bytesWritten >= most) socket.destroy();
      };
      socket.on('drain', write);
      socket.write(first, write);
    });

  test('a PDU that says it is 4 GB long is not collected: the connection ends, memory does not grow, others are served', async () => {
    const port = await listen();
    const before = process.memoryUsage().rss;
    const cpu = process.cpuUsage();
    const header = Buffer.from([pduType.data, 0, 0xff, 0xff, 0xff, 0xf0]);
    for (const first of [header, Buffer.concat([Buffer.from(associateRequest('PEDICLE', 'CARM', [])), header])])
      await flood(port, first, Buffer.alloc(1 << 16), 40 << 20);
    const { user, system } = process.cpuUsage(cpu);
    expect((user + system) / 1e6).toBeLessThan(2);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
    expect(await echoes(port)).toBe(true);
  });

  test('150 connections of damaged and random bytes end or wait, and others are served (seed 47)', async () => {
    const port = await listen();
    const { mutate, bytes, next } = mutations(47);
    const request = associateRequest('PEDICLE', 'CARM', [{ id: 1, abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] }]);
    for (let i = 0; i < 150; i++) {
      const socket = createConnection({ port, host: '127.0.0.1' });
      socket.on('error', () => undefined);
      socket.write(i % 3 === 0 ? bytes(next(2000) + 1) : mutate(request));
      if (i % 3 === 2) socket.write(bytes(200));
      await sleep(2);
      socket.destroy();
    }
    expect(await echoes(port)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('the console’s link', () => {
  let bridge: Bridge;
  beforeAll(async () => {
    const site = join(folder, 'site.json');
    writeFileSync(site, '{"version":1}');
    const options = await bridgeOptionsOf({ site, records: join(folder, 'records'), framesA: 'sim:quiet?size=64&fps=2', injector: 'none:' }, true);
    const started = options.ok ? await startBridge(options.value) : options;
    if (!started.ok) throw new Error(started.fault.message);
    bridge = started.value;
    await bridge.begun;
    writeFileSync(join(folder, 'secret.json'), '{"bookmarks":[{"tMs":0,"text":"secret"}]}');
  });
  afterAll(() => bridge.stop());

  const open = async (): Promise<{ readonly socket: WebSocket; readonly heard: ServerMessage[] }> => {
    const { port, searchParams } = new URL(bridge.url);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/link?token=${searchParams.get('token')}`);
    const heard: ServerMessage[] = [];
    socket.on('error', () => undefined);
    socket.on('message', (data) => heard.push(JSON.parse(data.toString()) as ServerMessage));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return { socket, heard };
  };

  test('400 messages that are no requests are refused one by one, and the link stays (seed 48)', async () => {
    const { socket, heard } = await open();
    const { mutate, bytes } = mutations(48);
    const known = [
      '{"kind":"operator","event":{"kind":"mark"}}',
      '{"kind":"seek","review":"x","positionMs":1}',
      '{"kind":"open-review","record":"x"}',
      '{"kind":"save-bookmarks","record":"x","bookmarks":[]}',
    ];
    for (let i = 0; i < 400; i++) socket.send(i % 4 === 0 ? bytes(64) : mutate(Buffer.from(known[i % 4] ?? '')).toString('latin1'));
    socket.send('{"kind":"list-records"}');
    for (let i = 0; i < 500 && !heard.some(({ kind }) => kind === 'records'); i++) await sleep(20);
    expect(heard.filter(({ kind }) => kind === 'refused').length).toBeGreaterThan(300);
    expect(heard.some(({ kind }) => kind === 'records')).toBe(true);
    socket.terminate();
  });

  test('a message too large ends that link and no other', async () => {
    const large = await open();
    const other = await open();
    const closed = new Promise<number>((resolve) => large.socket.once('close', resolve));
    large.socket.send('x'.repeat(8 << 20));
    expect(await closed).toBe(1009);
    other.socket.send('{"kind":"list-records"}');
    for (let i = 0; i < 500 && !other.heard.some(({ kind }) => kind === 'records'); i++) await sleep(20);
    expect(other.heard.some(({ kind }) => kind === 'records')).toBe(true);
    other.socket.terminate();
  });

  test('names of records lead nowhere but into the folder of records', async () => {
    const { socket, heard } = await open();
    const names = ['../secret', '..', '.', '../../etc', '/etc', 'a/../../secret', '..\\secret', 'x\u0000', '%2e%2e', '.bookmarks'];
    const before = readdirSync(folder).sort();
    for (const record of names) {
      for (const message of [
        { kind: 'open-review', record },
        { kind: 'get-bookmarks', record },
        { kind: 'save-bookmarks', record, bookmarks: [{ tMs: 0, text: 'planted' }] },
        { kind: 'export-record', record, kinds: ['csv'], deidentify: false },
        { kind: 'verify-replay', record },
      ])
        socket.send(JSON.stringify(message));
    }
    socket.send('{"kind":"list-records"}');
    for (let i = 0; i < 500 && !heard.some(({ kind }) => kind === 'records'); i++) await sleep(20);
    expect(JSON.stringify(heard)).not.toContain('secret"}]');
    expect(heard.some(({ kind }) => kind === 'review-opened')).toBe(false);
    expect(readdirSync(folder).sort()).toEqual(before);
    socket.terminate();
  });

  test('frames’ and pages’ addresses lead nowhere else either', async () => {
    const { port, searchParams } = new URL(bridge.url);
    const token = searchParams.get('token');
    const paths = [
      '/../secret.json',
      '/%2e%2e/secret.json',
      '/..%2fsecret.json',
      '/assets/../../../package.json',
      '/api/review/..%2f..%2fsecret/a',
      '/api/review/%00/a',
      '/api/review/%/a',
      '/api/live/c',
      '//etc/passwd',
      '/%',
    ];
    for (const path of paths) {
      const answer = await new Promise<string>((resolve) => {
        const socket = createConnection({ port: Number(port), host: '127.0.0.1' });
        let said = '';
        socket.on('data', (chunk) => {
          said += chunk.toString('latin1');
          if (said.length > 4096) socket.destroy();
        });
        socket.on('close', () => resolve(said));
        socket.on('error', () => resolve(said));
        socket.setTimeout(500, () => socket.destroy());
        socket.write(`GET ${path}${path.includes('/api/') ? `?token=${token}` : ''} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
      });
      expect(answer, path).not.toContain('secret"');
      expect(answer, path).not.toContain('"dependencies"');
      expect(answer, path).not.toMatch(/^HTTP\/1\.1 200/);
    }
    expect((await fetch(`http://127.0.0.1:${port}/?token=${token}`, { redirect: 'manual' })).status).toBe(302);
  });

  test('every page carries the strict policy and the headers that go with it', async () => {
    const { port } = new URL(bridge.url);
    const { headers } = await fetch(`http://127.0.0.1:${port}/`);
    const policy = headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'none'"])
      expect(policy).toContain(rule);
    expect(policy).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/);
    expect(policy).not.toMatch(/https?:|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });
});
