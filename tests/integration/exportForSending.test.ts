import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { defaultPatience } from '../../native-bridge/hospital/association.ts';
import { attempt, defaultSending } from '../../native-bridge/hospital/attempt.ts';
import { exportForSending } from '../../native-bridge/hospital/exportForSending.ts';
import { openOutbox } from '../../native-bridge/hospital/outbox.ts';
import { recordSimulation } from './simulatedRecord.ts';

// A thread has modules of its own: this stands for the bridge's alone.
vi.mock('../../native-bridge/export/exportRecord.ts', () => ({
  exportRecord: () => {
    throw new Error('exported on the thread of the procedure');
  },
}));

const never = new AbortController().signal;
let home: string;
let record: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'pedicle-for-sending-'));
  record = join(home, 'record');
  await recordSimulation(record, { scenario: 'quiet', seconds: 2 });
}, 120_000);
afterAll(() => rm(home, { recursive: true, force: true }));

describe('what a record is exported into for an archive', { timeout: 180_000 }, () => {
  test('is made on a thread beside the procedure; what an interrupted attempt left goes first', async () => {
    const folder = join(home, 'work');
    await mkdir(folder);
    await writeFile(join(folder, 'left.dcm'), 'half');
    const told: number[] = [];
    const exported = await exportForSending(record, folder, never, (fraction) => told.push(fraction));
    if (!exported.ok) throw new Error(exported.fault.message);
    expect(exported.value.map(({ path }) => path).sort()).toEqual(await dicomFilesOf(folder));
    expect(exported.value.length).toBeGreaterThan(0);
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  test('is nothing when it is stopped, at once or on the way', async () => {
    const atOnce = await exportForSending(record, join(home, 'at-once'), AbortSignal.abort(), () => undefined);
    const stop = new AbortController();
    const onTheWay = await exportForSending(record, join(home, 'stopped'), stop.signal, () => stop.abort());
    for (const [name, stopped] of [['at-once', atOnce] as const, ['stopped', onTheWay] as const]) {
      expect(stopped).toMatchObject({ ok: false, fault: { kind: 'failed', message: expect.stringContaining('cancelled') } });
      expect(existsSync(join(home, name)) ? await dicomFilesOf(join(home, name)) : []).toEqual([]);
    }
  });

  test('is a sentence when the record cannot be read or the folder not be made', async () => {
    expect(await exportForSending(join(home, 'nowhere'), join(home, 'none'), never, () => undefined)).toMatchObject({ ok: false, fault: { kind: 'input' } });
    await writeFile(join(home, 'file'), '');
    expect(await exportForSending(record, join(home, 'file', 'below'), never, () => undefined)).toMatchObject({
      ok: false,
      fault: { message: expect.stringMatching(/ENOTDIR|file/) },
    });
  });

  test('is a sentence too when its thread dies', async () => {
    const dying = new URL('data:text/javascript,throw new Error("a mistake of ours")');
    const died = await exportForSending(record, join(home, 'dead'), never, () => undefined, dying);
    expect(died).toEqual({
      ok: false,
      fault: { kind: 'failed', message: 'The export of the record for the archive ended without a result; the log of the bridge says why.' },
    });
  });

  test('is what an attempt at a job sends', async () => {
    const outbox = await openOutbox(join(home, 'outbox'));
    const id = await outbox.add('record', 'main', { kind: 'store', record, instances: [] });
    const held = await outbox.hold(id);
    if (!held) throw new Error('held by nobody');
    const hospital = { archives: [{ name: 'main', host: '127.0.0.1', port: 1, ae: 'NOBODY' }] };
    const state = await attempt(held, { ...defaultSending, outbox, hospital, patience: defaultPatience }, never);
    await held.release();
    // Nobody listens there: but the instances are made.
    expect(state).toMatchObject({ state: 'waiting', attempts: 1 });
    expect(state.exported?.length).toBeGreaterThan(0);
  });
});

async function dicomFilesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(({ name }) => name.endsWith('.dcm'))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}
