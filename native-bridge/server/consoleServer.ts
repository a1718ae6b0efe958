import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import sirv from 'sirv';
import { WebSocketServer } from 'ws';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { linkPath } from '../../src/link/link.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import { type Access, createAccess } from './access.ts';
import { type ConsoleLinkContext, serveConsoleLink } from './consoleLink.ts';

/** The largest thing a console says is a plan of a few hundred points. */
const largestMessageBytes = 256 * 1024;
const planeOf = (text: string | undefined): PlaneId | null => (text === 'a' || text === 'b' ? text : null);

/** Only our own files, our own addresses, no frames around us. WebAssembly and blob workers are Cornerstone3D's codecs. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface ConsoleServer {
  readonly port: number;
  /** The address with its token, for a browser or window that is opened by us. */
  readonly url: string;
  close(): Promise<void>;
}

export interface ConsoleServerOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Folder of the built console. */
  readonly pages: string;
  readonly admitTypedAddress: boolean;
  /** See `AccessOptions`. */
  readonly cookie?: string | undefined;
  readonly context: ConsoleLinkContext;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }).end(message);
}

/** A part of an address; empty when its percent signs make no sense. */
function decoded(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? '');
  } catch {
    // A URIError: then it names nothing.
    return '';
  }
}

function serveStream(path: string, response: ServerResponse, context: ConsoleLinkContext): boolean {
  const [, api, kind, first, second] = path.split('/');
  if (api !== 'api') return false;
  if (kind === 'live') {
    const plane = planeOf(first);
    const live = context.workplace.live();
    if (!plane || !live) return false;
    live.stream(plane, response);
    return true;
  }
  if (kind === 'prior') {
    void context.priors.serve(decoded(first), response);
    return true;
  }
  if (kind === 'received') {
    void context.received.serve(decoded(first), Number(second ?? Number.NaN), response);
    return true;
  }
  if (kind === 'review') {
    const plane = planeOf(second);
    const review = context.reviews.get(decoded(first));
    if (!plane || !review) return false;
    review.stream(plane, response);
    return true;
  }
  return false;
}

function servePage(request: IncomingMessage, response: ServerResponse, access: Access, pages: string, files: ReturnType<typeof sirv>): void {
  const [path, query] = (request.url ?? '/').split('?');
  if (path === '/') {
    const cookie = access.admit(request);
    if (cookie !== null) response.setHeader('set-cookie', cookie);
    if (query !== undefined && new URLSearchParams(query).has('token')) {
      // The token leaves the address bar, so that it is not in the history or in a screenshot.
      response.writeHead(302, { location: '/', 'cache-control': 'no-store' }).end();
      return;
    }
  }
  response.setHeader('content-security-policy', contentSecurityPolicy);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  // The list of files is of the start. One that has gone since, as while the console is built anew, would end this process with its record.
  if (!existsSync(join(pages, path === '/' ? 'index.html' : decodedPath(path ?? '/')))) refuse(response, 404, 'There is nothing here.');
  else files(request, response, () => refuse(response, 404, 'There is nothing here.'));
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Serves the console and its link on loopback. Fails when the port is taken. */
export async function startConsoleServer(options: ConsoleServerOptions): Promise<Result<ConsoleServer>> {
  let port = options.port;
  const access = createAccess({ port: () => port, admitTypedAddress: options.admitTypedAddress, cookie: options.cookie });
  const files = sirv(options.pages, {
    etag: true,
    setHeaders: (response, path) => response.setHeader('cache-control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store'),
  });
  const server = createServer((request, response) => {
    if (!access.isLocal(request)) refuse(response, 403, 'Only pages of this console may ask.');
    else if (request.method !== 'GET' && request.method !== 'HEAD') refuse(response, 405, 'Only GET.');
    else if (!(request.url ?? '').startsWith('/api/')) servePage(request, response, access, options.pages, files);
    else if (!access.isAdmitted(request)) refuse(response, 401, 'Open the console with the address that was printed when it started.');
    else if (!serveStream((request.url ?? '').split('?')[0] ?? '', response, options.context)) refuse(response, 404, 'There is nothing here.');
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessageBytes, perMessageDeflate: false });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if ((request.url ?? '').split('?')[0] !== linkPath || !access.isAdmitted(request)) {
      // Whoever asked may be gone: nothing else listens for the socket's errors once it was handed over.
      socket.on('error', () => socket.destroy());
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => serveConsoleLink(opened, options.context));
  });

  const listening = await new Promise<Result<void>>((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(
        inputFault(
          error.code === 'EADDRINUSE'
            ? `Port ${options.port} on 127.0.0.1 is taken by another program; give another --port, or none for a free one.`
            : `Port ${options.port} on 127.0.0.1 cannot be opened (${error.code}); give another --port.`,
        ),
      );
    });
    server.listen(options.port, '127.0.0.1', () => resolve(ok(undefined)));
  });
  if (!listening.ok) return listening;
  port = (server.address() as AddressInfo).port;
  return ok({
    port,
    url: `http://127.0.0.1:${port}/?token=${access.token}`,
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
