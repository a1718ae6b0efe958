import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractAll, listPackage, statFile } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StagedApp, stageApp } from '../../packaging/stage.ts';
import { writeElectronStub } from './electronStub.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const node = join(root, 'node_modules', '.bin', 'node');
/** Outside of the checkout, so that nothing is found in the checkout's own node_modules. */
let folder = '';
let staged: StagedApp;
let files: readonly string[] = [];
const asar = () => join(folder, 'out', 'linux-unpacked', 'resources', 'app.asar');

function build(): void {
  const builder = join(root, 'node_modules', 'electron-builder', 'cli.js');
  const { status, stdout, stderr } = spawnSync(
    node,
    [
      builder,
      ...['--linux', 'dir', '--publish', 'never'],
      `-c.electronDist=${join(folder, 'electron')}`,
      `-c.directories.app=${join(folder, 'app')}`,
      `-c.directories.output=${join(folder, 'out')}`,
      '-c.extraResources=null',
    ],
    { cwd: root, encoding: 'utf8', timeout: 280_000 },
  );
  if (status !== 0) throw new Error(`electron-builder failed: ${stdout}${stderr}`);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-package-'));
  staged = await stageApp(root, join(folder, 'app'), { platform: 'linux', withoutVideo: true });
  await writeElectronStub(join(folder, 'electron'), '45.4.1');
  build();
  files = listPackage(asar(), { isPack: false }).map((file) => file.replaceAll('\\', '/'));
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the package', () => {
  test('has the fuses set as they must be', async () => {
    const wire = await getCurrentFuseWire(join(folder, 'out', 'linux-unpacked', 'pedicle'));
    expect(wire[FuseV1Options.RunAsNode]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.EnableCookieEncryption]).toBe(FuseState.ENABLE);
    expect(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe(FuseState.ENABLE);
    expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(FuseState.ENABLE);
    expect(wire[FuseV1Options.GrantFileProtocolExtraPrivileges]).toBe(FuseState.DISABLE);
  });

  test('holds what runs: shell, preload, bridge with its threads, pages', () => {
    for (const file of [
      '/package.json',
      '/electron/dist/main.mjs',
      '/electron/dist/preload.cjs',
      '/native-bridge/bridgeProcess.js',
      '/native-bridge/cli/main.js',
      '/native-bridge/cli/run.js',
      '/native-bridge/record/writerWorker.js',
      '/native-bridge/analysis/guidanceWorker.js',
      '/native-bridge/sources/dicomWorker.js',
      '/native-bridge/sources/dicomReceiverProcess.js',
      '/renderer/dist/index.html',
      '/node_modules/ws/package.json',
      '/THIRD-PARTY-NOTICES.txt',
      '/sbom.cdx.json',
      '/LICENSE',
    ])
      expect(files, file).toContain(file);
  });

  test('holds no sources, maps, tests, test data or tools', () => {
    const ours = files.filter((file) => !file.startsWith('/node_modules'));
    expect(files.filter((file) => /\.(ts|tsx|map)$/.test(file))).toEqual([]);
    expect(ours.filter((file) => /^\/(tests|test-data|packaging|docs|build|\.git)(\/|$)/.test(file))).toEqual([]);
    expect(
      files.filter((file) => /^\/node_modules\/(vite|vitest|electron|typescript|@biomejs|@playwright|react|@mantine|fast-check|node)(\/|$)/.test(file)),
    ).toEqual([]);
  });

  test('holds native modules as files of their own, with the package they belong to and no other', () => {
    const native = files.filter((file) => /\.(node|so|dll|dylib)$/.test(file));
    expect(native.length).toBeGreaterThan(0);
    for (const file of native) {
      const entry = statFile(asar(), file.slice(1));
      expect('unpacked' in entry && entry.unpacked, file).toBe(true);
      expect(existsSync(`${asar()}.unpacked${file}`), file).toBe(true);
    }
    const unpacked = readdirSync(`${asar()}.unpacked`, { recursive: true, encoding: 'utf8' }).filter((file) =>
      statSync(join(`${asar()}.unpacked`, file)).isFile(),
    );
    const packageOf = (file: string) => /^node_modules\/(@[^/]+\/)?[^/]+/.exec(file.replaceAll('\\', '/'))?.[0];
    const withNative = new Set(native.map((file) => packageOf(file.slice(1))));
    expect(unpacked.filter((file) => !withNative.has(packageOf(file)))).toEqual([]);
  });

  test('lists everything of others in its bill of materials and in its notice', async () => {
    const bill = JSON.parse(await readFile(join(folder, 'app', 'sbom.cdx.json'), 'utf8')) as {
      bomFormat: string;
      specVersion: string;
      components: { name: string; version: string; purl: string }[];
    };
    const notice = await readFile(join(folder, 'app', 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    expect(bill.bomFormat).toBe('CycloneDX');
    const listed = bill.components.map(({ name, version }) => `${name}@${version}`);
    expect(listed).toContain('electron@45.4.1');
    for (const { name, version } of staged.packages) {
      expect(listed).toContain(`${name}@${version}`);
      expect(notice).toContain(`${name} ${version}: `);
    }
    expect(staged.packages.map(({ name }) => name)).toEqual(expect.arrayContaining(['react', '@cornerstonejs/core', 'ws', 'zod', 'serialport']));
    expect(bill.components.every(({ purl }) => purl.startsWith('pkg:npm/'))).toBe(true);
  });
});

describe('the program in the package, on plain Node, away from the checkout', () => {
  const app = () => join(folder, 'unpacked');
  const main = () => join(app(), 'native-bridge', 'cli', 'main.js');

  beforeAll(async () => {
    await mkdir(app());
    extractAll(asar(), app());
  }, 60_000);

  test('runs a session, whose record says which commit made it and verifies', async () => {
    const record = join(folder, 'record');
    const frames = 'sim:quiet?seed=1&size=128&fps=2';
    const ran = spawnSync(node, [main(), 'run', '--frames-a', frames, '--injector', 'sim:quiet', '--out', record, '--speed', 'max', '--json'], {
      encoding: 'utf8',
      cwd: folder,
    });
    expect(ran.status, ran.stderr).toBe(0);
    const { planes } = JSON.parse(ran.stdout) as { planes: { a: { frames: number } } };
    expect(planes.a.frames).toBeGreaterThan(10);
    const { softwareVersion } = JSON.parse(await readFile(join(record, 'manifest.json'), 'utf8')) as { softwareVersion: string };
    const { version, commit, modified } = staged.info;
    expect(softwareVersion).toBe(commit === null ? version : `${version}+${commit}${modified ? '.modified' : ''}`);
    const verified = spawnSync(node, [main(), 'verify', record, '--json'], { encoding: 'utf8', cwd: folder });
    expect(JSON.parse(verified.stdout)).toMatchObject({ intact: true, closed: true });
  }, 120_000);

  test('serves the console', async () => {
    const args = [
      main(),
      'console',
      '--browser',
      '--no-open',
      '--records',
      join(folder, 'records'),
      '--frames-a',
      'sim:quiet?size=128',
      '--injector',
      'sim:quiet',
    ];
    const child: ChildProcess = spawn(node, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      let said = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      for (let i = 0; i < 600 && !said.includes('Pedicle is at'); i++) await new Promise((resolve) => setTimeout(resolve, 50));
      const [, address = ''] = /Pedicle is at (\S+)/.exec(said) ?? [];
      const opened = await fetch(address, { redirect: 'manual' });
      const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
      const page = await fetch(new URL('/', address), { headers: { cookie } });
      const html = await page.text();
      expect(html).toContain('<script type="module"');
      const [, script = ''] = /src="([^"]+\.js)"/.exec(html) ?? [];
      expect((await fetch(new URL(script, address), { headers: { cookie } })).status).toBe(200);
    } finally {
      child.kill('SIGINT');
      await once(child, 'exit');
    }
  }, 120_000);
});
