import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildInfoOf } from './buildInfo.ts';
import { buildShell } from './bundles.ts';
import { programs, stagedManifestText } from './programs.ts';
import { stageNodePrograms } from './stageNode.ts';

/**
 * Puts the application of a checkout together in `build/checkout` for an Electron that is installed: as in a package, but with the
 * checkout's own `node_modules` above it and the pages that are already built. Electron need not strip types that way.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'build', 'checkout');
const { version, description, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<
  'version' | 'description' | 'license',
  string
>;
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await stageNodePrograms(root, out, programs, []);
await buildShell(root, out);
await cp(join(root, 'renderer', 'dist'), join(out, 'renderer', 'dist'), { recursive: true });
await writeFile(join(out, 'package.json'), stagedManifestText({ version, description, license, dependencies: {} }));
await writeFile(join(out, 'build-info.json'), JSON.stringify(buildInfoOf(root, version)));
