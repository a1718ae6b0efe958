import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openEarly } from '../../native-bridge/session/openEarly.ts';

const root = new URL('../..', import.meta.url);
const node = fileURLToPath(new URL('node_modules/.bin/node', root));

/** Addresses of every module that is loaded with this one, before anything in it is called. */
async function loadedWith(module: string): Promise<readonly string[]> {
  const program = `
    const { registerHooks } = await import('node:module');
    const seen = new Set();
    registerHooks({ resolve: (specifier, context, next) => { const found = next(specifier, context); seen.add(found.url); return found; } });
    await import(${JSON.stringify(new URL(module, root).href)});
    process.stdout.write(JSON.stringify([...seen]));
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(node, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program], {
    maxBuffer: 1 << 24,
  });
  return JSON.parse(stdout) as readonly string[];
}

test('a console loads no library before it listens that only some sessions need', async () => {
  const modules = await loadedWith('native-bridge/bridge.ts');
  const packages = new Set(modules.map((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]).filter((name) => name !== undefined));
  expect([...packages].sort()).toEqual(
    ['@foxglove/crc', '@mcap/core', '@polka/url', 'heap-js', 'long', 'mrmime', 'protobufjs', 'sirv', 'totalist', 'ws', 'zod'].filter((name) =>
      packages.has(name),
    ),
  );
  expect(modules.filter((url) => url.includes('/protobufjs/')).length).toBeLessThan(20);
  expect(modules.filter((url) => !url.includes('node_modules')).length).toBeLessThan(300);
});

test('only a wholly simulated session is opened before the console is loaded: nothing else can be left half open', async () => {
  const simulated = { framesA: 'sim:no-such-story', framesB: null, injector: 'none:', planFile: null, scriptFile: null, speed: 1 } as const;
  expect((await openEarly(simulated))?.ok).toBe(false);
  expect(openEarly({ ...simulated, injector: 'serial:/dev/ttyUSB0' })).toBeUndefined();
  expect(openEarly({ ...simulated, framesB: 'dicom:somewhere' })).toBeUndefined();
});
