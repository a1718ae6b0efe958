import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { recoverRecord } from '../../native-bridge/record/recover.ts';
import { verifyRecord } from '../../native-bridge/record/verify.ts';
import { openRecordWriter, type RecordTrouble, type RecordWriterOptions } from '../../native-bridge/record/writer.ts';
import { type RunAgainRequest, runAgain } from '../../native-bridge/session/runAgain.ts';
import { defaultInjectorSettings } from '../../src/injector/settings.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';
import { randomSession, temporaryFolder, testHeader, testSummary, writeRecord } from '../unit/recordFixture.ts';
import { jsonOf, pedicle } from './pedicle.ts';
import { recordSimulation } from './simulatedRecord.ts';

/** A disk of 4 MB. Mounting one takes a privilege that not every machine gives. */
const diskBytes = 4 << 20;
const mountable = (() => {
  const probe = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/mnt']);
  return probe.status === 0;
})();

let disk: string;
beforeEach(async () => {
  disk = await mkdtemp(join(tmpdir(), 'pedicle-disk-'));
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', disk]);
});
afterEach(async () => {
  spawnSync('umount', [disk]);
  await rm(disk, { recursive: true, force: true });
});

const size = 512;
function frame(seq: number): Sample {
  const pixels = new Uint16Array(size * size).fill(seq);
  const attributes = frameAttributes({ rows: size, columns: size, bitsStored: 16, frameNumber: seq });
  return { topic: '/plane/a/frame', tMs: seq, seq, data: { attributes, pixels } };
}
const tick = (seq: number): Sample => ({ topic: '/tick', tMs: seq, seq, data: { count: seq } });

async function openOnDisk(options: RecordWriterOptions) {
  const troubles: RecordTrouble[] = [];
  const record = join(disk, 'record');
  const opened = await openRecordWriter({ folder: record }, testHeader, (_, trouble) => troubles.push(trouble), {
    compression: 'none',
    lowSpaceBytes: 0,
    reserveBytes: 0,
    ...options,
  });
  if (!opened.ok) throw new Error(opened.fault.message);
  return { record, troubles, writer: opened.value };
}

async function readBack(record: string) {
  const opened = await openRecordReader(record);
  if (!opened.ok) throw new Error(opened.fault.message);
  const seqs: number[] = [];
  for await (const { seq } of opened.value.samples()) seqs.push(seq);
  const withoutPixels = opened.value.framesWithoutPixels();
  await opened.value.close();
  return { seqs, withoutPixels };
}

