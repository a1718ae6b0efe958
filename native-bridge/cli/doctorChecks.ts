import { existsSync } from 'node:fs';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { LineFormat } from '../../src/injector/lineFormat.ts';
import { listSerialPorts, type SerialPortDescription } from '../sources/serialPort.ts';
import { type PortProbe, probePort } from '../sources/serialProbe.ts';
import { listVideoSourcesHere } from '../sources/videoDevices.ts';
import { describeVideoLibrary } from '../sources/videoLibrary.ts';
import { installedElectron } from './electronRuntime.ts';

/** One thing that was looked at. `bad`: a procedure should not be run like this; `lacking`: something will be missing. */
export interface DoctorCheck {
  readonly name: string;
  readonly state: 'good' | 'lacking' | 'bad';
  readonly found: string;
  /** What to do; empty where nothing is to be done. */
  readonly advice: string;
}

const gigabyte = 1e9;
const good = (name: string, found: string): DoctorCheck => ({ name, state: 'good', found, advice: '' });

export function checkRuntime(): DoctorCheck {
  const found = `Node ${process.versions.node}, V8 ${process.versions.v8}, ${process.platform} ${process.arch}, ${cpus().length} processors, ${(totalmem() / gigabyte).toFixed(1)} GB of memory`;
  if (process.versions.node.split('.')[0] !== '24')
    return { name: 'runtime', state: 'bad', found, advice: 'Run "npm ci" in the project: it brings Node 24, which replay depends on.' };
  if (totalmem() < 3 * gigabyte)
    return { name: 'runtime', state: 'lacking', found, advice: 'Two planes of 1024² frames want 4 GB of memory; close other programs.' };
  return good('runtime', found);
}

function onPath(names: readonly string[]): string | null {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) if (folder !== '' && existsSync(join(folder, name + suffix))) return join(folder, name + suffix);
  }
  return null;
}

const browserNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'msedge', 'firefox'];
const browserFiles = [
  '/Applications/Google Chrome.app',
  '/Applications/Safari.app',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

export function checkWindow(): readonly DoctorCheck[] {
  const electron = installedElectron();
  const browser = onPath(browserNames) ?? browserFiles.find((path) => existsSync(path)) ?? null;
  const advice = 'Not needed: the console opens in the browser. "npm start" fetches it where its host can be reached.';
  return [
    electron === null ? { name: 'electron', state: 'lacking', found: 'the Electron runtime is not installed', advice } : good('electron', electron),
    browser === null
      ? {
          name: 'browser',
          state: electron === null ? 'bad' : 'lacking',
          found: 'no browser was found',
          advice: 'Install Chromium, Chrome, Edge or Firefox (Debian: apt-get install chromium).',
        }
      : good('browser', browser),
  ];
}

function describePort(port: SerialPortDescription): string {
  const usb = port.vendorId === null ? null : `USB ${port.vendorId}:${port.productId ?? '?'}`;
  const serial = port.serialNumber === null ? null : `serial number ${port.serialNumber}`;
  const parts = [port.manufacturer, usb, serial].filter((part) => part !== null);
  return parts.length === 0 ? port.path : `${port.path} (${parts.join(', ')})`;
}

export async function checkPorts(): Promise<{ readonly check: DoctorCheck; readonly ports: readonly SerialPortDescription[] }> {
  const listed = await listSerialPorts();
  if (!listed.ok) return { check: { name: 'serial ports', state: 'lacking', found: 'the ports cannot be listed', advice: listed.fault.message }, ports: [] };
  const ports = listed.value;
  if (ports.length > 0) return { check: good('serial ports', ports.map(describePort).join('; ')), ports };
  const advice = 'Plug the injector in. Pseudo terminals (/dev/pts, socat) are never listed and can be given by name.';
  return { check: { name: 'serial ports', state: 'lacking', found: 'there is no serial port', advice }, ports };
}

/** As hexadecimal pairs, and as text where they are one. */
function bytesText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  const pairs = Buffer.from(bytes)
    .toString('hex')
    .replace(/(..)(?=.)/g, '$1 ');
  return /^[\x20-\x7e\r\n\t]+$/.test(text) ? `${pairs} (${JSON.stringify(text)})` : pairs;
}

