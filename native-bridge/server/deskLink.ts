import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ok } from '../../src/base/result.ts';
import type { LineFormat } from '../../src/injector/lineFormat.ts';
import { injectorSettingsOf } from '../../src/injector/settings.ts';
import type { DeskClientMessage, PortInfo, PortProbeInfo, WorkplaceState } from '../../src/link/desk.ts';
import type { ServerMessage } from '../../src/link/link.ts';
import type { ReceivedClientMessage } from '../../src/link/received.ts';
import { exportKinds } from '../export/exportRecord.ts';
import { defaultPriorsFolder, type Priors } from '../priors/priors.ts';
import type { SerialPortDescription } from '../sources/serialPort.ts';
import type { PortProbe } from '../sources/serialProbe.ts';
import { listVideoSources } from '../sources/videoDevices.ts';
import { readBookmarks, saveBookmarks } from './bookmarks.ts';
import type { Jobs } from './jobs.ts';
import type { Received } from './received.ts';
import type { Review } from './review.ts';
import { testSource } from './sourceTest.ts';
import type { Workplace } from './workplace.ts';

/** What the desk side of a console asks for; see `src/link/desk.ts`. */
export interface DeskContext {
  readonly workplace: Workplace;
  readonly jobs: Jobs;
  readonly priors: Priors;
  readonly received: Received;
  readonly reviews: ReadonlyMap<string, Review>;
}

const portInfo = ({ path, manufacturer, serialNumber, vendorId, productId }: SerialPortDescription): PortInfo => ({
  path,
  manufacturer,
  serialNumber,
  usb: vendorId && productId ? `${vendorId}:${productId}` : null,
});

/** How long a person sees what comes in after a driver has understood it. */
const showForMs = 4000;

