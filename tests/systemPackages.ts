import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What the tests run beside the project as real peers, and the Debian package of each. Tests skip with a word for those that are missing. */
const peers: readonly { readonly program: string; readonly package: string }[] = [
  { program: 'socat', package: 'socat' },
  { program: 'dcmdump', package: 'dcmtk' },
  { program: 'dciodvfy', package: 'dicom3tools' },
  { program: 'ffmpeg', package: 'ffmpeg' },
  { program: 'Xvfb', package: 'xvfb' },
  { program: 'Orthanc', package: 'orthanc' },
  { program: '/usr/share/orthanc/plugins/libOrthancDicomWeb.so', package: 'orthanc-dicomweb' },
  { program: 'openssl', package: 'openssl' },
  { program: 'pdftotext', package: 'poppler-utils' },
  { program: 'ffprobe', package: 'ffmpeg' },
  { program: 'redis-server', package: 'redis-server' },
  { program: 'pg_ctlcluster', package: 'postgresql' },
  { program: 'xmllint', package: 'libxml2-utils' },
];

/** Daemons are outside the path of most people. */
const onPath = (program: string): boolean =>
  program.startsWith('/') ? existsSync(program) : [...(process.env.PATH ?? '').split(':'), '/usr/sbin'].some((folder) => existsSync(`${folder}/${program}`));

/** Installs distribution packages where that is possible without asking anybody: as root, with apt. */
export function installPackages(packages: readonly string[]): void {
  if (packages.length === 0 || !onPath('apt-get') || process.getuid?.() !== 0) return;
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env: environment });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { stdio: 'ignore', env: environment });
}

/** Brings what can be brought; returns the programs that are still missing. */
export function ensurePeers(): readonly string[] {
  installPackages(peers.filter(({ program }) => !onPath(program)).map((peer) => peer.package));
  return peers.filter(({ program }) => !onPath(program)).map(({ program }) => program);
}
