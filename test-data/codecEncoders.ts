import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A picture to be encoded: samples of a pixel together. */
export interface EncoderInput {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned: boolean;
  readonly samples: Uint8Array | Uint16Array | Int16Array;
}

interface Encoder {
  getDecodedBuffer(info: object): Uint8Array;
  getEncodedBuffer(): Uint8Array;
  encode(): void;
  setNearLossless?(error: number): void;
  setInterleaveMode?(mode: number): void;
  setDecompositions?(levels: number): void;
  setQuality?(reversible: boolean, step: number): void;
  setLossless?(lossless: boolean): void;
  delete(): void;
}

const requireHere = createRequire(import.meta.url);
const encoders = {
  'jpeg-ls': { id: '@cornerstonejs/codec-charls', name: 'JpegLSEncoder', wasm: null },
  htj2k: { id: '@cornerstonejs/codec-openjph/wasmjs', name: 'HTJ2KEncoder', wasm: null },
  'jpeg-2000': { id: '@cornerstonejs/codec-openjpeg', name: 'J2KEncoder', wasm: null },
  'jpeg-xl': { id: '@cornerstonejs/codec-libjxl/encodewasmjs', name: 'JpegXLEncoder', wasm: '@cornerstonejs/codec-libjxl/encodewasm' },
} as const;

export type EncodableCoding = keyof typeof encoders;

/** Encodes losslessly with the encoder that comes beside the decoder of that coding. */
export async function encodeLosslessly(coding: EncodableCoding, input: EncoderInput): Promise<Uint8Array> {
  const { id, name, wasm } = encoders[coding];
  const imported = requireHere(id) as { default?: unknown };
  const factory = (imported.default ?? imported) as (options: object) => Promise<Record<string, new () => Encoder>>;
  const quiet = { print: () => {}, printErr: () => {} };
  const module = await factory(wasm === null ? quiet : { ...quiet, wasmBinary: readFileSync(requireHere.resolve(wasm)) });
  const Encoder = module[name];
  if (Encoder === undefined) throw new Error(`${id} has no ${name}`);
  const encoder = new Encoder();
  const { samples, ...info } = input;
  encoder
    .getDecodedBuffer({ ...info, isUsingColorTransform: input.componentCount === 3 })
    .set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  encoder.setNearLossless?.(0);
  // Samples of a pixel together.
  if (input.componentCount === 3) encoder.setInterleaveMode?.(2);
  encoder.setDecompositions?.(2);
  encoder.setLossless?.(true);
  if (coding === 'htj2k' || coding === 'jpeg-2000') encoder.setQuality?.(true, 0);
  encoder.encode();
  const coded = encoder.getEncodedBuffer().slice();
  encoder.delete();
  return coded;
}
