import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import type { SiteState } from '../../src/link/desk.ts';
import { type Site, siteSchema } from '../../src/procedure/site.ts';

/** The site configuration in force and its file. */
export interface SiteStore {
  state(): SiteState;
  /** Checks, writes and puts in force; what is in force stays when any of it fails. */
  save(candidate: unknown): Promise<Result<Site>>;
  onChange(listener: (state: SiteState) => void): () => void;
}

/** Beside the old one and renamed over it: a reader sees one or the other, whole. Only its owner may read it. */
async function writeAtomically(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}.new`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(beside, text, { mode: 0o600, flush: true });
    await chmod(beside, 0o600);
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

export function createSiteStore(initial: SiteState): SiteStore {
  let state = initial;
  const listeners = new Set<(state: SiteState) => void>();
  return {
    state: () => state,
    async save(candidate) {
      const parsed = siteSchema.safeParse(candidate);
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        const where = issue && issue.path.length > 0 ? ` at ${issue.path.join('.')}` : '';
        return inputFault(`The site configuration is not saved: it does not fit its format${where}${issue ? ` (${issue.message})` : ''}. Correct that field.`);
      }
      try {
        await writeAtomically(state.file, `${JSON.stringify(parsed.data, null, 2)}\n`);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? String(error);
        return failedFault(`The site configuration cannot be written to ${state.file} (${code}); check that the folder may be written and the disk has room.`);
      }
      state = { site: parsed.data, file: state.file, isSaved: true };
      for (const listener of listeners) listener(state);
      return ok(parsed.data);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
