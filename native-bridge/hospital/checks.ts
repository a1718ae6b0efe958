import { setTimeout as sleep } from 'node:timers/promises';
import type { Result } from '../../src/base/result.ts';
import { type Archive, type DicomPeer, type HospitalSite, isWebArchive } from '../../src/procedure/hospitalSite.ts';
import type { PeerPatience } from './association.ts';
import { commitmentClass } from './commitment.ts';
import { echo } from './echo.ts';
import { mppsClass } from './mpps.ts';
import { accessTo } from './station.ts';
import { webAccessTo, webEcho } from './stow.ts';
import { worklistModel } from './worklist.ts';

/** How one hospital system answered. */
export interface HospitalCheck {
  /** `worklist`, `performed steps`, `archive NAME`. */
  readonly name: string;
  readonly works: boolean;
  /** One sentence: what answered, or why nothing did and what to do. */
  readonly message: string;
}

/** Short enough to wait for at a form; a peer that is slower than this is a trouble of its own. */
const patience: PeerPatience = { connectMs: 3_000, associateMs: 5_000, responseMs: 5_000 };
/** Peers with one association at a time need a moment between two. */
const betweenMs = 50;

/** An echo to every system that the site names, in its words; nothing is stored, queried or told. */
export async function checkHospital(hospital: HospitalSite): Promise<readonly HospitalCheck[]> {
  const checks: HospitalCheck[] = [];
  const add = async (check: Promise<HospitalCheck>) => {
    checks.push(await check);
    await sleep(betweenMs);
  };
  if (hospital.worklist) {
    const { host, port, ae, tls } = hospital.worklist;
    await add(checkPeer('worklist', { host, port, ae, ...(tls !== undefined && { tls }) }, [worklistModel], 'worklist queries', hospital));
  }
  if (hospital.mpps) await add(checkPeer('performed steps', hospital.mpps, [mppsClass], 'performed procedure steps', hospital));
  for (const archive of hospital.archives ?? []) await add(checkArchive(archive, hospital));
  return checks;
}

async function checkArchive(archive: Archive, hospital: HospitalSite): Promise<HospitalCheck> {
  const name = `archive ${archive.name}`;
  if (isWebArchive(archive)) {
    const access = await webAccessTo(archive, hospital, patience);
    return checked(name, `${archive.stow} answers`, access.ok ? await webEcho(access.value) : access);
  }
  const { commitment } = archive;
  if (commitment === undefined)
    return checkPeer(name, archive, [commitmentClass], 'storage commitment: set its "commitment" to "none" or to the application that does', hospital);
  const itself = await checkPeer(name, archive, [], '', hospital);
  if (commitment === 'none' || !itself.works) return itself;
  const service = await checkPeer(name, commitment, [commitmentClass], 'storage commitment', hospital);
  return service.works ? itself : service;
}

async function checkPeer(name: string, peer: DicomPeer, services: readonly string[], offered: string, hospital: HospitalSite): Promise<HospitalCheck> {
  const { host, port, ae, tls } = peer;
  const access = await accessTo({ host, port, ae, ...(tls !== undefined && { tls }) }, `the ${name === 'worklist' ? 'worklist' : name}`, hospital, patience);
  if (!access.ok) return { name, works: false, message: access.fault.message };
  const answered = await echo(access.value, services);
  if (!answered.ok) return { name, works: false, message: answered.fault.message };
  const { refused, ms } = answered.value;
  if (refused.length > 0) return { name, works: false, message: `${ae} at ${host}:${port} answers and does not offer ${offered}.` };
  return { name, works: true, message: `${ae} at ${host}:${port} answers in ${ms.toFixed(0)} ms${tls === undefined ? '' : ', over TLS'}.` };
}

const checked = (name: string, good: string, result: Result<unknown>): HospitalCheck =>
  result.ok ? { name, works: true, message: `${good}.` } : { name, works: false, message: result.fault.message };
