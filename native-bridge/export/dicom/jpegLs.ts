import { createRequire } from 'node:module';
import '../../steadyWasm.ts';

/** What of the codec is used here; it has no types of its own. */
interface WasmEncoder {
  getDecodedBuffer(info: { width: number; height: number; bitsPerSample: number; componentCount: number }): Uint8Array;
  setNearLossless(nearLossless: number): void;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}
interface WasmModule {
  readonly JpegLSEncoder: new () => WasmEncoder;
}

const requireHere = createRequire(import.meta.url);
let module: Promise<WasmModule> | null = null;

/** One frame as a lossless JPEG-LS code stream (ISO/IEC 14495-1). Samples of more than 8 bits are 16 bit little endian. */
export async function encodeJpegLs(pixels: Uint8Array, columns: number, rows: number, bitsStored: number): Promise<Uint8Array> {
  const make = requireHere('@cornerstonejs/codec-charls/wasmjs') as (options: object) => Promise<WasmModule>;
  module ??= make({ print: () => undefined, printErr: () => undefined });
  const encoder = new (await module).JpegLSEncoder();
  encoder.getDecodedBuffer({ width: columns, height: rows, bitsPerSample: bitsStored, componentCount: 1 }).set(pixels);
  encoder.setNearLossless(0);
  encoder.encode();
  const coded = encoder.getEncodedBuffer().slice();
  encoder.delete();
  return coded;
}