function describeProbe(probe: PortProbe): DoctorCheck {
  const name = `injector on ${probe.path}`;
  if (probe.driver !== null) {
    const pressure = probe.reading?.pressureKpa == null ? '' : `, ${probe.reading.pressureKpa.toFixed(1)} kPa`;
    const volume = probe.reading?.volumeMl == null ? '' : `, ${probe.reading.volumeMl.toFixed(3)} mL`;
    const heard = `${probe.bytesHeard} bytes, the latest: ${bytesText(probe.latestBytes)}`;
    return good(name, [`${probe.driver} at ${probe.baud} baud${pressure}${volume}.`, probe.identity, heard].filter(Boolean).join(' '));
  }
  if (probe.bytesHeard === 0) return { name, state: 'lacking', found: 'nothing was heard', advice: 'Check that the injector is on and its cable is in.' };
  const found = `${probe.bytesHeard} bytes that no driver understands: ${bytesText(probe.latestBytes)}`;
  return {
    name,
    state: 'lacking',
    found,
    advice: 'Check the baud rate, and for a New Era pump that it is in safe mode; for text lines, give their pattern in the site configuration.',
  };
}

export async function checkInjector(path: string, line: LineFormat): Promise<DoctorCheck> {
  const probe = await probePort(path, { line });
  return probe.ok
    ? describeProbe(probe.value)
    : { name: `injector on ${path}`, state: 'lacking', found: 'the port cannot be opened', advice: probe.fault.message };
}

/** Two planes of 1024² 16-bit frames at 15 a second, before compression. */
const neededMegabytesPerS = 63;
const trialBytes = 64 * 1024 * 1024;

/** Writes and syncs one file, as a record does; MB a second. */
async function writeSpeed(folder: string): Promise<number> {
  const path = join(folder, `.pedicle-doctor-${process.pid}`);
  const file = await open(path, 'wx');
  try {
    const block = Buffer.alloc(4 * 1024 * 1024, 0x5a);
    const startedAt = performance.now();
    for (let written = 0; written < trialBytes; written += block.length) await file.write(block);
    await file.sync();
    return trialBytes / 1e6 / ((performance.now() - startedAt) / 1000);
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

/** The disk of the records folder, or of the nearest folder above it that exists. */
export async function checkDisk(recordsFolder: string): Promise<readonly DoctorCheck[]> {
  let folder = recordsFolder;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  try {
    if (folder === recordsFolder) await mkdir(folder, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = await statfs(folder);
    const freeGb = (bavail * bsize) / gigabyte;
    const minutes = Math.floor((freeGb * 1000) / neededMegabytesPerS / 60);
    const found = `${freeGb.toFixed(1)} GB free at ${folder}: at least ${minutes} min of two planes`;
    const space: DoctorCheck =
      minutes < 5
        ? { name: 'disk space', state: 'bad', found, advice: 'Free space, or choose another folder with --records.' }
        : minutes < 120
          ? { name: 'disk space', state: 'lacking', found, advice: 'Room for less than two hours: free space before a long day.' }
          : good('disk space', found);
    const speed = await writeSpeed(folder);
    const speedFound = `${speed.toFixed(0)} MB/s at ${folder}`;
    return [
      space,
      speed < neededMegabytesPerS
        ? {
            name: 'disk speed',
            state: 'bad',
            found: speedFound,
            advice: `Two planes need ${neededMegabytesPerS} MB/s before compression; use a faster disk, or one plane.`,
          }
        : good('disk speed', speedFound),
    ];
  } catch (error) {
    const why = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
    return [{ name: 'disk', state: 'bad', found: `${folder} cannot be written (${why})`, advice: 'Choose a folder you may write to with --records.' }];
  }
}

/** Whether video can be captured, and from what. */
export async function checkVideo(): Promise<DoctorCheck> {
  const library = await describeVideoLibrary();
  if (!library.ok) return { name: 'video', state: 'lacking', found: 'video cannot be read', advice: library.fault.message };
  const sources = await listVideoSourcesHere();
  const names = sources.ok ? sources.value.map(({ uri, name }) => `${name} (${uri})`) : [];
  if (names.length > 0) return good('video', `${library.value}; ${names.join(', ')}`);
  const advice = 'Not needed where images come by DICOM. Plug the grabber in; a stream is given by its address, video:rtsp://….';
  return { name: 'video', state: 'lacking', found: `${library.value}; no capture device`, advice };
}

export function checkSocat(): DoctorCheck {
  const path = process.platform === 'win32' ? null : onPath(['socat']);
  if (path !== null) return good('socat', path);
  return {
    name: 'socat',
    state: 'lacking',
    found: 'socat is not installed',
    advice: 'Only needed to try a serial injector without a device (Debian: apt-get install socat).',
  };
}
