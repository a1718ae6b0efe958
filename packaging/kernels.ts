import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('../src/guidance/kernels/', import.meta.url));
const source = `${folder}assembly/kernels.ts`;

/** Where the compiled kernels are kept. */
export const kernelsFile = `${folder}kernelsWasm.ts`;

/** Text of `kernelsFile`, compiled from the source as it is; the same to the byte wherever it is made. Throws with the compiler's words when the source is wrong. */
export async function compiledKernels(): Promise<string> {
  let module: Uint8Array | null = null;
  const options = ['--runtime', 'stub', '--importMemory', '--noAssert', '-O3', '--enable', 'simd', '--enable', 'bulk-memory'];
  const { error, stderr } = await asc.main(['kernels.ts', '--outFile', 'kernels.wasm', ...options], {
    readFile: (name) => (name === 'kernels.ts' ? readFileSync(source, 'utf8') : null),
    writeFile(_, contents) {
      module = typeof contents === 'string' ? null : contents;
    },
    listFiles: () => [],
  });
  if (error !== null || module === null) throw new Error(`The kernels do not compile: ${stderr.toString()}`, { cause: error });
  return `/** WebAssembly of \`assembly/kernels.ts\`, in hexadecimal; made by \`npm run kernels\`. */
export const kernelsWasm =
  '${Buffer.from(module).toString('hex')}';
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(kernelsFile, await compiledKernels());
