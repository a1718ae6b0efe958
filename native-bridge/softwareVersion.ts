import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import packageJson from '../package.json' with { type: 'json' };

/** A package carries what it was built of; a checkout asks git. */
const buildInfoSchema = z.object({ version: z.string(), commit: z.string().nullable(), modified: z.boolean() });
type BuildInfo = z.infer<typeof buildInfoSchema>;

function packagedInfo(): BuildInfo | null {
  try {
    return buildInfoSchema.parse(JSON.parse(readFileSync(new URL('../build-info.json', import.meta.url), 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

const root = fileURLToPath(new URL('..', import.meta.url));
const gitArguments = ['-C', root, 'describe', '--always', '--exclude', '*', '--abbrev=12', '--dirty=-modified'];

/** Of what git said; of nothing when it could not say. */
function checkoutInfo(said: string): BuildInfo {
  const described = said.trim();
  const [commit] = described.split('-');
  return { version: packageJson.version, commit: commit || null, modified: described.endsWith('-modified') };
}

function askGit(): string {
  const git = spawnSync('git', gitArguments, { encoding: 'utf8' });
  return git.status === 0 ? git.stdout : '';
}

/** `0.1.0+0a7ada6cbcdf`, with `.modified` when sources differed from that commit; the version alone where the commit is not known. */
export function versionText({ version, commit, modified }: BuildInfo): string {
  return commit === null ? version : `${version}+${commit}${modified ? '.modified' : ''}`;
}

let known: string | null = null;

/** Which sources this program was made of, as every record says it: the same text for the same commit. */
export function softwareVersion(): string {
  known ??= versionText(packagedInfo() ?? checkoutInfo(askGit()));
  return known;
}

async function learn(): Promise<void> {
  const packaged = packagedInfo();
  const said = packaged ? '' : await new Promise<string>((resolve) => execFile('git', gitArguments, (error, stdout) => resolve(error ? '' : stdout)));
  known ??= versionText(packaged ?? checkoutInfo(said));
}

let learning: Promise<void> | null = null;

/** Has git asked while this thread does other things; `softwareVersion` then answers at once. Looking through a checkout takes git a while. */
export function learnSoftwareVersion(): Promise<void> {
  learning ??= learn();
  return learning;
}
