import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { z } from 'zod';
import '../steadyWasm.ts';

/** What a code stream said of itself, and its samples as the codec left them. */
export interface CodecImage {
  readonly columns: number;
  readonly rows: number;
  readonly bits: number;
  readonly components: number;
  /** Row-major; samples of a pixel together unless `planar`; 16 bit little endian when `bits` > 8. A copy. */
  readonly bytes: Uint8Array;
  readonly planar: boolean;
  /** Whether the samples are two's complement; null when the coding does not say. */
  readonly signed: boolean | null;
}

/** The decoders that Cornerstone builds from the reference implementations, as WebAssembly. */
export type CodecName = 'charls' | 'turbo' | 'openjpeg' | 'openjph' | 'libjxl';

interface WasmDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): unknown;
  getInterleaveMode?(): number;
  readHeader?(): void;
  decode(): void;
  delete(): void;
}
type WasmModule = Readonly<Record<string, (new () => WasmDecoder) | undefined>> & { getExceptionMessage?: (pointer: number) => string };
type WasmFactory = (options: object) => Promise<WasmModule>;

const modules: Readonly<Record<CodecName, { readonly id: string; readonly decoder: string; readonly wasm?: string }>> = {
  charls: { id: '@cornerstonejs/codec-charls/decodewasmjs', decoder: 'JpegLSDecoder' },
  turbo: { id: '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs', decoder: 'JPEGDecoder' },
  openjpeg: { id: '@cornerstonejs/codec-openjpeg/decodewasmjs', decoder: 'J2KDecoder' },
  openjph: { id: '@cornerstonejs/codec-openjph/wasmjs', decoder: 'HTJ2KDecoder' },
  // Looks for its binary through fetch, which has no files in Node: it is handed over.
  libjxl: { id: '@cornerstonejs/codec-libjxl/decodewasmjs', decoder: 'JpegXLDecoder', wasm: '@cornerstonejs/codec-libjxl/decodewasm' },
};

const frameInfoSchema = z.object({
  width: z.number(),
  height: z.number(),
  bitsPerSample: z.number(),
  componentCount: z.number(),
  isSigned: z.boolean().optional(),
});
const requireHere = createRequire(import.meta.url);
const loaded = new Map<CodecName, Promise<WasmModule>>();

function load(name: CodecName): Promise<WasmModule> {
  let module = loaded.get(name);
  if (module === undefined) {
    module = instantiate(name);
    loaded.set(name, module);
  }
  return module;
}

async function instantiate(name: CodecName): Promise<WasmModule> {
  const { id, wasm } = modules[name];
  const imported = requireHere(id) as WasmFactory | { default: WasmFactory };
  const factory = typeof imported === 'function' ? imported : imported.default;
  const quiet = { print: () => {}, printErr: () => {} };
  return factory(wasm === undefined ? quiet : { ...quiet, wasmBinary: await readFile(requireHere.resolve(wasm)) });
}

/**
 * Decodes one code stream. Throws an `Error` with the codec's own words when it cannot; the codec is then loaded anew for
 * the next stream, because a trap leaves its memory in no known state.
 */
export async function decodeWith(name: CodecName, coded: Uint8Array): Promise<CodecImage> {
  const module = await load(name);
  try {
    return decodeIn(module, name, coded);
  } catch (error) {
    loaded.delete(name);
    // Emscripten throws bare pointers for C++ exceptions.
    throw typeof error === 'number' ? new Error(module.getExceptionMessage?.(error) ?? `the ${name} codec gave up`) : error;
  }
}

function decodeIn(module: WasmModule, name: CodecName, coded: Uint8Array): CodecImage {
  const Decoder = module[modules[name].decoder];
  if (Decoder === undefined) throw new Error(`codec ${name} has no decoder`);
  const decoder = new Decoder();
  decoder.getEncodedBuffer(coded.length).set(coded);
  if (name === 'openjph') decoder.readHeader?.();
  decoder.decode();
  const info = frameInfoSchema.parse(decoder.getFrameInfo());
  const image = {
    columns: info.width,
    rows: info.height,
    bits: info.bitsPerSample,
    components: info.componentCount,
    bytes: decoder.getDecodedBuffer().slice(),
    planar: name === 'charls' && info.componentCount > 1 && decoder.getInterleaveMode?.() === 0,
    // Only the JPEG 2000 family says so.
    signed: name === 'openjpeg' || name === 'openjph' ? (info.isSigned ?? null) : null,
  };
  decoder.delete();
  return image;
}
