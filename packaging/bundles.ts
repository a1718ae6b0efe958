import { join, relative, sep } from 'node:path';
import { build, type Plugin } from 'vite';

const packageFolder = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** Notes the folder of every package of which a module goes into a bundle. */
function noteBundled(folders: Set<string>): Plugin {
  return {
    name: 'note-bundled-packages',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const id of Object.keys(chunk.modules)) {
          const [, folder] = packageFolder.exec(id.replaceAll('\\', '/').replace(/^\0/, '')) ?? [];
          if (folder !== undefined) folders.add(folder.split('/').join(sep));
        }
      }
    },
  };
}

interface Part {
  readonly config: string;
  readonly to: string;
}
const shell: readonly Part[] = [
  { config: 'electron/vite.config.ts', to: 'electron/dist' },
  { config: 'electron/preload.vite.config.ts', to: 'electron/dist' },
];
const pages: Part = { config: 'vite.config.ts', to: 'renderer/dist' };

async function bundle(root: string, out: string, parts: readonly Part[]): Promise<readonly string[]> {
  const folders = new Set<string>();
  for (const { config, to } of parts) {
    await build({
      configFile: join(root, config),
      logLevel: 'error',
      build: { outDir: join(out, to), emptyOutDir: false },
      plugins: [noteBundled(folders)],
      worker: { plugins: () => [noteBundled(folders)] },
    });
  }
  return [...folders].filter((folder) => !relative(root, folder).startsWith('..'));
}

/** Builds the shell's main process and preload into `out`. */
export const buildShell = (root: string, out: string): Promise<readonly string[]> => bundle(root, out, shell);

/** Builds shell and pages into `out`; resolves with the folders of the packages that went into them. */
export const buildAll = (root: string, out: string): Promise<readonly string[]> => bundle(root, out, [pages, ...shell]);
