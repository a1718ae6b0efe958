import { parentPort } from 'node:worker_threads';
import type { Fault } from '../../src/base/result.ts';
import { type DecodedFrame, type LumaPalette, writeUnsigned } from '../../src/dicom/storedValues.ts';
import { type CodedFrame, decodeFrame } from './dicomDecode.ts';
import { frameMemory } from './frameMemory.ts';

/** What the decoding thread is asked for. */
export interface DecodeJob {
  readonly id: number;
  readonly frame: CodedFrame;
  readonly palette: LumaPalette | null;
  /** `unsigned`: frames as the program works with them; `cells`: as stored, for checksums. */
  readonly want: 'unsigned' | 'cells';
}

export type DecodeReply =
  | { readonly id: number; readonly ok: true; readonly pixels: Uint8Array | Uint16Array | Uint32Array; readonly samplesPerPixel: number }
  | { readonly id: number; readonly ok: false; readonly fault: Fault };

/** Unsigned stored values in memory that threads share; 8 bit for colour and for pixels of up to 8 bits. */
function shared(decoded: DecodedFrame, job: DecodeJob): Uint8Array | Uint16Array {
  const { image } = job.frame;
  const pixels = image.rows * image.columns;
  const narrow = decoded.samplesPerPixel > 1 || job.palette !== null || image.bitsAllocated <= 8;
  const out = narrow ? new Uint8Array(frameMemory(pixels)) : new Uint16Array(frameMemory(pixels * 2));
  writeUnsigned(decoded, image, job.palette, out);
  return out;
}

async function answer(job: DecodeJob): Promise<DecodeReply> {
  const decoded = await decodeFrame(job.frame);
  if (!decoded.ok) return { id: job.id, ok: false, fault: decoded.fault };
  const pixels = job.want === 'cells' ? decoded.value.cells : shared(decoded.value, job);
  return { id: job.id, ok: true, pixels, samplesPerPixel: decoded.value.samplesPerPixel };
}

const port = parentPort;
if (port === null) throw new Error('dicomWorker.ts runs as a worker thread only');
port.on('message', async (job: DecodeJob) => port.postMessage(await answer(job)));
