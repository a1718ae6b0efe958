import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type LockedPackage = Partial<Record<'dependencies' | 'optionalDependencies', Readonly<Record<string, string>>>> & { readonly resolved?: string };

const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};

/** Whether Node would find `name` from the package at `path`: in its own node_modules, or in one further out. */
function isLocked(path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in lock.packages) return true;
    if (at === '') return false;
  }
}

describe('the lock file', () => {
  test('names every package that another one asks for, the optional ones of other platforms too: a clean install refuses it otherwise', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies })
        .filter((name) => !isLocked(path, name))
        .map((name) => `${name}, asked for by ${path}`),
    );
    expect(missing).toEqual([]);
  });

  test('names no address of a registry', () => {
    expect(Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });
});
