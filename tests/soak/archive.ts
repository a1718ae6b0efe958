import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { enqueueStore } from '../../native-bridge/hospital/enqueue.ts';
import { openOutbox, summaryOf } from '../../native-bridge/hospital/outbox.ts';
import { buildPart10, xrayRun } from '../../test-data/dicomBuilder.ts';
import { freePort, has, type RealPeer, startOrthanc } from '../integration/hospitalPeers.ts';
import { ensurePeers } from '../systemPackages.ts';
import type { Account } from './accounts.ts';

/** An archive of the soak's own that goes away and comes back at the same place with what it held. */
export interface SoakArchive {
  /** The site configuration that names it, for the console and for `pedicle send`. */
  readonly siteFile: string;
  /** Stops it, puts objects onto the console's outbox, and starts it again after `forMs`, but not before the console has tried in vain. */
  goAway(forMs: number): Promise<void>;
  /** Once everything on the outbox has been gone through: whether all of it is there and answered for. */
  accounts(): Promise<readonly Account[]>;
  stop(): Promise<void>;
}

const instancesEachTime = 3;
/** A console that has not tried by then does not look at its outbox at all: the accounts will say so. */
const longestUntilTriedMs = 60_000;

/** `null` where there is no Orthanc and none can be installed. */
export async function startSoakArchive(folder: string): Promise<SoakArchive | null> {
  if (!has('Orthanc')) ensurePeers();
  if (!has('Orthanc')) return null;
  const station = await freePort();
  const place = { port: await freePort(), httpPort: await freePort(), databaseFolder: join(folder, 'archive') };
  const outboxFolder = join(folder, 'outbox');
  const siteFile = join(folder, 'site.json');
  const archives = [{ name: 'archive', host: '127.0.0.1', port: place.port, ae: 'ARCHIVE' }];
  await mkdir(place.databaseFolder);
  await writeFile(siteFile, JSON.stringify({ version: 1, hospital: { station: { ae: 'PEDICLE', port: station }, archives, outboxFolder } }));
  const outbox = await openOutbox(outboxFolder);
  let archive: RealPeer | null = await startOrthanc(station, {}, place);
  let times = 0;
  let triedInVain = 0;

  const send = async (): Promise<string> => {
    const images = join(folder, `images-${times}`);
    await mkdir(images);
    for (let n = 0; n < instancesEachTime; n++) await writeFile(join(images, `${n}.dcm`), smallRun(times, n));
    const added = await enqueueStore(outbox, images, 'archive');
    if (!added.ok) throw new Error(added.fault.message);
    times++;
    return added.value;
  };
  const triedOnce = async (job: string, untilMs: number): Promise<boolean> => {
    while (performance.now() < untilMs) {
      if (((await outbox.read(job))?.state.attempts ?? 0) > 0) return true;
      await sleep(200);
    }
    return false;
  };

  return {
    siteFile,
    async goAway(forMs) {
      const backAtMs = performance.now() + forMs;
      await archive?.stop();
      archive = null;
      if (await triedOnce(await send(), performance.now() + longestUntilTriedMs)) triedInVain++;
      await sleep(Math.max(0, backAtMs - performance.now()));
      archive = await startOrthanc(station, {}, place);
    },
    async accounts() {
      const jobs = (await outbox.list()).map(summaryOf);
      const arrived = jobs.filter(({ state, done, total }) => state === 'done' && done === total).length;
      const held = (await (await fetch(`http://127.0.0.1:${place.httpPort}/instances`)).json()) as readonly unknown[];
      const unfinished = jobs.find(({ state }) => state !== 'done');
      return [
        {
          question: 'Did the console try to send while the archive was away, and keep what it could not send?',
          answer: `${triedInVain} of ${times} times tried in vain, ${jobs.length} kept`,
          good: triedInVain === times && jobs.length === times,
        },
        {
          question: 'Is everything at the archive, and answered for, since it is back?',
          answer: `${arrived} of ${times} answered for, ${held.length} of ${times * instancesEachTime} instances there${unfinished?.message ? `; ${unfinished.message}` : ''}`,
          good: arrived === times && held.length === times * instancesEachTime,
        },
      ];
    },
    stop: async () => archive?.stop(),
  };
}

/** A small run with names of its own. */
function smallRun(time: number, n: number): Uint8Array {
  const frames = [Uint16Array.from({ length: 64 * 48 }, (_, index) => (index * (n + 1)) & 0xfff)];
  const uid = `1.2.840.99999.7.${time + 1}`;
  const also = [
    { tag: 0x00080018, vr: 'UI', value: `${uid}.1.${n + 1}` },
    { tag: 0x00100010, vr: 'PN', value: 'Soak^Test' },
    { tag: 0x00100020, vr: 'LO', value: 'SOAK' },
    { tag: 0x0020000d, vr: 'UI', value: uid },
    { tag: 0x0020000e, vr: 'UI', value: `${uid}.1` },
  ];
  return buildPart10(xrayRun({ rows: 48, columns: 64, bitsStored: 12, frames, also }));
}
