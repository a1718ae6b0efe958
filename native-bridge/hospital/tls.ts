import { readFile } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { DicomPeer, HospitalSite, TlsFiles } from '../../src/procedure/hospitalSite.ts';

/** What a TLS connection is opened with; `ca` absent: the authorities this machine trusts anyway. */
export type TlsMaterial = Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;

/** The files of the site configuration, read anew each time: certificates are renewed while programs run. */
export async function readTlsFiles(files: TlsFiles): Promise<Result<TlsMaterial>> {
  const material: { ca?: string; cert?: string; key?: string } = {};
  for (const part of ['ca', 'cert', 'key'] as const) {
    const path = files[part];
    if (path === undefined) continue;
    try {
      const text = await readFile(path, 'utf8');
      if (!text.includes('-----BEGIN ')) return inputFault(`${path} is not in PEM form; give the hospital's "tls.${part}" as a PEM file.`);
      material[part] = text;
    } catch (error) {
      return inputFault(`${path} cannot be read (${codeOf(error)}); correct "tls.${part}" in the site configuration.`);
    }
  }
  return ok(material);
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error));

/** How to speak to a peer: `null` in the clear. */
export async function tlsOf(peer: Pick<DicomPeer, 'tls'>, hospital: HospitalSite): Promise<Result<TlsMaterial | null>> {
  if (peer.tls === undefined) return ok(null);
  return readTlsFiles(peer.tls === true ? (hospital.tls ?? {}) : peer.tls);
}
