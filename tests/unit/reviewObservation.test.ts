import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openRecordWriter } from '../../native-bridge/record/writer.ts';
import { openReviewIndex } from '../../native-bridge/server/reviewIndex.ts';
import { noCement } from '../../src/guidance/cement/analysis.ts';
import type { CementObservation, NeedleObservation, PlaneObservation, VertebraObservation } from '../../src/guidance/observation.ts';
import { temporaryFolder, testHeader, testSummary } from './recordFixture.ts';

const needle = (mmPerPx: number): NeedleObservation => ({ needle: null, needles: [], deviation: null, mmPerPx, scaleFrom: 'calibration' });
const cement = (areaPx: number): CementObservation => ({ ...noCement, areaPx });
const vertebra: VertebraObservation = { treated: null, reference: null, ofReference: null, phase: 'before', phases: [] };

test('review shows what guidance said of every frame: of the first one of each plane, and where the record breaks off between two sayings', async () => {
  const folder = await temporaryFolder();
  const opened = await openRecordWriter({ folder: join(folder.path, 'record') }, testHeader);
  if (!opened.ok) throw new Error(opened.fault.message);
  const writer = opened.value;
  const said: Record<'a' | 'b', Map<number, PlaneObservation>> = { a: new Map(), b: new Map() };
  for (let seq = 0; seq < 12; seq++) {
    const plane = seq % 2 ? 'b' : 'a';
    const tMs = 10 * seq;
    const observation = { needle: needle(1 + seq), cement: cement(seq), ...(seq < 8 ? {} : { vertebra }) };
    said[plane].set(seq, observation);
    writer.write({ topic: '/tick', tMs, seq, data: { count: seq } });
    writer.write({ topic: `/plane/${plane}/needle`, tMs, seq, data: observation.needle });
    // Longer than the writer keeps a chunk open.
    if (seq === 4 || seq === 9) await sleep(150);
    writer.write({ topic: `/plane/${plane}/cement`, tMs, seq, data: observation.cement });
    if (seq === 10) await sleep(150);
    if (observation.vertebra) writer.write({ topic: `/plane/${plane}/vertebra`, tMs, seq, data: observation.vertebra });
  }
  expect((await writer.close(testSummary)).ok).toBe(true);

  const index = await openReviewIndex(join(folder.path, 'record'), testHeader);
  await index.walk(() => undefined);
  for (const plane of ['a', 'b'] as const)
    for (let seq = 0; seq < 12; seq++) expect(await index.observation(plane, seq), `frame ${seq} of plane ${plane}`).toEqual(said[plane].get(seq) ?? null);
  await index.close();
  await rm(folder.path, { recursive: true });
});