describe.skipIf(!mountable)('a disk without room (needs the right to mount one; skipped without)', () => {
  it('for the frames keeps all telemetry, says so once, and the record verifies', async () => {
    const { record, troubles, writer } = await openOnDisk({});
    for (let seq = 0; seq < 30; seq += 2) {
      writer.write(frame(seq));
      writer.write(tick(seq + 1));
      await writer.drained(0);
    }
    expect(await writer.close(testSummary)).toEqual({ ok: true, value: undefined });
    expect(troubles.map(({ kind }) => kind)).toEqual(['frames-not-recorded']);
    expect(troubles[0]).toMatchObject({ plane: 'a', message: expect.stringContaining('the disk is full') });
    expect(await verifyRecord(record)).toMatchObject({ ok: true, value: { intact: true, closed: true, samples: { raw: 30 } } });
    const { seqs, withoutPixels } = await readBack(record);
    expect(seqs.filter((seq) => seq % 2 === 1)).toHaveLength(15);
    expect(seqs.filter((seq) => seq % 2 === 0).length).toBeGreaterThan(3);
    expect(seqs.length + withoutPixels).toBe(30);
  });

  it('is announced before it is full, and what is left is kept for telemetry', async () => {
    const { record, troubles, writer } = await openOnDisk({ lowSpaceBytes: diskBytes * 2, reserveBytes: diskBytes * 2 });
    await expect.poll(() => troubles.length).toBe(1);
    for (let seq = 0; seq < 6; seq++) writer.write(seq === 0 ? frame(0) : tick(seq));
    expect(await writer.close(testSummary)).toEqual({ ok: true, value: undefined });
    expect(troubles.map(({ kind }) => kind)).toEqual(['disk-low', 'frames-not-recorded']);
    expect(await verifyRecord(record)).toMatchObject({ ok: true, value: { intact: true } });
    expect(await readBack(record)).toEqual({ seqs: [1, 2, 3, 4, 5], withoutPixels: 1 });
  });

  it('even for telemetry keeps it in memory until there is room again', async () => {
    const { record, troubles, writer } = await openOnDisk({});
    writer.write(tick(0));
    await writer.drained(0);
    const ballast = join(disk, 'ballast');
    spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k']);
    for (let seq = 1; seq < 2000; seq++)
      writer.write({ topic: '/operator', tMs: seq, seq, data: { kind: 'note', text: `${Math.imul(seq, 2654435761)} `.repeat(20) } });
    await expect.poll(() => troubles.map(({ kind }) => kind), { timeout: 5000 }).toEqual(['disk-failing']);
    await rm(ballast);
    await writer.drained(0);
    expect(troubles.map(({ kind }) => kind)).toEqual(['disk-failing', 'disk-recovered']);
    expect(await writer.close(testSummary)).toEqual({ ok: true, value: undefined });
    expect(await verifyRecord(record)).toMatchObject({ ok: true, value: { intact: true, samples: { raw: 2000 } } });
  });

  it('at the end is a failure with a sentence, not an endless wait', async () => {
    const { writer } = await openOnDisk({});
    writer.write(tick(0));
    await writer.drained(0);
    spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'ballast')}`, 'bs=4k']);
    for (let seq = 1; seq < 3000; seq++)
      writer.write({ topic: '/operator', tMs: seq, seq, data: { kind: 'note', text: `${Math.imul(seq, 2654435761)} `.repeat(20) } });
    expect(await writer.close(testSummary)).toMatchObject({ ok: false, fault: { message: expect.stringContaining('could not be closed') } });
  });

  it('for what runs without a console makes its exit status bad and is said once, whatever it prints as its result', async () => {
    const frames = 'sim:quiet?seed=3&size=96&fps=5&duration=2';
    const record = join(disk, 'record');
    const ran = await pedicle('run', '--frames-a', frames, '--out', record, '--speed', 'max', '--json');
    expect(ran.stderr).toMatch(
      new RegExp(`^pedicle: The record in ${record} is not complete: it lacks frames of plane A \\(only \\d MB are left on the disk.*\\)\\.\n$`),
    );
    expect(ran.status).toBe(1);
    expect(jsonOf(ran)).toMatchObject({ record, planes: { a: { gaps: 1 } } });
    expect(await verifyRecord(record)).toMatchObject({ ok: true, value: { intact: true, closed: true } });
  }, 180_000);

  it('makes a procedure that is run again a failure with that sentence; what was written is kept', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'pedicle-whole-'));
    const folder = join(elsewhere, 'record');
    await recordSimulation(folder, { scenario: 'quiet', seconds: 2 });
    const request: RunAgainRequest = {
      folder,
      recordsFolder: join(disk, 'records'),
      how: { framesA: 'recorded', framesB: 'none', injector: 'none', faults: [] },
      settings: defaultInjectorSettings,
      planes: ['a'],
      durationMs: 2000,
    };
    const ran = await runAgain(request, new AbortController().signal, () => undefined);
    await rm(elsewhere, { recursive: true });
    expect(ran).toMatchObject({
      ok: false,
      fault: { kind: 'failed', message: expect.stringMatching(/^The record in .* is not complete: it lacks frames of plane A/) },
    });
  }, 180_000);

  it('to spare takes a whole recovery, which is no failure for having been told so; without room for frames it is one', async () => {
    const damaged = await temporaryFolder();
    await writeRecord(join(damaged.path, 'record'), randomSession(7, 40));
    expect(await recoverRecord(join(damaged.path, 'record'), join(disk, 'short'))).toMatchObject({
      ok: false,
      fault: { kind: 'failed', message: expect.stringMatching(/short is not complete: it lacks frames of plane A .*, and frames of plane B/) },
    });
    // Less than the record would like to have, and more than it keeps for telemetry.
    spawnSync('mount', ['-o', 'remount,size=1g', disk]);
    expect(await recoverRecord(join(damaged.path, 'record'), join(disk, 'recovered'))).toMatchObject({ ok: true, value: { lost: { samples: [] } } });
    expect(await verifyRecord(join(disk, 'recovered'))).toMatchObject({ ok: true, value: { intact: true, closed: true } });
    await damaged.remove();
  });

  it('that may only be read is refused with a sentence', async () => {
    spawnSync('mount', ['-o', 'remount,ro', disk]);
    const opened = await openRecordWriter(join(disk, 'records'), testHeader);
    expect(opened).toMatchObject({ ok: false, fault: { kind: 'input', message: expect.stringContaining('no permission to write') } });
  });
});
