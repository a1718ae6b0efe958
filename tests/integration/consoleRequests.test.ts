import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPriors } from '../../native-bridge/priors/priors.ts';
import type { ConsoleLinkContext } from '../../native-bridge/server/consoleLink.ts';
import { type ConsoleServer, startConsoleServer } from '../../native-bridge/server/consoleServer.ts';

const cookie = 'c'.repeat(48);
const pages = await mkdtemp(join(tmpdir(), 'pedicle-requests-'));
const priors = createPriors();
let server: ConsoleServer;

beforeAll(async () => {
  const started = await startConsoleServer({ port: 0, pages, admitTypedAddress: true, cookie, context: { priors } as ConsoleLinkContext });
  if (!started.ok) throw new Error(started.fault.message);
  server = started.value;
});
afterAll(async () => {
  await server.close();
  await priors.close();
  await rm(pages, { recursive: true });
});

/** The status of one request, sent as it stands: `fetch` would put its path right first. */
async function status(path: string, headers: Record<string, string>): Promise<number | undefined> {
  const asked = request({ host: '127.0.0.1', port: server.port, path, headers }).end();
  const [response] = await once(asked, 'response');
  response.resume();
  return response.statusCode;
}

describe('a request that makes no sense is answered, and the bridge goes on', () => {
  test('a prior whose name has a percent sign too many is one that is not there', async () => {
    expect(await status('/api/prior/%', { cookie: `pedicle=${cookie}` })).toBe(422);
    expect(await status('/api/prior/%E4%00', { cookie: `pedicle=${cookie}` })).toBe(422);
  });

  test('a cookie or token as long as the right one, in letters that are longer as bytes, is a wrong one', async () => {
    expect(await status('/api/live/a', { cookie: `pedicle=${'é'.repeat(48)}` })).toBe(401);
    expect(await status(`/api/live/a?token=${'%C3%A9'.repeat(48)}`, {})).toBe(401);
  });

  test('a link that is refused may be torn down while it is', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = connect(server.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write('GET /api/link HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', () => socket.resetAndDestroy());
      await once(socket, 'close');
    }
    expect(await status('/', {})).toBe(404);
  });
});
