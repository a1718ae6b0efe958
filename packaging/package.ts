import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stageApp } from './stage.ts';

/**
 * `npm run package [-- --without-video] [-- electron-builder's own arguments]`: puts the application together in `build/app` and
 * hands it to electron-builder, which makes the installers of this system in `build/packages`.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const withoutVideo = '--without-video';
const rest = process.argv.slice(2).filter((argument) => argument !== withoutVideo);
process.stdout.write('Putting the application together …\n');
const { info, packages } = await stageApp(root, join(root, 'build', 'app'), { platform: process.platform, withoutVideo: process.argv.includes(withoutVideo) });
process.stdout.write(
  `Pedicle ${info.version}, commit ${info.commit ?? 'unknown'}${info.modified ? ' with changes' : ''}, with ${packages.length} packages of others.\n`,
);
const environment = { ...process.env, ...(info.commitTimeS === null ? {} : { SOURCE_DATE_EPOCH: String(info.commitTimeS) }) };
const builder = join(root, 'node_modules', 'electron-builder', 'cli.js');
const { status } = spawnSync(process.execPath, [builder, '--publish', 'never', ...rest], { cwd: root, stdio: 'inherit', env: environment });
process.exitCode = status ?? 1;
