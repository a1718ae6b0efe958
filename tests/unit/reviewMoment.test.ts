import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openRecordWriter } from '../../native-bridge/record/writer.ts';
import { openReviewIndex } from '../../native-bridge/server/reviewIndex.ts';
import { defaultInjectorSettings } from '../../src/injector/settings.ts';
import type { InjectorState } from '../../src/injector/state.ts';
import { initialSessionState, step } from '../../src/session/step.ts';
import { testHeader, testSummary } from './recordFixture.ts';

const folder = await mkdtemp(join(tmpdir(), 'pedicle-moment-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const device = { device: 'injector', state: 'connected', driver: 'pedicle-v1', simulated: true, message: '' } as const;
const derived = step(initialSessionState(defaultInjectorSettings), { topic: '/device', tMs: 0, seq: 0, data: device }, null).derived;
const state = derived.find((sample) => sample.topic === '/injector/state')?.data as InjectorState;

test('the state of a moment is the same however often it is asked for; one that is not as it must be is none, each time', async () => {
  const opened = await openRecordWriter({ folder: join(folder, 'record') }, testHeader);
  if (!opened.ok) throw new Error(opened.fault.message);
  const spoiled = { ...state, readingAtMs: 'never' } as unknown as InjectorState;
  for (const [seq, data] of [state, { ...state, zeroMl: 1 }, spoiled].entries()) {
    opened.value.write({ topic: '/tick', tMs: 1000 * seq, seq, data: { count: seq } });
    opened.value.write({ topic: '/injector/state', tMs: 1000 * seq, seq, data });
  }
  const closed = await opened.value.close(testSummary);
  expect(closed.ok).toBe(true);
  const index = await openReviewIndex(join(folder, 'record'), testHeader);
  await index.walk(() => undefined);
  const zeros = async (tMs: number) => (await index.moment(tMs)).injectors.map(({ zeroMl }) => zeroMl);
  for (let time = 0; time < 3; time++) {
    expect(await zeros(500)).toEqual([0]);
    expect(await zeros(1500)).toEqual([1]);
    expect(await zeros(2500)).toEqual([]);
  }
  await index.close();
});
