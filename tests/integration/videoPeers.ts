import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFrameSource } from '../../native-bridge/sources/open.ts';
import type { SourceEvent } from '../../native-bridge/sources/source.ts';
import type { XrayFrame } from '../../src/dicom/xrayFrame.ts';

/** Where a program lies on the path; null when it is not installed. */
export const programPath = (name: string): string | null =>
  (process.env.PATH ?? '').split(':').find((folder) => folder !== '' && existsSync(join(folder, name))) ?? null;

/** A screen of an X server that nobody sees, whose pixels can be set one by one. */
export interface HiddenScreen {
  readonly display: string;
  /** Grey values, row-major, of the whole screen. */
  show(grey: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

/** XWD file header (XWDFile.h): big endian, 32 bits each. */
const xwd = { headerSize: 0, colours: 19, bytesPerLine: 12 };

export async function startHiddenScreen(folder: string, width: number, height: number): Promise<HiddenScreen> {
  // Xvfb finds a free display by itself and writes its number to a pipe.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-fbdir', folder, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const pipe = server.stdio[3];
  if (pipe === null || pipe === undefined || !('on' in pipe)) throw new Error('Xvfb was started without its pipe');
  const number = await new Promise<string>((resolve, reject) => {
    pipe.on('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)));
  });
  const path = join(folder, 'Xvfb_screen0');
  const header = await readFile(path);
  const field = (index: number) => header.readUInt32BE(index * 4);
  const pixelsAt = field(xwd.headerSize) + field(xwd.colours) * 12;
  const lineBytes = field(xwd.bytesPerLine);
  return {
    display: `:${number}`,
    async show(grey) {
      const lines = Buffer.alloc(lineBytes * height);
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++)
          lines.fill(grey[row * width + column] ?? 0, row * lineBytes + column * 4, row * lineBytes + column * 4 + 3);
      }
      await using file = await open(path, 'r+');
      await file.write(lines, 0, lines.length, pixelsAt);
    },
    stop: () => ended(server),
  };
}

/** Ends a program that was started here, and waits until it has. */
export async function ended(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const exit = new Promise((resolve) => program.once('exit', resolve));
  program.kill('SIGKILL');
  await exit;
}

/** A port of 127.0.0.1 that nobody uses just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** A source that is read in the background, with what came of it and when. */
export interface ReadSource {
  readonly events: readonly { readonly event: SourceEvent; readonly atMs: number }[];
  frames(): readonly XrayFrame[];
  /** Resolves when `holds` does; throws after `withinMs`. */
  until(holds: () => boolean, withinMs?: number): Promise<void>;
  stop(): Promise<void>;
}

export async function readSource(uri: string): Promise<ReadSource> {
  const opened = await openFrameSource(uri, 'a');
  if (!opened.ok) throw new Error(opened.fault.message);
  const stop = new AbortController();
  const events: { event: SourceEvent; atMs: number }[] = [];
  const reading = (async () => {
    for await (const event of opened.value.events(stop.signal)) events.push({ event, atMs: performance.now() });
  })();
  return {
    events,
    frames: () => events.flatMap(({ event }) => (event.topic === '/plane/a/frame' ? [event.data] : [])),
    async until(holds, withinMs = 20_000) {
      const deadline = performance.now() + withinMs;
      while (!holds()) {
        if (performance.now() > deadline)
          throw new Error(
            `it did not come to that within ${withinMs} ms; said: ${JSON.stringify(events.flatMap(({ event }) => (event.topic === '/device' ? [event.data] : [])))}`,
          );
        await sleep(10);
      }
    },
    async stop() {
      stop.abort();
      await reading;
    },
  };
}
