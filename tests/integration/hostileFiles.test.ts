import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSite } from '../../native-bridge/cli/sessionOptions.ts';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { recoverRecord } from '../../native-bridge/record/recover.ts';
import { verifyRecord } from '../../native-bridge/record/verify.ts';
import { openRecordWriter } from '../../native-bridge/record/writer.ts';
import { passphraseSecret, setRecordSecret } from '../../native-bridge/security/recordSecret.ts';
import { describeFile } from '../../native-bridge/sources/dicomFile.ts';
import { readPlanFile, readScriptFile } from '../../native-bridge/sources/script.ts';
import { injectorDrivers } from '../../src/injector/drivers.ts';
import { buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';
import { testHeader, testSummary } from '../unit/recordFixture.ts';
import { growth, mutations, withinBudget } from './hostileBudget.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-hostile-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('DICOM files', () => {
  const frames = [0, 1, 2].map((frame) => Uint16Array.from({ length: 64 * 48 }, (_, index) => (index + frame) & 0xfff));
  const whole = buildPart10(xrayRun({ rows: 48, columns: 64, bitsStored: 12, frames, also: [element(0x00181063, 'DS', '66.5')] }));

  test('800 damaged ones are read or refused, each within its time and none kept in memory (seed 41)', async () => {
    const { mutate } = mutations(41);
    let refused = 0;
    const grown = await growth(() => {
      for (let i = 0; i < 800; i++) {
        // Most damage goes where the structure is.
        const damaged = i % 2 === 0 ? Buffer.concat([mutate(whole.subarray(0, 900)), whole.subarray(900)]) : mutate(whole);
        if (!withinBudget(`mutant ${i}`, () => describeFile('mutant.dcm', damaged)).ok) refused++;
      }
    });
    expect(refused).toBeGreaterThan(50);
    expect(refused).toBeLessThan(800);
    expect(grown).toBeLessThan(64 << 20);
  });

  test('lengths and counts that lie make no memory', async () => {
    const lies = [
      element(0x00280008, 'IS', '2147483647'),
      element(0x00280010, 'US', Uint8Array.of(0xff, 0xff)),
      element(0x00280011, 'US', Uint8Array.of(0xff, 0xff)),
    ];
    const grown = await growth(() => {
      for (const lie of lies)
        withinBudget('a lying header', () => describeFile('lie.dcm', buildPart10(xrayRun({ rows: 48, columns: 64, bitsStored: 12, frames, also: [lie] }))));
    });
    expect(grown).toBeLessThan(32 << 20);
  });

  const malformed = '../shared/data/dicom/malformed';
  test.skipIf(!existsSync(malformed))('the malformed files of other projects are read or refused (skipped: the collection is not here)', () => {
    for (const name of readdirSync(malformed)) {
      const bytes = readFileSync(join(malformed, name));
      const read = withinBudget(name, () => describeFile(name, bytes));
      if (!read.ok) expect(read.fault.message, name).toMatch(/\S+.*\.$/);
    }
  });
});

describe('records from elsewhere', () => {
  beforeAll(async () => {
    for (const [name, secret] of [
      ['plain', null],
      ['encrypted', 'a passphrase of the tests'],
    ] as const) {
      const given = secret === null ? null : passphraseSecret(secret);
      setRecordSecret(given?.ok ? given.value : null);
      const opened = await openRecordWriter({ folder: at(name) }, testHeader);
      if (!opened.ok) throw new Error(opened.fault.message);
      for (let seq = 0; seq < 40; seq++) opened.value.write({ topic: '/tick', tMs: seq * 100, seq, data: {} } as never);
      await opened.value.close(testSummary);
    }
  });
  afterAll(() => setRecordSecret(null));

  const tryAll = async (record: string, out: string): Promise<void> => {
    const reader = await openRecordReader(record);
    if (reader.ok) {
      for await (const _ of reader.value.samples()) void _;
      await reader.value.close();
    }
    await verifyRecord(record);
    await recoverRecord(record, out);
  };

  test.each([
    ['plain', 42],
    ['encrypted', 43],
  ])('60 damaged ones (%s, seed %i) are read, verified and recovered or refused, and nothing is written beside', async (name, seed) => {
    const { mutate, next } = mutations(seed);
    await cp(at(name), at(`${name}-mutant`), { recursive: true });
    const names = ['telemetry.mcap', 'telemetry.mcap', 'manifest.json', 'summary.json'];
    const before = readdirSync(folder).length;
    const grown = await growth(async () => {
      for (let i = 0; i < 60; i++) {
        const file = names[next(names.length)] ?? 'telemetry.mcap';
        const original = readFileSync(join(at(name), file));
        writeFileSync(join(at(`${name}-mutant`), file), mutate(original));
        // Starting a writer's thread for each would measure threads: every twelfth is recovered.
        if (i % 12 === 0) {
          await tryAll(at(`${name}-mutant`), at('out'));
          rmSync(at('out'), { recursive: true, force: true });
        } else {
          const reader = await openRecordReader(at(`${name}-mutant`));
          if (reader.ok) {
            for await (const _ of reader.value.samples()) void _;
            await reader.value.close();
          }
          await verifyRecord(at(`${name}-mutant`));
        }
        writeFileSync(join(at(`${name}-mutant`), file), original);
      }
    });
    expect(readdirSync(folder)).toHaveLength(before);
    expect(grown).toBeLessThan(64 << 20);
  });

  test('a manifest that names files elsewhere reads none of them', async () => {
    await cp(at('plain'), at('climbing'), { recursive: true });
    const text = readFileSync(join(at('plain'), 'manifest.json'), 'utf8');
    writeFileSync(join(at('climbing'), 'manifest.json'), text.replace('"telemetry.mcap"', '"../../../../etc/passwd"'));
    const verdict = await verifyRecord(at('climbing'));
    expect(verdict.ok && verdict.value.intact).toBe(false);
    expect(JSON.stringify(verdict)).not.toContain('root:');
  });
});