const heardOf = (probe: PortProbe, listening: boolean): PortProbeInfo => ({
  ...probe,
  latestBytes: [...probe.latestBytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
  listening,
  message: null,
});

/** Tells what is heard while it is heard, and at last what it was. */
async function probed(path: string, line: LineFormat, tell: (probe: PortProbeInfo) => void): Promise<void> {
  const { probePort } = await import('../sources/serialProbe.ts');
  const probe = await probePort(path, { line, showForMs, onHeard: (heard) => tell(heardOf(heard, true)) });
  const nothing = { path, driver: null, baud: null, identity: null, reading: null, bytesHeard: 0, latestBytes: '', listening: false };
  tell(probe.ok ? heardOf(probe.value, false) : { ...nothing, message: probe.fault.message });
}

const isAtWork = ({ state }: WorkplaceState): boolean => state === 'beginning' || state === 'running' || state === 'ending';

/** A record is named by its folder; a path would reach outside the records. */
export const isRecordName = (name: string): boolean => basename(name) === name && /^[^.\\\p{Cc}][^\\\p{Cc}]*$/u.test(name);

/** `2026-05-01T10-11-12`: as in names of records. */
const stampForName = (): string => new Date().toISOString().slice(0, 19).replaceAll(':', '-');

/** Keeps one console informed of what concerns every console; call the result when it goes. */
export function tellDesk({ workplace, jobs, received }: DeskContext, send: (message: ServerMessage) => void): () => void {
  send({ kind: 'workplace', workplace: workplace.state() });
  send({ kind: 'site', site: workplace.site.state() });
  send({ kind: 'jobs', jobs: jobs.list() });
  send({ kind: 'received-runs', received: received.state() });
  const stops = [
    workplace.onState((state) => send({ kind: 'workplace', workplace: state })),
    workplace.site.onChange((site) => {
      send({ kind: 'site', site });
      send({ kind: 'workplace', workplace: workplace.state() });
    }),
    jobs.onChange((list) => send({ kind: 'jobs', jobs: list })),
    received.onChange((state) => send({ kind: 'received-runs', received: state })),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

export async function handleDesk(
  message: DeskClientMessage | ReceivedClientMessage,
  context: DeskContext,
  send: (message: ServerMessage) => void,
): Promise<void> {
  const { workplace, jobs } = context;
  const refuse = (why: string) => send({ kind: 'refused', message: why });
  const folderOf = (record: string): string | null => {
    if (isRecordName(record)) return join(workplace.recordsFolder(), record);
    refuse(`There is no record called ${record}.`);
    return null;
  };
  switch (message.kind) {
    case 'begin-session': {
      const begun = await workplace.begin(message.practice);
      if (!begun.ok) refuse(begun.fault.message);
      return;
    }
    case 'end-session': {
      const ended = await workplace.end();
      if (!ended.ok) refuse(ended.fault.message);
      return;
    }
    case 'get-site':
      send({ kind: 'site', site: workplace.site.state() });
      return;
    case 'save-site': {
      const saved = await workplace.site.save(message.site);
      if (!saved.ok) {
        refuse(saved.fault.message);
        return;
      }
      if (!message.begin) return;
      // A procedure that has ended would answer once more with what went wrong as its record was closed, and no other could begin.
      const ended = isAtWork(workplace.state()) ? await workplace.end() : ok(undefined);
      const begun = ended.ok ? await workplace.begin(false) : ended;
      if (!begun.ok) refuse(begun.fault.message);
      return;
    }
    case 'list-ports': {
      // The serial library is a fifth of what a console would load before it listens, and most never ask.
      const { listSerialPorts } = await import('../sources/serialPort.ts');
      const ports = await listSerialPorts();
      send({ kind: 'ports', ports: ports.ok ? ports.value.map(portInfo) : [], message: ports.ok ? null : ports.fault.message });
      return;
    }
    case 'list-video-sources': {
      const listed = await listVideoSources();
      send({ kind: 'video-sources', sources: listed.ok ? listed.value : [], message: listed.ok ? null : listed.fault.message });
      return;
    }
    case 'probe-port':
      await probed(message.path, injectorSettingsOf(workplace.site.state().site.injector).line, (probe) => send({ kind: 'port-probe', probe }));
      return;
    case 'test-source': {
      const { test, role, uri } = message;
      const { injector } = workplace.site.state().site;
      send({ kind: 'source-test', result: await testSource(test, role, uri, injectorSettingsOf(injector)) });
      return;
    }
    case 'export-record': {
      const folder = folderOf(message.record);
      const kinds = exportKinds.filter((kind) => (message.kinds as readonly string[]).includes(kind));
      if (!folder) return;
      if (kinds.length < message.kinds.length) return refuse('This version cannot export all of that; choose fewer kinds.');
      const exports = join(workplace.recordsFolder(), 'exports');
      await mkdir(exports, { recursive: true, mode: 0o700 });
      // The name of a record says when it was made: a de-identified export does not carry it.
      const name = message.deidentify ? `deidentified-${randomBytes(4).toString('hex')}` : `${message.record}-${stampForName()}`;
      jobs.start('export', message.record, { kind: 'export', folder, out: join(exports, name), kinds, deidentify: message.deidentify });
      return;
    }
    case 'verify-replay': {
      const folder = folderOf(message.record);
      if (folder) jobs.start('verify-replay', message.record, { kind: 'verify-replay', folder });
      return;
    }
    case 'run-again': {
      const folder = folderOf(message.record);
      const { injector } = workplace.site.state().site;
      const settings = injectorSettingsOf(injector);
      if (folder) jobs.start('run-again', message.record, { kind: 'run-again', folder, recordsFolder: workplace.recordsFolder(), how: message.how, settings });
      return;
    }
    case 'cancel-job':
      jobs.cancel(message.job);
      return;
    case 'list-prior-series': {
      const folder = workplace.site.state().site.priorImagesFolder ?? defaultPriorsFolder;
      const { series, message: why } = await context.priors.list(folder);
      send({ kind: 'prior-series', series, message: why });
      return;
    }
    case 'play-received': {
      const path = context.received.pathOf(message.run);
      if (path === null) return refuse('This run is not in the list any more.');
      workplace.playNext(message.plane, `dicom:${path}?loop=1`);
      return;
    }
    case 'get-bookmarks':
      if (folderOf(message.record))
        send({ kind: 'bookmarks', record: message.record, bookmarks: await readBookmarks(workplace.recordsFolder(), message.record) });
      return;
    case 'save-bookmarks':
      if (!folderOf(message.record)) return;
      await saveBookmarks(workplace.recordsFolder(), message.record, message.bookmarks);
      send({ kind: 'bookmarks', record: message.record, bookmarks: message.bookmarks });
      return;
    case 'loop':
      context.reviews.get(message.review)?.loop(message.range);
      return;
    case 'lock-review': {
      const leader = context.reviews.get(message.leader);
      const review = context.reviews.get(message.review);
      if (!leader || !review) return;
      if (message.offsetMs === null) leader.release(review);
      else leader.lead(review, message.offsetMs);
    }
  }
}
