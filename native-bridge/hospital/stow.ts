import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import type { HospitalSite, WebArchive } from '../../src/procedure/hospitalSite.ts';
import type { PeerPatience } from './association.ts';
import type { InstanceFile } from './instanceFile.ts';
import { PeerProblem, socketProblem } from './peerProblem.ts';
import type { StoreOutcome } from './store.ts';
import { readTlsFiles, type TlsMaterial } from './tls.ts';

/** How to reach a DICOMweb archive. */
export interface WebAccess {
  readonly name: string;
  readonly base: string;
  readonly tls: TlsMaterial;
  readonly authorization: string | null;
  readonly patience: PeerPatience;
}

export async function webAccessTo(archive: WebArchive, hospital: HospitalSite, patience: PeerPatience): Promise<Result<WebAccess>> {
  const tls = await readTlsFiles(archive.tls ?? hospital.tls ?? {});
  if (!tls.ok) return tls;
  const authorization = await authorizationOf(archive);
  if (!authorization.ok) return authorization;
  return ok({ name: `archive ${archive.name}`, base: archive.stow.replace(/\/+$/, ''), tls: tls.value, authorization: authorization.value, patience });
}

/** One line of visible characters, as a header takes it (RFC 9110 5.5); what is no such line is told before anything is asked. */
async function authorizationOf({ name, authorizationFile }: WebArchive): Promise<Result<string | null>> {
  if (authorizationFile === undefined) return ok(null);
  const correct = `correct "authorizationFile" of archive ${name}`;
  try {
    const line = (await readFile(authorizationFile, 'utf8')).trim();
    if (/^[\x20-\x7e]{1,8192}$/.test(line)) return ok(line);
    return inputFault(`${authorizationFile} is not one line such as "Basic …" or "Bearer …"; ${correct}.`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return inputFault(`${authorizationFile} cannot be read (${code}); ${correct}.`);
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const mostAnswerBytes = 4 * 2 ** 20;

async function ask(...request: AskRequest): Promise<Answer> {
  const { status, body } = await askBytes(mostAnswerBytes, ...request);
  return { status, body: body.toString('utf8') };
}

type AskRequest = Parameters<typeof askBytes> extends [number, ...infer Request] ? Request : never;

/** One request with a streamed body; an answer of more than `mostBytes` is a problem. Throws `PeerProblem`. */
export async function askBytes(
  mostBytes: number,
  access: WebAccess,
  method: 'GET' | 'POST',
  path: string,
  headers: Readonly<Record<string, string | number>>,
  body: AsyncIterable<Uint8Array> | null,
  signal?: AbortSignal,
): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }> {
  const url = new URL(`${access.base}${path}`);
  const secure = url.protocol === 'https:';
  const all = { accept: 'application/dicom+json', ...headers, ...(access.authorization !== null && { authorization: access.authorization }) };
  const options = { method, headers: all, ...(secure && { minVersion: 'TLSv1.2' as const, ...access.tls }), ...(signal && { signal }) };
  const request = (secure ? requestHttps : requestHttp)(url, options);
  request.setTimeout(access.patience.responseMs, () => request.destroy(new PeerProblem(`did not respond within ${access.patience.responseMs / 1000} s`)));
  const responded = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
  });
  try {
    // An archive may refuse before it has read everything: its answer counts then, not the broken pipe.
    if (body === null) request.end();
    const sent = body === null ? responded : pipeline(body, request).catch((error: unknown) => Promise.race([responded, refusedBy(error)]));
    const response = await Promise.race([responded, sent.then(() => responded)]);
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of response as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > mostBytes) throw new PeerProblem('sent an answer without end');
      parts.push(part);
    }
    return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) };
  } catch (error) {
    throw socketProblem(error, secure);
  }
}

/** An answer that is already on its way wins over the error of writing. */
async function refusedBy(error: unknown): Promise<never> {
  await sleep(500);
  throw error;
}

