import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { sendOver } from '../../native-bridge/server/consoleLink.ts';
import type { ServerMessage } from '../../src/link/link.ts';

let server: WebSocketServer | null = null;
afterEach(() => {
  for (const client of server?.clients ?? []) client.terminate();
  server?.close();
});

/** The bridge's end of a link to a console, and the console, which takes nothing until `resume`. */
async function linkedPair(): Promise<{ readonly bridge: WebSocket; readonly page: WebSocket }> {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const arrived = once(server, 'connection');
  const page = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(page, 'open');
  page.pause();
  const [bridge] = (await arrived) as [WebSocket];
  return { bridge, page };
}

/** What a console that comes hours late is greeted with. */
const hello = (points: number): ServerMessage => ({
  kind: 'hello',
  session: null,
  curves: {
    injector: {
      tMs: Array(points).fill(28_799_900),
      pressureKpa: Array(points).fill(1234),
      volumeMl: Array(points).fill(1.23),
      mode: Array(points).fill('balloon'),
    },
  },
  samples: [],
  status: null,
});
const news = (characters: number): ServerMessage => ({ kind: 'refused', message: 'x'.repeat(characters) });

describe('the link to a console', () => {
  it('stays while a greeting of more than the backlog is on its way, and the greeting arrives', async () => {
    const { bridge, page } = await linkedPair();
    const send = sendOver(bridge);
    send(hello(500_000));
    expect(bridge.bufferedAmount).toBeGreaterThan(8 << 20);
    for (let i = 0; i < 20; i++) send(news(100));
    expect(bridge.readyState).toBe(WebSocket.OPEN);
    const first = once(page, 'message');
    page.resume();
    const [data] = await first;
    expect(JSON.parse(String(data))).toMatchObject({ kind: 'hello' });
  });

  it('is given up when a console takes nothing of what happens since', async () => {
    const { bridge } = await linkedPair();
    const send = sendOver(bridge);
    send(hello(10));
    for (let i = 0; i < 40 && bridge.readyState === WebSocket.OPEN; i++) send(news(1 << 20));
    expect(bridge.readyState).not.toBe(WebSocket.OPEN);
  });
});
