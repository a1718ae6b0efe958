import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { recoverRecord } from '../../native-bridge/record/recover.ts';
import { verifyRecord } from '../../native-bridge/record/verify.ts';
import { seededRandom } from '../../src/base/random.ts';
import { temporaryFolder } from '../unit/recordFixture.ts';

const child = fileURLToPath(new URL('./recordingChild.ts', import.meta.url));
/** More on request: `PEDICLE_KILLS=200`. */
const kills = Number(process.env.PEDICLE_KILLS ?? 12);
const seed = 61;

interface Said {
  readonly seq: number;
  readonly tMs: number;
  readonly topic: string;
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

/** Records for so long after the first sample, then dies without a word; gives what it had handed to the writer. */
async function recordAndKill(record: string, afterMs: number): Promise<Said[]> {
  const running = spawn(process.execPath, [child, record], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: Said[] = [];
  for await (const line of createInterface({ input: running.stdout })) {
    const [seq = '', tMs = '', topic = ''] = line.split(' ');
    if (said.length === 0) setTimeout(() => running.kill('SIGKILL'), afterMs);
    if (topic !== '') said.push({ seq: Number(seq), tMs: Number(tMs), topic });
  }
  return said;
}

describe(`kill -9 at ${kills} random moments of a recording (seed ${seed})`, () => {
  const random = seededRandom(seed);
  const moments = Array.from({ length: kills }, () => Math.floor(200 + random.next() * 700));
  it.for(moments.map((afterMs, index) => ({ afterMs, index })))(
    'number $index, after $afterMs ms: at most 250 ms are lost, and the rest verifies',
    async ({ afterMs, index }) => {
      const own = mkdtempSync(join(folder.path, `${index}-`));
      const record = join(own, 'killed');
      const out = join(own, 'recovered');
      const said = await recordAndKill(record, afterMs);
      expect(await verifyRecord(record)).toMatchObject({ ok: true, value: { intact: false, closed: false } });
      const recovery = await recoverRecord(record, out);
      if (!recovery.ok) throw new Error(recovery.fault.message);
      expect(await verifyRecord(out)).toMatchObject({ ok: true, value: { intact: true, closed: true } });

      const opened = await openRecordReader(out);
      if (!opened.ok) throw new Error(opened.fault.message);
      const kept = new Set<number>();
      for await (const { seq } of opened.value.samples()) kept.add(seq);
      await opened.value.close();
      const endMs = said.at(-1)?.tMs ?? 0;
      const lost = said.filter(({ seq }) => !kept.has(seq));
      const lostMs = lost.length === 0 ? 0 : endMs - (lost[0]?.tMs ?? 0);
      if (process.env.PEDICLE_KILLS)
        process.stdout.write(`kill ${index}: ${said.length} samples in ${endMs} ms, lost ${lost.length}, ${lostMs.toFixed(0)} ms\n`);
      expect(lostMs).toBeLessThanOrEqual(250);
    },
  );
});
