import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type BuildInfo, buildInfoOf } from './buildInfo.ts';
import { buildAll } from './bundles.ts';
import { thirdPartyNotice } from './notices.ts';
import { programs, stagedManifestText } from './programs.ts';
import { billOfMaterials } from './sbom.ts';
import { stageNodePrograms } from './stageNode.ts';
import { copyPackages, type InstalledPackage, installedPackage, packageClosure } from './stagePackages.ts';

const rootManifest = z.object({
  version: z.string(),
  description: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()),
});

/** Of the command line's build steps, which a package does not have. */
const onlyInCheckout = ['vite', 'electron'];

export interface StageOptions {
  readonly platform: NodeJS.Platform;
  /** Without FFmpeg, whose licence is the GPL: no video capture then. */
  readonly withoutVideo: boolean;
}

export interface StagedApp {
  readonly info: BuildInfo;
  /** Everything of others that is in it, bundled or beside. */
  readonly packages: readonly InstalledPackage[];
}

/** Puts together in `out` exactly what a package holds; `out` is emptied first. */
export async function stageApp(root: string, out: string, options: StageOptions): Promise<StagedApp> {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const manifest = rootManifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const declared = { ...manifest.dependencies, ...(options.withoutVideo ? {} : manifest.optionalDependencies) };
  const known = Object.keys(declared).filter((name) => !onlyInCheckout.includes(name));
  const program = await stageNodePrograms(root, out, programs, known);
  const beside = await packageClosure(root, program.packages);
  await copyPackages(root, out, beside, options.platform);
  const bundledFolders = await buildAll(root, out);
  const bundled = (await Promise.all(bundledFolders.map(installedPackage))).filter((found) => found !== null);
  const packages = uniquePackages([...beside, ...bundled]);
  const info = buildInfoOf(root, manifest.version);
  const { version, description, license } = manifest;
  const dependencies = Object.fromEntries(
    program.packages.flatMap((name) => (beside.some((found) => found.name === name) ? [[name, declared[name] ?? '']] : [])),
  );
  await writeFile(join(out, 'package.json'), stagedManifestText({ version, description, license, dependencies }));
  await writeFile(join(out, 'build-info.json'), `${JSON.stringify(info, null, 2)}\n`);
  await writeFile(join(out, 'THIRD-PARTY-NOTICES.txt'), await thirdPartyNotice(packages));
  await writeFile(join(out, 'sbom.cdx.json'), billOfMaterials(root, packages, manifest.devDependencies.electron ?? '', info));
  await cp(join(root, 'LICENSE'), join(out, 'LICENSE'));
  return { info, packages };
}

function uniquePackages(packages: readonly InstalledPackage[]): readonly InstalledPackage[] {
  const unique = new Map(packages.map((found) => [`${found.name}@${found.version}`, found]));
  return [...unique.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}
