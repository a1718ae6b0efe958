import { spawnSync } from 'node:child_process';
import { cpSync, createReadStream, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { McapStreamReader } from '@mcap/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { recoverRecord } from '../../native-bridge/record/recover.ts';
import { verifyRecord } from '../../native-bridge/record/verify.ts';
import { passphraseSecret, setRecordSecret } from '../../native-bridge/security/recordSecret.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const node = join(root, 'node_modules', '.bin', 'node');
const main = join(root, 'native-bridge', 'cli', 'main.ts');
const patient = 'Zimmermann-Okonkwo';
let folder = '';
const at = (name: string) => join(folder, name);

function pedicle(args: readonly string[], passphraseFile: string | null) {
  const env = { ...process.env, HOME: folder, ...(passphraseFile === null ? {} : { PEDICLE_PASSPHRASE_FILE: passphraseFile }) };
  const { status, stdout, stderr } = spawnSync(node, ['--disable-warning=ExperimentalWarning', main, ...args], { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

const useSecret = (text: string | null) => {
  const secret = text === null ? null : passphraseSecret(text);
  if (secret && !secret.ok) throw new Error(secret.fault.message);
  setRecordSecret(secret ? secret.value : null);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-encrypted-'));
  writeFileSync(at('passphrase'), 'correct horse battery staple\n', { mode: 0o600 });
  writeFileSync(at('wrong'), 'incorrect horse battery staple\n');
  const script = [{ atMs: 0, event: { kind: 'patient', name: patient, id: 'PID-77123' } }];
  writeFileSync(at('script.json'), JSON.stringify(script));
  const source = 'sim:quiet?size=128&fps=5&duration=6';
  const args = ['run', '--frames-a', source, '--injector', 'sim:quiet?duration=6', '--script', at('script.json'), '--speed', 'max', '--out'];
  for (const [out, passphrase] of [
    ['record', at('passphrase')],
    ['plain', null],
  ] as const) {
    const ran = pedicle([...args, at(out)], passphrase);
    if (ran.status !== 0) throw new Error(ran.stderr);
  }
}, 120_000);
afterAll(async () => {
  useSecret(null);
  await rm(folder, { recursive: true, force: true });
});

describe('an encrypted record', () => {
  test('has no byte of patient, samples or pixels in the clear, and the same content as a plain one', async () => {
    const needles = [patient, 'PID-77123', '/injector/reading', 'pedicle', 'MCAP'];
    for (const name of readdirSync(at('record')).filter((each) => each !== 'manifest.json')) {
      const bytes = readFileSync(join(at('record'), name));
      for (const needle of needles) {
        const text = Buffer.from(needle);
        // The head says "pedicle" nowhere either.
        expect(bytes.includes(text), `${needle} in ${name}`).toBe(false);
      }
    }
    expect(readFileSync(join(at('plain'), 'telemetry.mcap')).includes(Buffer.from(patient))).toBe(true);
    expect(readFileSync(join(at('record'), 'manifest.json')).includes(Buffer.from(patient))).toBe(false);
  });

  test('verifies, replays and exports given the passphrase, like any other', () => {
    const verified = pedicle(['verify', at('record'), '--json'], at('passphrase'));
    expect(JSON.parse(verified.stdout)).toMatchObject({ intact: true, closed: true });
    const replayed = pedicle(['replay', at('record'), '--json'], at('passphrase'));
    expect(JSON.parse(replayed.stdout)).toMatchObject({ identical: true });
    const exported = pedicle(['export', at('record'), '--out', at('export'), '--csv'], at('passphrase'));
    expect(exported.status, exported.stderr).toBe(0);
  }, 60_000);

  test('is replayed in a library of records, on processes of their own', () => {
    mkdirSync(at('library'));
    cpSync(at('record'), join(at('library'), 'one'), { recursive: true });
    const replayed = pedicle(['replay', at('library'), '--report', at('replayed')], at('passphrase'));
    expect(replayed.status, replayed.stderr).toBe(0);
  }, 60_000);

  test('becomes denser and stays encrypted', () => {
    cpSync(at('record'), at('dense'), { recursive: true });
    expect(pedicle(['compact', at('dense')], null)).toMatchObject({ status: 2, stderr: expect.stringContaining('it is encrypted') });
    expect(pedicle(['compact', at('dense')], at('passphrase')).status).toBe(0);
    expect(readFileSync(join(at('dense'), 'plane-a.mcap')).includes(Buffer.from('pedicle'))).toBe(false);
    expect(JSON.parse(pedicle(['verify', at('dense'), '--json'], at('passphrase')).stdout)).toMatchObject({ intact: true });
  }, 60_000);

  test('is refused without it or with another one, with one sentence and exit status 2', () => {
    const cases: readonly (readonly [passphrase: string | null, command: readonly string[]])[] = [
      [null, ['verify', at('record')]],
      [null, ['replay', at('record')]],
      [at('wrong'), ['recover', at('record'), '--out', at('never')]],
      [at('wrong'), ['decrypt', at('record'), '--out', at('never')]],
    ];
    for (const [passphrase, command] of cases) {
      const { status, stderr } = pedicle(command, passphrase);
      expect(status, stderr).toBe(2);
      expect(stderr).toMatch(passphrase === null ? /it is encrypted: start with --passphrase-file/ : /its passphrase is another one/);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  }, 60_000);

  test('becomes a plain record again, which verifies and which the stock MCAP reader reads', async () => {
    const { status, stderr } = pedicle(['decrypt', at('record'), '--out', at('copy')], at('passphrase'));
    expect(status, stderr).toBe(0);
    expect(JSON.parse(pedicle(['verify', at('copy'), '--json'], null).stdout)).toMatchObject({ intact: true, closed: true });
    const reader = new McapStreamReader({ validateCrcs: true, decompressHandlers: { zstd: (bytes) => zstdDecompressSync(bytes) } });
    const topics = new Set<string>();
    for await (const chunk of createReadStream(join(at('copy'), 'telemetry.mcap'))) {
      reader.append(chunk as Buffer);
      for (let record = reader.nextRecord(); record; record = reader.nextRecord()) if (record.type === 'Channel') topics.add(record.topic);
    }
    expect(topics).toContain('/injector/reading');
    expect(statSync(join(at('copy'), 'telemetry.mcap')).mode & 0o777).toBe(0o600);
  }, 60_000);
});

describe('an encrypted record that was cut off or damaged', () => {
  const rawSeqs = async (record: string) => {
    const reader = await openRecordReader(record);
    if (!reader.ok) throw new Error(reader.fault.message);
    const seqs = new Set<number>();
    for await (const sample of reader.value.samples({ frames: false })) seqs.add(sample.seq);
    await reader.value.close();
    return seqs;
  };

  test('reads up to the cut, wherever it is, and recovers', async () => {
    useSecret('correct horse battery staple');
    const whole = await rawSeqs(at('record'));
    const { size } = statSync(join(at('record'), 'telemetry.mcap'));
    let before = -1;
    for (const part of [0.25, 0.5, 0.75, 0.999]) {
      const cut = at(`cut-${part}`);
      await cp(at('record'), cut, { recursive: true });
      await rm(join(cut, 'manifest.json'));
      truncateSync(join(cut, 'telemetry.mcap'), Math.floor(size * part));
      const seqs = await rawSeqs(cut);
      // How many segments there are depends on the machine's pace: a later cut never gives less.
      expect(seqs.size).toBeGreaterThanOrEqual(before);
      expect([...seqs].every((seq) => whole.has(seq))).toBe(true);
      before = seqs.size;
      const recovered = await recoverRecord(cut, at(`recovered-${part}`));
      expect(recovered.ok).toBe(true);
      const verdict = await verifyRecord(at(`recovered-${part}`));
      expect(verdict.ok && verdict.value.intact).toBe(true);
    }
    expect(before).toBeGreaterThan(0);
  }, 60_000);

  test('every changed byte is found (60 places, seed 7), and what is behind it still comes back', async () => {
    useSecret('correct horse battery staple');
    const path = join(at('record'), 'telemetry.mcap');
    const original = readFileSync(path);
    let random = 7;
    const whole = (await rawSeqs(at('record'))).size;
    let worst = whole;
    try {
      for (let i = 0; i < 60; i++) {
        random = (Math.imul(random, 1103515245) + 12345) >>> 0;
        const place = random % original.length;
        const changed = Buffer.from(original);
        changed[place] = (changed[place] ?? 0) ^ (1 << (random >>> 29));
        writeFileSync(path, changed);
        const verdict = await verifyRecord(at('record'));
        expect(verdict.ok ? verdict.value.intact : false, `byte ${place}`).toBe(false);
        if (i % 12 !== 0) continue;
        const recovered = await recoverRecord(at('record'), at(`mended-${i}`));
        if (recovered.ok) worst = Math.min(worst, recovered.value.samples.raw);
      }
    } finally {
      writeFileSync(path, original);
    }
    expect(worst).toBeGreaterThan(0);
  }, 120_000);
});

test('records, their files and their folder are for their owner alone', () => {
  for (const record of ['record', 'plain']) {
    expect(statSync(at(record)).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(at(record))) expect(statSync(join(at(record), name)).mode & 0o777, name).toBe(0o600);
  }
});
