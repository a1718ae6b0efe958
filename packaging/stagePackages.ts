import { cp, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';

const dependencies = z.record(z.string(), z.string()).default({});
const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)]).default('see its licence text'),
  dependencies,
  optionalDependencies: dependencies,
});

/** An npm package as it is installed. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly folder: string;
}

/** What a package says of itself; `null` when there is none at `folder`. */
export async function installedPackage(
  folder: string,
): Promise<(InstalledPackage & { readonly needs: readonly string[]; readonly mayUse: readonly string[] }) | null> {
  let text: string;
  try {
    text = await readFile(join(folder, 'package.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const { name, version, license, dependencies: needs, optionalDependencies } = manifestSchema.parse(JSON.parse(text));
  return { name, version, license, folder, needs: Object.keys(needs), mayUse: Object.keys(optionalDependencies) };
}

/** As Node looks for a package: in the nearest `node_modules` at or above `from`. */
async function findPackage(name: string, from: string, root: string): ReturnType<typeof installedPackage> {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = basename(folder) === 'node_modules' ? null : await installedPackage(join(folder, 'node_modules', name));
    if (found) return found;
    if (folder === root || folder === dirname(folder)) return null;
  }
}

/** `names` and everything that they need, each once a folder. Optional packages that are not installed on this system are left out. */
export async function packageClosure(root: string, names: readonly string[]): Promise<readonly InstalledPackage[]> {
  const found = new Map<string, InstalledPackage>();
  const waiting = names.map((name) => ({ name, from: root, optional: true }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const installed = await findPackage(next.name, next.from, root);
    if (installed === null) {
      if (next.optional) continue;
      throw new Error(`${next.name}, which ${next.from} needs, is not installed: run "npm ci"`);
    }
    if (found.has(installed.folder)) continue;
    const { needs, mayUse, ...kept } = installed;
    found.set(installed.folder, kept);
    const optional = new Set(mayUse);
    for (const name of new Set([...needs, ...mayUse])) waiting.push({ name, from: installed.folder, optional: optional.has(name) });
  }
  return [...found.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** Sources, maps, tests and documents of packages: what no program reads. Licences stay. */
const leftOut =
  /(\.(ts|mts|cts|map|md|markdown|flow|tsbuildinfo|gyp|gypi|cc|cpp|h|hpp|c)$)|((^|\/)(\.github|\.vscode|test|tests|__tests__|example|examples|coverage)(\/|$))/;
const licenceName = /^(licen[cs]e|copying|notice|copyright)/i;

/** Prebuilt binaries stand in one folder a system. */
const foreignPrebuild = (path: string, platform: NodeJS.Platform): boolean => {
  const [, system] = /(?:^|\/)prebuilds\/([a-z0-9]+)-/.exec(path) ?? [];
  return system !== undefined && system !== platform;
};

/** Copies packages into `out` at the same places under `node_modules`. */
export async function copyPackages(root: string, out: string, packages: readonly InstalledPackage[], platform: NodeJS.Platform): Promise<void> {
  for (const { folder } of packages) {
    await cp(folder, join(out, relative(root, folder)), {
      recursive: true,
      filter(source) {
        const inside = relative(folder, source).split(sep).join('/');
        if (inside === 'node_modules' || inside.startsWith('node_modules/')) return false;
        if (licenceName.test(basename(inside))) return true;
        return !leftOut.test(inside) && !foreignPrebuild(inside, platform);
      },
    });
  }
}
