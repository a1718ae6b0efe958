import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Result } from '../../src/base/result.ts';
import type { PriorStudy } from '../../src/link/hospitalLink.ts';
import { PeerProblem } from './peerProblem.ts';
import { askBytes, asResult, jsonOf, statusProblem, type WebAccess } from './stow.ts';

const mostListBytes = 64 * 2 ** 20;
/** A run of an hour at its largest. */
const mostInstanceBytes = 2 ** 31 - 1;

/** DICOM JSON (PS3.18 F.2): attributes by tag, each with its values; a name's or a number's are no strings. */
const foundSchema = z.array(z.record(z.string(), z.looseObject({ Value: z.array(z.unknown()).optional() })));
type Found = z.infer<typeof foundSchema>[number];

const textsOf = (found: Found, tag: string): readonly string[] =>
  (found[tag]?.Value ?? []).flatMap((value) => (typeof value === 'string' || typeof value === 'number' ? [String(value)] : []));
const textOf = (found: Found, tag: string): string => textsOf(found, tag)[0] ?? '';
const isUid = (text: string): boolean => /^[0-9.]{1,64}$/.test(text);

async function search(access: WebAccess, path: string): Promise<readonly Found[]> {
  const { status, body } = await askBytes(mostListBytes, access, 'GET', path, {}, null);
  if (status === 204) return [];
  if (status !== 200) throw statusProblem(status);
  const parsed = foundSchema.safeParse(jsonOf(body.toString('utf8')));
  if (!parsed.success) throw new PeerProblem('answered a search with what is no DICOM JSON');
  return parsed.data;
}

/** Studies of a patient by QIDO-RS, in the archive's order; those of somebody else are left out however widely it matches. */
export function listWebPriors(access: WebAccess, patientId: string, most: number): Promise<Result<readonly PriorStudy[]>> {
  return asResult(access, undefined, async () => {
    const fields = ['00081030', '00080061', '00201208'].map((tag) => `&includefield=${tag}`).join('');
    const found = await search(access, `/studies?PatientID=${encodeURIComponent(patientId)}&limit=${most}${fields}`);
    return found.filter((study) => textOf(study, '00100020') === patientId && isUid(textOf(study, '0020000D'))).map(studyOf);
  });
}

function studyOf(found: Found): PriorStudy {
  const date = /^(\d{4})(\d\d)(\d\d)$/.exec(textOf(found, '00080020'));
  const instances = Number(textOf(found, '00201208'));
  return {
    studyInstanceUid: textOf(found, '0020000D'),
    date: date ? `${date[1]}-${date[2]}-${date[3]}` : null,
    description: textOf(found, '00081030'),
    modalities: textsOf(found, '00080061'),
    instances: Number.isInteger(instances) && instances > 0 ? instances : null,
  };
}

/** Brings a study into a folder by WADO-RS, one file an instance, each whole when it is there; gives how many came. */
export function fetchWebStudy(access: WebAccess, study: string, folder: string): Promise<Result<number>> {
  return asResult(access, undefined, async () => {
    const found = await search(access, `/studies/${study}/instances?includefield=0020000E`);
    const instances = found
      .map((instance) => ({ series: textOf(instance, '0020000E'), sop: textOf(instance, '00080018') }))
      .filter(({ series, sop }) => isUid(series) && isUid(sop));
    if (instances.length === 0) throw new PeerProblem('has no images of this study any more');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const { series, sop } of instances) {
      const object = await retrieve(access, `/studies/${study}/series/${series}/instances/${sop}`);
      const path = join(folder, `${sop}.dcm`);
      await writeFile(`${path}.part`, object, { mode: 0o600 });
      await rename(`${path}.part`, path);
    }
    return instances.length;
  });
}

async function retrieve(access: WebAccess, path: string): Promise<Uint8Array> {
  const accept = 'multipart/related; type="application/dicom"; transfer-syntax=*';
  const { status, headers, body } = await askBytes(mostInstanceBytes, access, 'GET', path, { accept }, null);
  if (status !== 200) throw statusProblem(status);
  const object = onlyPart(headers['content-type'] ?? '', body);
  if (object === null) throw new PeerProblem('answered with something else than one DICOM object');
  return object;
}

/** The one part of a multipart answer (RFC 2046 5.1.1); null when it is none, or cut short. */
export function onlyPart(contentType: string, body: Uint8Array): Uint8Array | null {
  const named = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (named === undefined) return null;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const first = bytes.indexOf(`--${named}\r\n`);
  const headEnd = bytes.indexOf('\r\n\r\n', Math.max(0, first));
  if (first < 0 || headEnd < 0) return null;
  const end = bytes.lastIndexOf(`\r\n--${named}`);
  return end < headEnd + 4 ? null : bytes.subarray(headEnd + 4, end);
}