describe('plans, scripts and site configurations', () => {
  const plan = {
    version: 1,
    level: 'L1',
    procedure: 'kyphoplasty',
    needle: { gauge: 11, outerDiameterMm: 3.2 },
    planes: { a: { trajectories: [{ side: 'left', entry: [414.9, 520.8], target: [480.9, 576.4] }], calibration: { mmPerPx: 0.13 } }, b: {} },
    limits: { pressureKpa: 2758 },
  };

  test('300 damaged texts are refused with a sentence, or read (seed 44)', async () => {
    const { mutate } = mutations(44);
    const texts = [
      JSON.stringify(plan),
      JSON.stringify([{ atMs: 0, event: { kind: 'plan', plan } }]),
      JSON.stringify({ version: 1, recordsFolder: 'records', display: {} }),
    ];
    for (let i = 0; i < 300; i++) {
      writeFileSync(at('text.json'), mutate(Buffer.from(texts[i % 3] ?? '')));
      for (const result of [await readPlanFile(at('text.json')), await readScriptFile(at('text.json')), await readSite(at('text.json'))])
        if (!result.ok) expect(result.fault.message).toContain('text.json');
    }
  });

  test('any JSON at all is refused with a sentence, or read (seed 45)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 6 }), async (text) => {
        writeFileSync(at('any.json'), text);
        for (const result of [await readPlanFile(at('any.json')), await readScriptFile(at('any.json')), await readSite(at('any.json'))])
          if (!result.ok) expect(result.fault.message).toContain('any.json');
      }),
      { seed: 45, numRuns: 150 },
    );
  });

  test('deep nesting and many points are refused or read in time', async () => {
    writeFileSync(at('deep.json'), `${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    writeFileSync(at('wide.json'), JSON.stringify({ ...plan, planes: { a: { vertebralBody: Array.from({ length: 200_000 }, (_, i) => [i, i]) } } }));
    for (const name of ['deep.json', 'wide.json']) expect((await readPlanFile(at(name))).ok).toBe(false);
  });

  test('prototypes are not polluted', async () => {
    writeFileSync(at('proto.json'), '{"version":1,"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    await readSite(at('proto.json'));
    await readPlanFile(at('proto.json'));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('serial bytes', () => {
  test.each(Object.keys(injectorDrivers))(
    '%s takes a megabyte of noise in pieces without a throw, in time, in a state that does not grow (seed 46)',
    (name) => {
      const driver = injectorDrivers[name];
      if (!driver) throw new Error(name);
      const { bytes, next } = mutations(46);
      let state = driver.initial('noise');
      let largest = 0;
      for (let i = 0; i < 1024; i++) {
        // Runs of one byte look like a frame that never ends.
        const piece = i % 5 === 0 ? Buffer.alloc(1024, next(256)) : bytes(1024);
        state = withinBudget(`piece ${i}`, () => driver.receive(state, piece, i * 10)).state;
        if (i % 64 === 0) largest = Math.max(largest, JSON.stringify(state).length);
      }
      expect(largest).toBeLessThan(64 * 1024);
    },
  );
});
