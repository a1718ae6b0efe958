import { createHash } from 'node:crypto';
import type { PlaneId } from '../../src/sample/sample.ts';
import type { ByteFile } from './byteFile.ts';
import { chainStart, parseLink } from './chain.ts';
import type { Finding } from './finding.ts';
import { mcapMagic, opcodes } from './mcapFormat.ts';
import { contentOf, type FileRecord, isCut, type LoadedChunk, parseChunk, recordAt } from './mcapWalk.ts';
import type { RecordHeader } from './record.ts';
import { frameAttributesSchema, telemetrySchemas } from './schemas.ts';
import { type TelemetryMessage, telemetryMessage } from './telemetry.ts';
import { sessionMsOf } from './time.ts';
import { summaryProblem } from './verifySummary.ts';
import type { SeqRange } from './writerProtocol.ts';

/** What telemetry says of a frame: enough to tell whether the plane's file holds that very frame. */
export interface FrameBinding {
  readonly logTimeNs: bigint;
  readonly pixelsSha256: string;
  /** Of the attributes' text, which stands in both files. */
  readonly attributesSha256: string;
}

export interface TelemetryVerdict {
  readonly findings: readonly Finding[];
  readonly frames: Readonly<Record<PlaneId, ReadonlyMap<number, FrameBinding>>>;
  readonly raw: number;
  readonly derived: number;
  readonly durationMs: number;
  readonly chain: { readonly links: number; readonly head: string };
}

const file = 'telemetry.mcap';

/** Checks every byte of telemetry that a chain link covers, each chunk's checksum, each sample's shape, and their order. */
export async function verifyTelemetry(bytes: ByteFile, header: RecordHeader, missing: readonly SeqRange[] | null): Promise<TelemetryVerdict> {
  const findings: Finding[] = [];
  const find = (what: string, topic: string | null = null, seq: number | null = null) => findings.push({ file, topic, seq, what });
  const order = startOrderCheck(header, missing, find);
  const chain = startChainCheck(find);
  chain.cover(await bytes.read(0, mcapMagic.length));
  for (let offset = mcapMagic.length; ; ) {
    const record = await recordAt(bytes, offset);
    if (isCut(record)) {
      find(`it ends at byte ${record.offset} of ${bytes.size}: ${record.why}`);
      break;
    }
    if (record.opcode === opcodes.dataEnd) {
      const problem = await summaryProblem(bytes, record);
      if (problem) find(problem);
      break;
    }
    if (record.opcode === opcodes.chainLink) await chain.link(bytes, record);
    else {
      chain.cover(await bytes.read(record.offset, record.end - record.offset));
      if (record.opcode === opcodes.chunk) order.chunk(parseChunk(await contentOf(bytes, record)), record);
    }
    offset = record.end;
  }
  chain.end();
  return { findings, ...order.verdict(), chain: chain.verdict() };
}

type Find = (what: string, topic?: string | null, seq?: number | null) => void;

function startChainCheck(find: Find) {
  let previous: Uint8Array = chainStart;
  let hash = createHash('sha256').update(previous);
  let links = 0;
  let openBytes = 0;
  return {
    cover(part: Uint8Array): void {
      hash.update(part);
      openBytes += part.length;
    },
    async link(bytes: ByteFile, record: FileRecord): Promise<void> {
      const link = parseLink(await contentOf(bytes, record));
      const computed = hash.digest();
      if (!link) find(`the chain link at byte ${record.offset} is damaged`);
      else if (link.index !== links || Buffer.compare(link.previous, previous) !== 0)
        find(`the chain is broken at byte ${record.offset}: what stood before this link is gone or was replaced`);
      else if (Buffer.compare(link.hash, computed) !== 0) find(`what stands before chain link ${links} (byte ${record.offset}) was changed`);
      // Go on from what the link says, so that one change is one finding.
      previous = link?.hash ?? computed;
      links++;
      hash = createHash('sha256').update(previous);
      hash.update(await bytes.read(record.offset, record.end - record.offset));
      openBytes = 0;
    },
    end(): void {
      if (openBytes > 0 && links > 0) find(`${openBytes} bytes after the last chain link are covered by none`);
    },
    verdict: () => ({ links, head: Buffer.from(previous).toString('hex') }),
  };
}

function startOrderCheck(header: RecordHeader, missing: readonly SeqRange[] | null, find: Find) {
  const frames: Record<PlaneId, Map<number, FrameBinding>> = { a: new Map(), b: new Map() };
  let lastRaw = -1;
  let lastTimeNs = 0n;
  let raw = 0;
  let derived = 0;
  let durationMs = 0;

  const rawOrder = ({ topic, seq, logTimeNs }: TelemetryMessage) => {
    if (seq <= lastRaw) find(`number ${seq} stands after ${lastRaw}: samples were repeated or reordered`, topic, seq);
    else if (seq > lastRaw + 1 && !declared(missing, lastRaw + 1, seq - 1)) find(`samples ${lastRaw + 1} to ${seq - 1} are missing before it`, topic, seq);
    if (logTimeNs < lastTimeNs) find('its time is before that of the sample before it', topic, seq);
    lastRaw = Math.max(lastRaw, seq);
    lastTimeNs = logTimeNs;
    durationMs = sessionMsOf(header, logTimeNs);
    raw++;
  };

  const message = (sample: TelemetryMessage) => {
    const { topic, seq } = sample;
    if (sample.raw) rawOrder(sample);
    else {
      derived++;
      if (seq > lastRaw && !declared(missing, seq, seq)) find('it is derived from a sample that is not there', topic, seq);
    }
    const problem = shapeProblem(sample);
    if (problem) find(problem, topic, seq);
    else if (sample.plane) frames[sample.plane].set(seq, bindingOf(sample));
  };

  return {
    chunk(chunk: LoadedChunk | string, { offset }: FileRecord): void {
      if (typeof chunk === 'string') find(`${chunk} (byte ${offset})`);
      else
        for (const item of chunk.messages) {
          const known = telemetryMessage(item);
          if (known) message(known);
        }
    },
    verdict: () => ({ frames, raw, derived, durationMs }),
  };
}

function declared(missing: readonly SeqRange[] | null, from: number, to: number): boolean {
  return missing?.some(([first, last]) => first <= from && to <= last) ?? false;
}

function shapeProblem({ topic, data }: TelemetryMessage): string | null {
  const json = jsonOf(data);
  const parsed = telemetrySchemas[topic].safeParse(json);
  if (parsed.success) return null;
  const issue = parsed.error.issues[0];
  return `its data is not as it must be (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''})`;
}

function bindingOf({ logTimeNs, data }: TelemetryMessage): FrameBinding {
  const { pixels } = frameAttributesSchema.parse(jsonOf(data));
  return { logTimeNs, pixelsSha256: pixels.sha256, attributesSha256: sha256Of(data) };
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function jsonOf(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}
