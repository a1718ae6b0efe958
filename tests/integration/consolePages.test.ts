import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ConsoleLinkContext } from '../../native-bridge/server/consoleLink.ts';
import { startConsoleServer } from '../../native-bridge/server/consoleServer.ts';

test('a page that has gone since the start, as while the console is built anew, is not there; the server and its session go on', async () => {
  const pages = await mkdtemp(join(tmpdir(), 'pedicle-pages-'));
  await writeFile(join(pages, 'index.html'), '<!doctype html><title>console</title>');
  await writeFile(join(pages, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  // Pages are served before anything is asked of a session.
  const started = await startConsoleServer({ port: 0, pages, admitTypedAddress: true, context: {} as ConsoleLinkContext });
  if (!started.ok) throw new Error(started.fault.message);
  const status = async (path: string) => (await fetch(new URL(path, started.value.url))).status;
  try {
    expect(await status('/icon.svg')).toBe(200);
    await rm(join(pages, 'icon.svg'));
    expect(await status('/icon.svg')).toBe(404);
    expect(await status('/index.html')).toBe(200);
    await rm(join(pages, 'index.html'));
    expect(await status('/index.html')).toBe(404);
    expect(await status('/')).toBe(404);
  } finally {
    await started.value.close();
    await rm(pages, { recursive: true });
  }
});
