import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exportCsv } from '../../native-bridge/export/tables.ts';
import type { ExportTask } from '../../native-bridge/export/task.ts';
import type { Sample } from '../../src/sample/sample.ts';

const readings = 40_000;

function* session(): Generator<Sample> {
  for (let seq = 0; seq < readings; seq++) {
    const data = { device: 'injector', pressureKpa: seq, volumeMl: 1.5, rateMlPerMin: null, mode: 'cement', deviceTimeMs: seq * 20, status: 'ok' } as const;
    yield { topic: '/injector/reading', tMs: seq * 20, seq, data };
  }
}

it('a table of hours is written row by row, waiting for the disk without ever more listeners', async () => {
  const out = await mkdtemp(join(tmpdir(), 'pedicle-tables-'));
  const warnings: string[] = [];
  const onWarning = ({ message }: Error) => void warnings.push(message);
  process.on('warning', onWarning);
  const reader = {
    durationMs: readings * 20,
    samples: async function* () {
      yield* session();
    },
  };
  await exportCsv({ reader, out, step: () => undefined } as unknown as ExportTask);
  await new Promise(setImmediate);
  process.off('warning', onWarning);
  const lines = (await readFile(join(out, 'tables/readings.csv'), 'utf8')).split('\r\n');
  await rm(out, { recursive: true });
  expect(lines).toHaveLength(readings + 2);
  expect(warnings).toEqual([]);
});

it('what the operator said is told whole, the times of a mix with their units', async () => {
  const out = await mkdtemp(join(tmpdir(), 'pedicle-tables-'));
  const said: Sample = {
    topic: '/operator',
    tMs: 500,
    seq: 7,
    data: { kind: 'cement-mixed', product: 'PMMA', times: { opensAfterMin: 4, closesAfterMin: 9, setsAfterMin: 12 } },
  };
  const reader = {
    durationMs: 1000,
    samples: async function* () {
      yield said;
    },
  };
  await exportCsv({ reader, out, step: () => undefined } as unknown as ExportTask);
  const lines = (await readFile(join(out, 'tables/events.csv'), 'utf8')).split('\r\n');
  await rm(out, { recursive: true });
  expect(lines[1]).toBe('7,500,/operator,cement-mixed,product=PMMA times.opensAfterMin=4 times.closesAfterMin=9 times.setsAfterMin=12');
});
