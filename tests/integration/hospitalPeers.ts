import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { dicomDate } from '../../native-bridge/hospital/worklist.ts';
import { encodeElements, type OutElement } from '../../src/dicom/encodeElements.ts';
import { encodeFileHead } from '../../src/dicom/part10.ts';
import { concat } from '../../src/dicom/pdu.ts';
import { explicitLittleEndian } from '../../src/dicom/transferSyntax.ts';

export const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program} || test -x /usr/sbin/${program}`]).status === 0;

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** A real peer on loopback, with a folder of its own. */
export interface RealPeer {
  readonly port: number;
  readonly folder: string;
  /** What it has said so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts a program that listens on `port`, and waits until it does. */
export async function startPeer(command: string, args: readonly string[], port: number, folder: string): Promise<RealPeer> {
  const child: ChildProcess = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (log += chunk.toString('latin1')));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.once('error', () => undefined);
  for (let i = 0; i < 400 && child.exitCode === null && !(await answers(port)); i++) await sleep(25);
  return {
    port,
    folder,
    log: () => log,
    async stop() {
      child.kill('SIGTERM');
      await Promise.race([ended, sleep(3000)]);
      if (child.exitCode === null) child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const peerFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'pedicle-peer-'));

const utf8 = new TextEncoder();
/** A Part 10 file of a small dataset; texts given as bytes of any character set go in as Latin-1 characters. */
export function smallFile(sopClass: string, sopInstance: string, elements: readonly OutElement[], latin1 = false): Uint8Array {
  const encode = latin1 ? (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0)) : (text: string) => utf8.encode(text);
  return concat([encodeFileHead({ sopClass, sopInstance, transferSyntax: explicitLittleEndian, sourceAe: '' }), encodeElements(elements, true, encode)]);
}

/** What a worklist says of one procedure that is scheduled for today on the station PEDICLE. */
export interface ScheduledProcedure {
  readonly accession: string;
  readonly name: string;
  readonly id: string;
  readonly sex: 'F' | 'M';
  readonly study: string;
  readonly description: string;
  readonly stepDescription: string;
  readonly step: string;
  readonly requested: string;
}

export const scheduledEntry = (scheduled: ScheduledProcedure): readonly OutElement[] => [
  { tag: 0x00080050, vr: 'SH', value: scheduled.accession },
  { tag: 0x00081110, vr: 'SQ', value: [] },
  { tag: 0x00081120, vr: 'SQ', value: [] },
  { tag: 0x00100010, vr: 'PN', value: scheduled.name },
  { tag: 0x00100020, vr: 'LO', value: scheduled.id },
  { tag: 0x00100030, vr: 'DA', value: '19500203' },
  { tag: 0x00100040, vr: 'CS', value: scheduled.sex },
  { tag: 0x0020000d, vr: 'UI', value: scheduled.study },
  { tag: 0x00321060, vr: 'LO', value: scheduled.description },
  {
    tag: 0x00400100,
    vr: 'SQ',
    value: [
      [
        { tag: 0x00080060, vr: 'CS', value: 'RF' },
        { tag: 0x00400001, vr: 'AE', value: 'PEDICLE' },
        { tag: 0x00400002, vr: 'DA', value: dicomDate(new Date()) },
        { tag: 0x00400003, vr: 'TM', value: '0900' },
        { tag: 0x00400006, vr: 'PN', value: '' },
        { tag: 0x00400007, vr: 'LO', value: scheduled.stepDescription },
        { tag: 0x00400009, vr: 'SH', value: scheduled.step },
      ],
    ],
  },
  { tag: 0x00401001, vr: 'SH', value: scheduled.requested },
];

/** DCMTK's worklist server with these entries, each the elements of one file. */
export async function startWorklist(ae: string, entries: readonly (readonly OutElement[])[], args: readonly string[] = []): Promise<RealPeer> {
  const folder = await peerFolder();
  const port = await freePort();
  await mkdir(join(folder, ae));
  await writeFile(join(folder, ae, 'lockfile'), '');
  for (const [index, entry] of entries.entries())
    await writeFile(join(folder, ae, `entry${index}.wl`), smallFile('1.2.276.0.7230010.3.1.0.1', `1.2.3.${index}`, entry, true));
  return startPeer('wlmscpfs', [...args, '-dfp', folder, String(port)], port, folder);
}

/** Where an archive that comes back is found again, with what it held. */
export interface OrthancPlace {
  readonly port: number;
  readonly httpPort: number;
  /** Outlives the archive; whoever chose it removes it. */
  readonly databaseFolder: string;
}

/** Orthanc as an archive: storage, commitment, query, DICOMweb. It knows us as `PEDICLE` at port `station`. */
export async function startOrthanc(station: number, options: object = {}, place?: OrthancPlace): Promise<RealPeer & { readonly httpPort: number }> {
  const folder = await peerFolder();
  const port = place?.port ?? (await freePort());
  const httpPort = place?.httpPort ?? (await freePort());
  const databaseFolder = place?.databaseFolder ?? join(folder, 'db');
  const plugin = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so';
  const configuration = {
    Name: 'Archive of the tests',
    StorageDirectory: databaseFolder,
    IndexDirectory: databaseFolder,
    DicomAet: 'ARCHIVE',
    DicomCheckCalledAet: true,
    DicomServerEnabled: true,
    DicomPort: port,
    HttpPort: httpPort,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    DicomModalities: { pedicle: ['PEDICLE', '127.0.0.1', station] },
    Plugins: existsSync(plugin) ? [plugin] : [],
    DicomWeb: { Enable: true, Root: '/dicom-web/' },
    ...options,
  };
  await writeFile(join(folder, 'orthanc.json'), JSON.stringify(configuration));
  const peer = await startPeer('Orthanc', [join(folder, 'orthanc.json')], configuration.DicomServerEnabled ? port : httpPort, folder);
  for (let i = 0; i < 200 && !(await answers(httpPort)); i++) await sleep(25);
  return { ...peer, httpPort };
}

/** DCMTK's storescp; what it takes is in its folder. */
export async function startStorescp(args: readonly string[] = [], at?: number): Promise<RealPeer> {
  const folder = await peerFolder();
  const port = at ?? (await freePort());
  return startPeer('storescp', ['-od', folder, '-aet', 'STORE', ...args, String(port)], port, folder);
}

/** A certificate authority, and certificates for both sides that it has signed, as PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
  /** Of an authority that nobody knows. */
  readonly stranger: { readonly cert: string; readonly key: string };
}

export function makeCertificates(folder: string): Certificates {
  const openssl = (...args: readonly string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  const authority = (name: string) =>
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-subj',
      `/CN=${name}`,
    );
  const signed = (name: string, by: string) => {
    writeFileSync(join(folder, `${name}.cnf`), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${by}.pem`,
      '-CAkey',
      `${by}.key`,
      '-CAcreateserial',
      '-days',
      '2',
      '-out',
      `${name}.pem`,
      '-extfile',
      `${name}.cnf`,
    );
    return { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  };
  authority('authority');
  authority('elsewhere');
  return {
    ca: join(folder, 'authority.pem'),
    server: signed('server', 'authority'),
    client: signed('client', 'authority'),
    stranger: signed('stranger', 'elsewhere'),
  };
}

/**
 * TLS in front of a port, as hospitals put it before an archive's web service (Debian's Orthanc 1.10.1 itself dies of the first HTTPS
 * request, whoever makes it).
 */
export async function startTlsFront(behind: number, { cert, key }: Certificates['server']): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, (front) => {
    const back = connect(behind, '127.0.0.1');
    for (const socket of [front, back]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    front.pipe(back).pipe(front);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
