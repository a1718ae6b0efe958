import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { type PlaneId, planeIds } from '../../src/sample/sample.ts';
import { type ByteFile, openByteFile } from './byteFile.ts';
import { hashFile } from './fileHash.ts';
import type { Finding } from './finding.ts';
import type { HeaderMetadata } from './headerText.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { hasMagic } from './mcapWalk.ts';
import { openPlaneFile, planeFileName } from './planeFile.ts';
import { readHeader } from './reader.ts';
import { verifyPlane } from './verifyPlane.ts';
import { type TelemetryVerdict, verifyTelemetry } from './verifyTelemetry.ts';

export interface Verdict {
  /** Closed, and every byte as it was written. */
  readonly intact: boolean;
  readonly closed: boolean;
  readonly findings: readonly Finding[];
  readonly samples: { readonly raw: number; readonly derived: number };
  readonly frames: Readonly<Record<PlaneId, number>>;
  readonly durationMs: number;
  /** Head of the telemetry's hash chain: the one line to note down elsewhere, so that later nobody can swap the record. */
  readonly chainHead: string;
}

const finding = (file: string, what: string): Finding => ({ file, topic: null, seq: null, what });

/**
 * Checks a record against itself: sizes and SHA-256 of its files, checksums of chunks, the hash chain, order and gaps of samples,
 * frames against the hashes that telemetry has of them. A fault only when there is no record to check.
 */
export async function verifyRecord(folder: string): Promise<Result<Verdict>> {
  const opened = await openTelemetry(folder);
  if (!opened.ok) return opened;
  const telemetry = opened.value;
  try {
    const { manifest, findings: manifestFindings } = await checkManifest(folder);
    const magic = await hasMagic(telemetry);
    const header = magic ? await readHeader(telemetry) : inputFault('it does not begin like an MCAP file');
    if (!header.ok) {
      const findings = [...manifestFindings, finding('telemetry.mcap', header.fault.message)];
      return ok({ intact: false, closed: manifest !== null, findings, samples: { raw: 0, derived: 0 }, frames: { a: 0, b: 0 }, durationMs: 0, chainHead: '' });
    }
    const verdict = await verifyTelemetry(telemetry, header.value.header, header.value.missing);
    const planes = await checkPlanes(folder, header.value, verdict, manifest, new Set(manifestFindings.map(({ file }) => file)));
    const findings = [...manifestFindings, ...verdict.findings, ...againstManifest(verdict, manifest), ...planes.findings];
    const { raw, derived, durationMs, chain } = verdict;
    return ok({
      intact: findings.length === 0,
      closed: manifest !== null,
      findings,
      samples: { raw, derived },
      frames: planes.frames,
      durationMs,
      chainHead: chain.head,
    });
  } finally {
    await telemetry.close();
  }
}

async function openTelemetry(folder: string): Promise<Result<ByteFile>> {
  try {
    return ok(await openByteFile(join(folder, 'telemetry.mcap')));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === undefined
        ? message
        : code === 'ENOENT' || code === 'ENOTDIR'
          ? 'there is no telemetry.mcap in it'
          : code === 'EACCES'
            ? 'you have no permission to read it'
            : `${code}`;
    return inputFault(`No record to verify in ${folder}: ${why}. Give the folder of one record.`);
  }
}

async function checkManifest(folder: string): Promise<{ readonly manifest: Manifest | null; readonly findings: readonly Finding[] }> {
  let text: string;
  try {
    text = await readFile(join(folder, 'manifest.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { manifest: null, findings: [finding('manifest.json', 'it is not there: the record was not closed')] };
  }
  const parsed = parseManifest(text);
  if ('problem' in parsed) return { manifest: null, findings: [finding('manifest.json', parsed.problem)] };
  const findings: Finding[] = [];
  for (const [name, expected] of Object.entries(parsed.manifest.files)) {
    const what = await fileProblem(join(folder, name), expected);
    if (what) findings.push(finding(name, what));
  }
  return { manifest: parsed.manifest, findings };
}

async function fileProblem(path: string, expected: { readonly bytes: number; readonly sha256: string }): Promise<string | null> {
  try {
    const { size } = await stat(path);
    if (size !== expected.bytes) return `it has ${size} bytes, not the ${expected.bytes} of the manifest`;
    return (await hashFile(path)) === expected.sha256 ? null : 'its bytes are not those of the manifest (SHA-256 differs)';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it is not there' : `it cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
}

function againstManifest(verdict: TelemetryVerdict, manifest: Manifest | null): readonly Finding[] {
  if (!manifest) return [];
  const findings: Finding[] = [];
  const compare = (name: string, found: number | string, expected: number | string) => {
    if (found !== expected) findings.push(finding('telemetry.mcap', `${name}: ${found}, not the ${expected} of the manifest`));
  };
  compare('raw samples', verdict.raw, manifest.samples.raw);
  compare('derived samples', verdict.derived, manifest.samples.derived);
  compare('chain links', verdict.chain.links, manifest.chain.links);
  compare('head of the chain', verdict.chain.head, manifest.chain.head);
  compare('duration in ms', verdict.durationMs, manifest.durationMs);
  return findings;
}

async function checkPlanes(folder: string, header: HeaderMetadata, telemetry: TelemetryVerdict, manifest: Manifest | null, problems: ReadonlySet<string>) {
  const findings: Finding[] = [];
  const frames: Record<PlaneId, number> = { a: 0, b: 0 };
  for (const plane of planeIds) {
    const name = planeFileName(plane);
    const bindings = telemetry.frames[plane];
    const range = manifest?.framesNotRecorded[plane] ?? null;
    const excused = (seq: number) => range !== null && range[0] <= seq && seq <= range[1];
    const file = await openPlaneFile(join(folder, name));
    if (!file) {
      const wanted = [...bindings.keys()].filter((seq) => !excused(seq)).length;
      if (wanted > 0 || manifest?.files[name]) findings.push(finding(name, `it is not there or not readable, and ${wanted} frames with it`));
      continue;
    }
    if (manifest && !manifest.files[name]) findings.push(finding(name, 'the manifest does not know it'));
    const sealed = manifest !== null && !problems.has(name);
    const verdict = await verifyPlane(plane, file, header, bindings, { excused, mayEndEarly: range !== null, sealed });
    await file.close();
    frames[plane] = verdict.frames;
    findings.push(...verdict.findings);
  }
  return { findings, frames };
}
