import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstalledPackage } from './stagePackages.ts';

const licenceFile = /^(licen[cs]e|copying|notice)/i;

async function licenceText({ folder }: InstalledPackage): Promise<string | null> {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile() && licenceFile.test(entry.name)).map(({ name }) => name);
  const texts = await Promise.all(names.sort().map((name) => readFile(join(folder, name), 'utf8')));
  return texts.length === 0 ? null : texts.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n');
}

const ffmpegNote = `Video capture comes with FFmpeg, built with parts under the GNU General Public License. Whoever passes on a
package that holds it passes it on under that licence's terms. "npm run package -- --without-video" makes one without it.`;

/** The third-party notice: every package that is shipped, its licence, and each distinct licence text once. */
export async function thirdPartyNotice(packages: readonly InstalledPackage[]): Promise<string> {
  const texts = new Map<string, { readonly text: string; readonly of: string[] }>();
  const lines: string[] = [];
  for (const shipped of packages) {
    const title = `${shipped.name} ${shipped.version}`;
    lines.push(`${title}: ${shipped.license}`);
    const text = await licenceText(shipped);
    if (text === null) continue;
    const key = createHash('sha256').update(text).digest('hex');
    const same = texts.get(key) ?? { text, of: [] };
    same.of.push(title);
    texts.set(key, same);
  }
  const video = packages.some(({ name }) => name === 'node-av') ? `${ffmpegNote}\n\n` : '';
  const full = [...texts.values()].map(({ text, of }) => `${'='.repeat(80)}\n${of.join(', ')}\n\n${text}\n`);
  return `Pedicle contains the following software of others. Electron brings its own notices (LICENSES.chromium.html).\n\n${video}${lines.join('\n')}\n\n${full.join('\n')}`;
}
