import { mkdir } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { encodeAssociateReject, pduReader } from '../../src/dicom/pdu.ts';
import { serveAssociation } from './dicomAssociation.ts';

/** What the storage port takes, from whom, and where it puts it. */
export interface ReceiverOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Loopback unless the site says otherwise. */
  readonly bind: string;
  /** Our title; associations that call another are refused when `anyCalledAe` is false. */
  readonly ae: string;
  readonly anyCalledAe: boolean;
  /** Titles that may send; empty: any. */
  readonly allow: readonly string[];
  readonly folder: string;
  readonly maxAssociations: number;
  /** Longest P-DATA that is taken, and announced. */
  readonly maxPduLength: number;
  /** An object larger than this is refused while it comes. */
  readonly maxObjectBytes: number;
  /** A peer that says nothing for this long is dropped. */
  readonly idleMs: number;
  /** PEM texts; both or none. With `ca`, peers must show a certificate signed by it. */
  readonly tls: { readonly key: string; readonly cert: string; readonly ca: string | null } | null;
}

export const defaultReceiverOptions = {
  port: 11112,
  bind: '127.0.0.1',
  ae: 'PEDICLE',
  anyCalledAe: true,
  allow: [],
  maxAssociations: 8,
  maxPduLength: 262_144,
  maxObjectBytes: 8 * 2 ** 30,
  idleMs: 60_000,
  tls: null,
} as const satisfies Omit<ReceiverOptions, 'folder'>;

/** An instance that is on disk in full. */
export interface ReceivedInstance {
  readonly path: string;
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly callingAe: string;
  readonly bytes: number;
}

/** An N-EVENT-REPORT as it came. */
export interface EventReport {
  readonly callingAe: string;
  readonly eventTypeId: number;
  readonly transferSyntax: string;
  readonly dataset: Uint8Array;
}

export interface ReceiverEvents {
  onReceived(instance: ReceivedInstance): void;
  /** Something that a person may want to know: a refused peer, a broken transfer. One sentence, no patient data. */
  onNotice(message: string): void;
  /** Where it is given, reports on storage commitment are taken; gives the status of the answer. */
  onEventReport?(report: EventReport): Promise<number>;
}

export interface DicomReceiver {
  readonly port: number;
  /** Stops listening and drops every association; files half received are removed. */
  close(): Promise<void>;
}

/**
 * Listens for C-ECHO and C-STORE and writes each instance to `folder` as it comes. Throws when it cannot listen or make
 * the folder. Reading a socket waits for the disk, so that a fast peer fills no memory; each association takes about
 * 1.5 MiB at most.
 */
export async function startReceiver(options: ReceiverOptions, events: ReceiverEvents): Promise<DicomReceiver> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const sockets = new Set<Socket>();
  const running = new Set<Promise<void>>();
  const accept = (socket: Socket): void => {
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    socket.setTimeout(options.idleMs, () => socket.destroy());
    if (sockets.size >= options.maxAssociations) {
      events.onNotice(`A DICOM peer was refused: ${options.maxAssociations} associations are open already.`);
      refuse(socket);
      return;
    }
    sockets.add(socket);
    const served = serveAssociation(socket, options, events).finally(() => {
      sockets.delete(socket);
      running.delete(served);
      socket.destroySoon();
    });
    running.add(served);
  };
  const server = options.tls === null ? createServer(accept) : createTlsServer(tlsOptions(options.tls), accept);
  server.on('tlsClientError', () => events.onNotice('A peer was refused at the DICOM port: its TLS handshake failed.'));
  const port = await listen(server, options);
  return {
    port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await Promise.all(running);
      await closed;
    },
  };
}

const tlsOptions = ({ key, cert, ca }: NonNullable<ReceiverOptions['tls']>) => ({
  key,
  cert,
  minVersion: 'TLSv1.2' as const,
  ...(ca === null ? {} : { ca, requestCert: true, rejectUnauthorized: true }),
});

function listen(server: Server, options: ReceiverOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.bind, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : options.port);
    });
  });
}

/** Says "too many" as the standard has it: after the request has come, and to nobody who sends none. */
function refuse(socket: Socket): void {
  const read = pduReader(65_536);
  socket.setTimeout(5_000, () => socket.destroy());
  socket.on('data', (chunk) => {
    for (const _ of read(chunk)) {
      socket.end(encodeAssociateReject('tooManyAssociations'));
      return;
    }
  });
}
