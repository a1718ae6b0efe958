import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { openRecordWriter } from '../../native-bridge/record/writer.ts';
import { resumingEvents } from '../../native-bridge/session/resume.ts';
import type { ServerMessage } from '../../src/link/link.ts';
import type { OperatorEvent } from '../../src/procedure/operatorEvent.ts';
import { forkBridgeProcess } from '../bridgeChild.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-bridge-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Of the pages of one run of the shell. */
const secret = 'ab'.repeat(24);

type Said = { readonly kind: string; readonly [key: string]: unknown };

function startBridgeProcess(
  options: object,
  more: readonly string[] = [],
): {
  readonly child: ChildProcess;
  readonly said: Said[];
  heard(kind: string, fits?: (said: Said) => boolean): Promise<Said>;
} {
  const child = forkBridgeProcess([JSON.stringify(options), ...more], secret);
  const said: Said[] = [];
  child.on('message', (message) => said.push(message as Said));
  return {
    child,
    said,
    async heard(kind, fits = () => true) {
      for (let i = 0; i < 1000; i++) {
        const found = said.find((message) => message.kind === kind && fits(message));
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`the bridge never said ${kind}: ${JSON.stringify(said)}`);
    },
  };
}

/** Addresses at which a process listens or has a datagram socket, as the kernel tells them: `0100007F:1F90`. */
function listenersOf(pid: number): readonly string[] {
  const links = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch (error) {
      // Closed while the folder was read.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) =>
    readFileSync(`/proc/${pid}/net/${kind}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => inodes.has(fields[9] ?? '') && (kind.startsWith('udp') || fields[3] === '0A'))
      .map((fields) => `${kind} ${fields[1]}`),
  );
}

const cutHeader = {
  formatVersion: 1 as const,
  softwareVersion: 'test',
  runtime: 'test',
  startedAtEpochMs: Date.UTC(2026, 0, 1),
  procedure: 'kyphoplasty',
  simulated: false,
  sources: { framesA: null, framesB: null, injector: null },
};

/** Stages that the operator has told, in what a console is told. */
function stagesIn(message: ServerMessage): readonly unknown[] {
  if (message.kind !== 'hello' && message.kind !== 'samples') return [];
  return message.samples.flatMap(({ topic, data }) => (topic === '/operator' && data.kind === 'stage' ? [data.stage] : []));
}

describe('the bridge as the shell starts it', () => {
  test.skipIf(process.platform !== 'linux')('listens on one port of 127.0.0.1 and nowhere else, also while a procedure runs', async () => {
    const { child, heard } = startBridgeProcess({ framesA: 'sim:quiet?size=128', injector: 'sim:quiet', records: folder });
    try {
      const port = Number(new URL(String((await heard('ready')).url)).port);
      await heard('procedure', ({ running }) => running === true);
      const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
      expect(listenersOf(child.pid ?? 0)).toEqual([`tcp 0100007F:${hexPort}`]);
    } finally {
      child.send({ kind: 'stop' });
      await once(child, 'exit');
    }
  });

  test('says its address, that a procedure runs, which records it can show, and closes the record when told to stop', async () => {
    const { child, said, heard } = startBridgeProcess({ framesA: 'sim:quiet?size=128', injector: 'sim:quiet', records: folder });
    expect((await heard('ready')).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]+$/);
    expect(await heard('procedure', ({ running }) => running === true)).toMatchObject({ record: expect.stringContaining(folder) });
    // The address first: windows are on their way while the session begins.
    expect(said.findIndex(({ kind }) => kind === 'ready')).toBeLessThan(said.findIndex(({ running }) => running === true));
    child.send({ kind: 'offer-record', folder: join(folder, 'earlier') });
    expect(await heard('record-offered')).toEqual({ kind: 'record-offered', name: 'earlier' });
    child.send({ kind: 'offer-record', folder: '/elsewhere/earlier' });
    expect((await heard('refused')).message).toContain('copy it there');
    child.send({ kind: 'stop' });
    await once(child, 'exit');
    expect(said.at(-1)?.kind).toBe('stopped');
    const [record = ''] = readdirSync(folder);
    expect(existsSync(join(folder, record, 'manifest.json'))).toBe(true);
  });

  test('that stands in for one that was killed listens where that one did, knows its pages, and goes on with its procedure', async () => {
    const interrupted = join(folder, 'interrupted');
    const opened = await openRecordWriter({ folder: interrupted }, cutHeader);
    if (!opened.ok) throw new Error(opened.fault.message);
    opened.value.write({ topic: '/operator', tMs: 0, seq: 0, data: { kind: 'stage', stage: 'cavity' } });
    await opened.value.close({ version: 1, durationMs: 5000, planes: {}, telemetry: {}, alarms: [] });

    const options = { framesA: 'sim:quiet?size=128', injector: 'sim:quiet', records: folder };
    const first = startBridgeProcess(options);
    const url = new URL(String((await first.heard('ready')).url));
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = startBridgeProcess(options, [interrupted, url.port]);
    try {
      expect(new URL(String((await second.heard('ready')).url)).port).toBe(url.port);
      const socket = new WebSocket(`ws://127.0.0.1:${url.port}/api/link`, { headers: { cookie: `pedicle=${secret}` } });
      const stages: unknown[] = [];
      socket.on('message', (data) => stages.push(...stagesIn(JSON.parse(data.toString()) as ServerMessage)));
      await vi.waitFor(() => expect(stages).toContain('cavity'), { timeout: 20_000 });
      socket.terminate();
    } finally {
      second.child.send({ kind: 'stop' });
      await once(second.child, 'exit');
    }
  });

  test('says in a sentence why it cannot start', async () => {
    const { child, heard } = startBridgeProcess({ framesA: 'dicom:/not/there', records: folder });
    expect((await heard('failed')).message).toContain('/not/there');
    // It may have ended by itself before it is told to.
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
});

test('a procedure that was interrupted goes on with its patient, plan, stage and devices, and the record says so', async () => {
  const events: readonly OperatorEvent[] = [
    { kind: 'stage', stage: 'access' },
    { kind: 'device-used', deviceKind: 'cannula', name: '11 G', lot: 'L1' },
    { kind: 'stage', stage: 'cavity' },
    { kind: 'mark' },
    { kind: 'cement-mixed' },
  ];
  const opened = await openRecordWriter({ folder: join(folder, 'cut') }, cutHeader);
  if (!opened.ok) throw new Error(opened.fault.message);
  for (const [seq, data] of events.entries()) opened.value.write({ topic: '/operator', tMs: seq * 1000, seq, data });
  await opened.value.close({ version: 1, durationMs: 5000, planes: {}, telemetry: {}, alarms: [] });
  const reader = await openRecordReader(join(folder, 'cut'));
  if (!reader.ok) throw new Error(reader.fault.message);
  const resumed = await resumingEvents(reader.value);
  await reader.value.close();
  expect(resumed.map(({ kind }) => kind)).toEqual(['note', 'stage', 'device-used']);
  expect(resumed[1]).toEqual({ kind: 'stage', stage: 'cavity' });
  expect(resumed[0]).toMatchObject({
    text: expect.stringMatching(/record cut, which was interrupted\. Cement was mixed at \d\d:\d\d:\d\d: the cement clock has to be set again/),
  });
});
