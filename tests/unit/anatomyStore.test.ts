import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { anatomyStoreIn } from '../../native-bridge/sources/anatomyStore.ts';
import { type AnatomyStore, createPlaneRenderer } from '../../src/simulation/planeRenderer.ts';
import { scenarioByName } from '../../src/simulation/scenario.ts';

const root = mkdtempSync(join(tmpdir(), 'pedicle-anatomy-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const sizePx = 64;
function frameOf(store: AnatomyStore | null, seed: number, plane: 'a' | 'b', frameIndex = 200): Uint16Array {
  const scenario = scenarioByName('kyphoplasty', seed, { sizePx });
  if (!scenario.ok) throw new Error(scenario.fault.message);
  const pixels = new Uint16Array(sizePx * sizePx);
  createPlaneRenderer(scenario.value, plane, 15, store).render(frameIndex, pixels);
  return pixels;
}
/** Counts what is found. */
function counted(store: AnatomyStore) {
  const found = { hits: 0, misses: 0 };
  const counting: AnatomyStore = {
    recall(key) {
      const working = store.recall(key);
      if (working) found.hits++;
      else found.misses++;
      return working;
    },
    keep: store.keep,
  };
  return { found, counting };
}

describe('the simulated anatomy that is kept between starts', () => {
  it('gives the frames that ray-casting gives, to the bit, for each seed and view its own', () => {
    const { found, counting } = counted(anatomyStoreIn(join(root, 'same')));
    for (let time = 0; time < 2; time++)
      for (const seed of [1, 2]) for (const plane of ['a', 'b'] as const) expect(frameOf(counting, seed, plane)).toEqual(frameOf(null, seed, plane));
    expect(found).toEqual({ hits: 4, misses: 4 });
  });

  it('is ray-cast again when its file was cut or changed', () => {
    const folder = join(root, 'damaged');
    const whole = frameOf(anatomyStoreIn(folder), 1, 'a');
    const [name = ''] = readdirSync(folder);
    const bytes = readFileSync(join(folder, name));
    for (const damaged of [bytes.subarray(0, 1000), bytes.subarray(0, 3), Buffer.alloc(0), bytes.map((byte, index) => (index === 5000 ? byte ^ 1 : byte))]) {
      writeFileSync(join(folder, name), damaged);
      const { found, counting } = counted(anatomyStoreIn(folder));
      expect(frameOf(counting, 1, 'a')).toEqual(whole);
      expect(found.misses).toBe(1);
    }
  });

  it('takes a bounded place, and none where nothing can be written', () => {
    const folder = join(root, 'many');
    const store = anatomyStoreIn(folder);
    for (let n = 0; n < 30; n++) store.keep(`view ${n}`, Int16Array.of(n));
    expect(readdirSync(folder).length).toBe(24);
    writeFileSync(join(root, 'a-file'), '');
    const nowhere = anatomyStoreIn(join(root, 'a-file', 'anatomy'));
    nowhere.keep('view', Int16Array.of(1));
    expect(nowhere.recall('view')).toBeNull();
  });
});
