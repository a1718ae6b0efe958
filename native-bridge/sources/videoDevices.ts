import { readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { failedFault, ok, type Result } from '../../src/base/result.ts';
import type { VideoSourceInfo } from '../../src/link/desk.ts';
import { listVideoDevices } from './videoLibrary.ts';

/** A device as FFmpeg's listing names it. */
export interface ListedDevice {
  readonly name: string;
  readonly description: string;
}

const byIdFolder = '/dev/v4l/by-id';
const screensFolder = '/tmp/.X11-unix';

/**
 * The address of a device for `video:`. `stablePaths` gives, by the name of a node (`video0`), a path that stays the device's own
 * when devices are plugged in another order.
 */
export function sourceOfDevice({ name, description }: ListedDevice, platform: NodeJS.Platform, stablePaths: ReadonlyMap<string, string>): VideoSourceInfo {
  const said = description === '' ? name : description;
  if (platform === 'win32') return { uri: `video:dshow:${said}`, name: said };
  if (platform === 'darwin') return { uri: `video:avfoundation:${said}`, name: said };
  return { uri: `video:${stablePaths.get(basename(name)) ?? name}`, name: said };
}

/** `/dev/v4l/by-id`: links to the nodes, of which `…-index0` is the one that gives pictures. */
async function stableNames(): Promise<ReadonlyMap<string, string>> {
  const links = await readdir(byIdFolder).catch(() => []);
  const paths = links.filter((link) => link.endsWith('-index0')).map((link) => join(byIdFolder, link));
  return new Map(await Promise.all(paths.map(async (path) => [basename(await readlink(path)), path] as const)));
}

/** Screens that can be captured: the displays of this machine's X servers, or the one screen of other systems. */
async function listScreens(platform: NodeJS.Platform): Promise<readonly VideoSourceInfo[]> {
  if (platform === 'win32' || platform === 'darwin') return [{ uri: 'video:screen:0', name: 'Screen' }];
  const sockets = await readdir(screensFolder).catch(() => []);
  return sockets.flatMap((socket) => {
    const number = /^X(\d+)$/.exec(socket)?.[1];
    return number === undefined ? [] : [{ uri: `video:screen:0?display=:${number}`, name: `Screen of display :${number}` }];
  });
}

/** Lists them on this thread: half a second for FFmpeg to be loaded. */
export async function listVideoSourcesHere(): Promise<Result<readonly VideoSourceInfo[]>> {
  const devices = await listVideoDevices();
  if (!devices.ok) return devices;
  const stable = await stableNames();
  return ok([...devices.value.map((device) => sourceOfDevice(device, process.platform, stable)), ...(await listScreens(process.platform))]);
}

/**
 * Cameras, grabbers and screens of this machine as addresses. On a thread of its own: loading FFmpeg takes half a second, which
 * a running procedure must not notice.
 */
export function listVideoSources(): Promise<Result<readonly VideoSourceInfo[]>> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./videoDevicesWorker.ts', import.meta.url));
    worker.once('message', (listed: Result<readonly VideoSourceInfo[]>) => resolve(listed));
    worker.once('error', (error) => resolve(failedFault(`The video devices cannot be listed (${error instanceof Error ? error.message : String(error)}).`)));
    worker.once('exit', () => resolve(failedFault('The video devices cannot be listed: look again.')));
  });
}
