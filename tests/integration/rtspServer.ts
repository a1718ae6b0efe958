import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ended } from './videoPeers.ts';

/** A server of one H.264 stream, RTP interleaved on the connection (RFC 2326 10.12): as much as a client asks of it. */
export interface RtspServer {
  readonly port: number;
  /** Connections that were made to it. */
  connections(): number;
  /** Drops every connection and takes no more. */
  stop(): Promise<void>;
}

export async function startRtspServer(folder: string, port: number, level: number): Promise<RtspServer> {
  const udp = createSocket('udp4');
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  const description = join(folder, `rtsp-${port}-${level}.sdp`);
  const sender = startSender(description, udp.address().port, level);
  for (let tries = 0; tries < 400 && !existsSync(description); tries++) await sleep(25);
  const sdp = (await readFile(description, 'utf8')).replace(/^SDP:\s*/, '').replace(/m=video \d+/, 'm=video 0');

  const players = new Set<Socket>();
  const sockets = new Set<Socket>();
  let connections = 0;
  udp.on('message', (packet) => {
    const frame = Buffer.concat([Buffer.of(0x24, 0, packet.length >> 8, packet.length & 0xff), packet]);
    for (const socket of players) socket.write(frame);
  });
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      players.delete(socket);
      sockets.delete(socket);
    });
    socket.on('data', (chunk) => {
      // Reports of the receiver come interleaved too; requests begin with a letter.
      const request = /^([A-Z_]+) (\S+) RTSP\/1\.0\r\n([\s\S]*?)\r\n\r\n/.exec(chunk.toString('latin1'));
      const [, method, url, headers] = request ?? [];
      if (method === undefined) return;
      const sequence = /CSeq: *(\d+)/i.exec(headers ?? '')?.[1] ?? '0';
      const answer = (lines: readonly string[], body = '') =>
        socket.write(`RTSP/1.0 200 OK\r\nCSeq: ${sequence}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`);
      if (method === 'OPTIONS') answer(['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN']);
      else if (method === 'DESCRIBE') answer([`Content-Base: ${url}/`, 'Content-Type: application/sdp', `Content-Length: ${sdp.length}`], sdp);
      else if (method === 'SETUP') answer(['Session: 1', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1']);
      else {
        answer(['Session: 1']);
        if (method === 'PLAY') players.add(socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    connections: () => connections,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await ended(sender);
      udp.close();
    },
  };
}

function startSender(description: string, port: number, level: number): ChildProcess {
  const picture = `color=c=gray:size=320x240:rate=25,format=gray,geq=lum='${level}+mod(N,2)*4'`;
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '5', '-pix_fmt', 'yuv420p'];
  const out = ['-f', 'rtp', '-sdp_file', description, `rtp://127.0.0.1:${port}?rtcpport=${port}`];
  return spawn('ffmpeg', ['-loglevel', 'error', '-re', '-f', 'lavfi', '-i', picture, ...codec, ...out], { stdio: 'ignore' });
}
