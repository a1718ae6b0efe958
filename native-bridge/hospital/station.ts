import { hostname } from 'node:os';
import type { Result } from '../../src/base/result.ts';
import { ok } from '../../src/base/result.ts';
import type { DicomPeer, HospitalSite } from '../../src/procedure/hospitalSite.ts';
import { defaultPatience, type PeerAccess, type PeerPatience } from './association.ts';
import { tlsOf } from './tls.ts';

/** Who we are, with what the site leaves out filled in. */
export interface Station {
  readonly ae: string;
  readonly name: string;
  readonly port: number;
  readonly bind: string;
}

export function stationOf(hospital: HospitalSite): Station {
  const { ae = 'PEDICLE', name = hostname().toUpperCase().slice(0, 16), port = 11114, bind = '127.0.0.1' } = hospital.station ?? {};
  return { ae, name, port, bind };
}

/** How to reach a peer of the site; `name` as in "the worklist". */
export async function accessTo(peer: DicomPeer, name: string, hospital: HospitalSite, patience: PeerPatience = defaultPatience): Promise<Result<PeerAccess>> {
  const tls = await tlsOf(peer, hospital);
  return tls.ok ? ok({ peer, name, callingAe: stationOf(hospital).ae, tls: tls.value, patience }) : tls;
}
