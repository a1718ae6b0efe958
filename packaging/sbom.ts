import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import type { BuildInfo } from './buildInfo.ts';
import type { InstalledPackage } from './stagePackages.ts';

const componentSchema = z.looseObject({ 'bom-ref': z.string(), name: z.string(), version: z.string() });
const bomSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  serialNumber: z.string().optional(),
  metadata: z.looseObject({ timestamp: z.string().optional() }),
  components: z.array(componentSchema),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })),
});

/**
 * The bill of materials (CycloneDX, JSON) that npm makes of the locked dependencies, cut down to what is shipped, with Electron
 * added. Without serial number and with the commit's time, so that one commit has one bill.
 */
export function billOfMaterials(root: string, packages: readonly InstalledPackage[], electronVersion: string, info: BuildInfo): string {
  // The build of the pages sets NODE_ENV to production, with which npm leaves out what development shares with the product.
  const { NODE_ENV: _mode, ...environment } = process.env;
  const npm = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
    cwd: root,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) throw new Error(`npm sbom failed: ${npm.stderr.trim().split('\n')[0] ?? npm.error?.message ?? ''}`);
  const { serialNumber: _, ...bom } = bomSchema.parse(JSON.parse(npm.stdout));
  const shipped = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  const components = bom.components.filter(({ name, version }) => shipped.has(`${name}@${version}`));
  const missing = packages.filter(({ name, version }) => !components.some((component) => component.name === name && component.version === version));
  if (missing.length > 0) throw new Error(`the bill of materials lacks ${missing.map(({ name }) => name).join(', ')}: run "npm ci"`);
  const electron = {
    'bom-ref': `electron@${electronVersion}`,
    type: 'framework',
    name: 'electron',
    version: electronVersion,
    purl: `pkg:npm/electron@${electronVersion}`,
  };
  const kept = new Set([...components.map((component) => component['bom-ref']), electron['bom-ref']]);
  const dependencies = bom.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((on) => kept.has(on)) }));
  const { timestamp: __, ...metadata } = bom.metadata;
  const timestamp = info.commitTimeS === null ? {} : { timestamp: new Date(info.commitTimeS * 1000).toISOString() };
  return `${JSON.stringify({ ...bom, metadata: { ...timestamp, ...metadata }, components: [...components, electron], dependencies }, null, 1)}\n`;
}