export async function asResult<T>(access: WebAccess, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work());
  } catch (error) {
    if (!(error instanceof PeerProblem)) throw error;
    const { name, base } = access;
    return failedFault(signal?.aborted ? `Sending to ${name} was stopped.` : `${name.slice(0, 1).toUpperCase()}${name.slice(1)} (${base}) ${error.message}.`);
  }
}

const boundary = 'pedicle-part-of-a-dicom-object';

async function* multipart(instance: InstanceFile): AsyncGenerator<Uint8Array> {
  yield Buffer.from(partHead);
  yield* createReadStream(instance.path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Uint8Array>;
  yield Buffer.from(partEnd);
}
const partHead = `--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`;
const partEnd = `\r\n--${boundary}--\r\n`;

/**
 * STOW-RS, one request an instance, streamed from its file. Fails when the archive does; an instance that is refused is an
 * outcome.
 */
export function stowInstances(access: WebAccess, instances: readonly InstanceFile[], onOutcome: StoreOutcome, signal?: AbortSignal): Promise<Result<void>> {
  return asResult(access, signal, async () => {
    for (const instance of instances) {
      const headers = {
        'content-type': `multipart/related; type="application/dicom"; boundary=${boundary}`,
        'content-length': partHead.length + instance.bytes + partEnd.length,
      };
      const { status, body } = await ask(access, 'POST', '/studies', headers, multipart(instance), signal);
      await onOutcome(instance, outcomeOf(status, body));
    }
  });
}

/** PS3.18 table 10.5.3-1. Throws for what is not about the instance. */
function outcomeOf(status: number, body: string): string | null {
  if (status === 200 || (status === 202 && !body.includes('00081198'))) return null;
  if (status === 202 || status === 409) return `the archive refused the object (${reasonIn(body) ?? `HTTP ${status}`})`;
  if (status === 415) return 'the archive does not take this kind of object (HTTP 415)';
  throw statusProblem(status);
}

export function statusProblem(status: number): PeerProblem {
  if (status === 401 || status === 403) return new PeerProblem(`does not let us in (HTTP ${status}); check "authorizationFile" and its certificate demands`);
  if (status === 404) return new PeerProblem('has no such service (HTTP 404); check the address in "stow"');
  return new PeerProblem(`answered with HTTP ${status}; its log may say why`);
}

/** The first failure reason (0008,1197) in an answer. */
function reasonIn(body: string): string | null {
  const found = /"00081197"\s*:\s*\{[^}]*"Value"\s*:\s*\[\s*(\d+)/.exec(body);
  return found ? `reason ${Number(found[1]).toString(16).toUpperCase().padStart(4, '0')}h` : null;
}

const foundSchema = z.array(z.looseObject({ '00080018': z.looseObject({ Value: z.array(z.string()) }) }));

/** Which of these the archive says that it has (QIDO-RS): what commitment is by DIMSE, DICOMweb has no service for in most archives. */
export function confirmInstances(access: WebAccess, instances: readonly InstanceFile[], signal?: AbortSignal): Promise<Result<readonly string[]>> {
  return asResult(access, signal, async () => {
    const confirmed: string[] = [];
    for (const { sopInstance } of instances) {
      const { status, body } = await ask(access, 'GET', `/instances?SOPInstanceUID=${sopInstance}&limit=1`, {}, null, signal);
      if (status === 204) continue;
      if (status !== 200) throw statusProblem(status);
      const parsed = foundSchema.safeParse(jsonOf(body));
      if (!parsed.success) throw new PeerProblem('answered a search with what is no DICOM JSON');
      if (parsed.data.some((found) => found['00080018'].Value.includes(sopInstance))) confirmed.push(sopInstance);
    }
    return confirmed;
  });
}

export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** Whether a DICOMweb archive answers. */
export function webEcho(access: WebAccess): Promise<Result<void>> {
  return asResult(access, undefined, async () => {
    const { status } = await ask(access, 'GET', '/studies?limit=1', {}, null);
    if (status !== 200 && status !== 204) throw statusProblem(status);
  });
}
