import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHashThread, inlineHash } from '../../native-bridge/record/fileHash.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-hash-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sha256 = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest('hex');
const shared = (bytes: Uint8Array) => {
  const there = new Uint8Array(new SharedArrayBuffer(bytes.length));
  there.set(bytes);
  return there;
};

describe('the hash of a file that is being written', () => {
  it('is that of the bytes in their order, for two files at once, whatever memory they come in', async () => {
    const thread = createHashThread(() => true);
    const [large, small, frame] = [randomBytes(1 << 20), randomBytes(40), randomBytes(3000)];
    const expected = { a: sha256(small, large, shared(frame)), b: sha256(frame) };
    const a = thread.hashOf(join(folder, 'a'));
    const b = thread.hashOf(join(folder, 'b'));
    a.add([small]);
    b.add([shared(frame)]);
    a.add([Uint8Array.from(large), shared(frame)]);
    expect(await a.digest()).toBe(expected.a);
    expect(await b.digest()).toBe(expected.b);
    expect([a.behindBytes, b.behindBytes]).toEqual([0, 0]);
    await thread.close();
  });

  it('can be asked for in the middle and at the end', async () => {
    const hash = inlineHash();
    hash.add([Buffer.from('one')]);
    expect(await hash.digest()).toBe(sha256(Buffer.from('one')));
    hash.add([Buffer.from('two')]);
    expect(await hash.digest()).toBe(sha256(Buffer.from('onetwo')));
  });

  it('takes large pieces along and leaves small ones to whoever gave them', async () => {
    const thread = createHashThread(() => true);
    const hash = thread.hashOf(join(folder, 'a'));
    const [large, small] = [new Uint8Array(1 << 20), Buffer.from('small')];
    hash.add([large, small]);
    expect([large.length, small.length]).toEqual([0, 5]);
    await thread.close();
  });

  it('is read from the file when the thread is gone, and nobody waits for it any more', async () => {
    const thread = createHashThread(() => true);
    const path = join(folder, 'a');
    await writeFile(path, 'what was written');
    const hash = thread.hashOf(path);
    hash.add([Buffer.from('what was')]);
    await thread.close();
    hash.add([Buffer.from(' written')]);
    expect(hash.behindBytes).toBe(0);
    await new Promise<void>((resolve) => hash.whenLess(resolve));
    expect(await hash.digest()).toBe(sha256(Buffer.from('what was written')));
  });
});
