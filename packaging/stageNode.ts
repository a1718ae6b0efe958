import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

/** A relative import, worker or command file in the sources, always written with its `.ts` ending. */
const sourceReference = /(['"])(\.{1,2}\/[^'"\n]*)\.ts\1/g;
const stringLiteral = /'([^'\n]+)'/g;

/** What was staged of one or more programs. */
export interface StagedProgram {
  /** Paths from the root, as they are in the package: `native-bridge/bridge.js`. */
  readonly files: readonly string[];
  /** Names of the packages that these files take at run time. */
  readonly packages: readonly string[];
}

async function mustExist(path: string, askedBy: string): Promise<void> {
  try {
    await stat(path);
  } catch {
    throw new Error(`${askedBy} refers to ${path}, which does not exist`);
  }
}

/**
 * Writes the programs that start at `entries` (paths from `root`) into `out`: every source file that can be reached, with its types
 * stripped exactly as Node strips them in a checkout, so that lines and columns stay, and `.ts` endings turned into `.js`. Nothing
 * is bundled: workers, codecs and native modules are found by the same relative paths as in a checkout.
 */
export async function stageNodePrograms(root: string, out: string, entries: readonly string[], knownPackages: readonly string[]): Promise<StagedProgram> {
  const waiting = entries.map((entry) => resolve(root, entry));
  const seen = new Set(waiting);
  const packages = new Set<string>();
  const files: string[] = [];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const code = stripTypeScriptTypes(await readFile(path, 'utf8'), { mode: 'strip' });
    for (const [, , reference] of code.matchAll(sourceReference)) {
      const target = resolve(dirname(path), `${reference}.ts`);
      if (seen.has(target)) continue;
      await mustExist(target, path);
      seen.add(target);
      waiting.push(target);
    }
    for (const [, text = ''] of code.matchAll(stringLiteral)) {
      const named = knownPackages.find((name) => text === name || text.startsWith(`${name}/`));
      if (named !== undefined) packages.add(named);
    }
    const file = relative(root, path).replace(/\.ts$/, '.js').replaceAll('\\', '/');
    await mkdir(dirname(join(out, file)), { recursive: true });
    await writeFile(join(out, file), code.replace(sourceReference, '$1$2.js$1'));
    files.push(file);
  }
  return { files: files.sort(), packages: [...packages].sort() };
}
