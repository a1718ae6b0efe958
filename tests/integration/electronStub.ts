import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Something that electron-builder takes for an unpacked Electron: an executable that is nothing but a fuse wire, all fuses as they
 * come from the makers. With it the whole packaging runs where the runtime cannot be fetched.
 */
export async function writeElectronStub(folder: string, version: string): Promise<void> {
  await mkdir(join(folder, 'resources'), { recursive: true });
  await mkdir(join(folder, 'locales'), { recursive: true });
  const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
  const asDelivered = '101100010';
  const wire = Buffer.concat([Buffer.from(`before${sentinel}`), Buffer.from([1, asDelivered.length]), Buffer.from(`${asDelivered}after`)]);
  await writeFile(join(folder, 'electron'), wire, { mode: 0o755 });
  await writeFile(join(folder, 'LICENSE'), 'stub\n');
  await writeFile(join(folder, 'LICENSES.chromium.html'), 'stub\n');
  await writeFile(join(folder, 'version'), version);
}
