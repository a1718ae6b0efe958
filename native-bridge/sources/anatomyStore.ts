import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnatomyStore } from '../../src/simulation/planeRenderer.ts';

/** So many views are kept, those made last: two and a half megabytes each at 1024². */
const mostFiles = 24;
const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const hashBytes = 32;

/** What the anatomy is computed with; a file that is added there changes the program's name too. */
const programFolders = ['simulation', 'geometry', 'base'].map((name) => fileURLToPath(new URL(`../../src/${name}`, import.meta.url)));

/** Another name for each version of the simulator and of the runtime, whose functions it computes with. */
function programName(): string {
  const files = programFolders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.[jt]s$/.test(name))
      .sort()
      .map((name) => join(folder, name)),
  );
  return sha256(process.versions.v8, process.arch, ...files.flatMap((file) => [file, readFileSync(file)])).toString('hex');
}

function olderThanTheLast(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.anatomy'));
  if (files.length <= mostFiles) return [];
  const madeMs = new Map(files.map((name) => [name, statSync(join(folder, name)).mtimeMs]));
  return files.sort((p, q) => (madeMs.get(q) ?? 0) - (madeMs.get(p) ?? 0)).slice(mostFiles);
}

/** A file that was begun, perhaps where nothing may be written or removed. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Then it was not begun either.
  }
}

/** Keeps anatomy in files of a folder, each behind its hash: one that was cut or changed is as none. */
export function anatomyStoreIn(folder: string): AnatomyStore {
  const program = programName();
  const pathOf = (key: string) => join(folder, `${sha256(program, key).toString('hex')}.anatomy`);
  return {
    recall(key) {
      try {
        const bytes = readFileSync(pathOf(key));
        const working = Uint8Array.from(bytes.subarray(hashBytes));
        return sha256(working).equals(bytes.subarray(0, hashBytes)) ? new Int16Array(working.buffer) : null;
      } catch {
        // Not there, or not to be read: it is ray-cast.
        return null;
      }
    },
    keep(key, working) {
      const path = pathOf(key);
      const whileWritten = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}`;
      const bytes = new Uint8Array(working.buffer, working.byteOffset, working.byteLength);
      try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(whileWritten, Buffer.concat([sha256(bytes), bytes]), { mode: 0o600 });
        renameSync(whileWritten, path);
        for (const name of olderThanTheLast(folder)) rmSync(join(folder, name), { force: true });
      } catch {
        // Where nothing can be kept, it is ray-cast each time; nobody has to be told.
        discard(whileWritten);
      }
    },
  };
}

/** Beside the compiled code, which the command line keeps; none where it keeps none. */
export function anatomyStore(): AnatomyStore | null {
  const folder = process.env.NODE_COMPILE_CACHE;
  return folder ? anatomyStoreIn(join(folder, 'anatomy')) : null;
}
