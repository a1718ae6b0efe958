import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pedicle-preload-'));
let code = '';

beforeAll(async () => {
  await build({ configFile: join(root, 'electron', 'preload.vite.config.ts'), logLevel: 'error', build: { outDir: folder, emptyOutDir: false } });
  code = readFileSync(join(folder, 'preload.cjs'), 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What Electron's sandbox gives a preload: a few modules through `require`, and of Node nothing else. */
function runInSandbox(modules: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const require = (name: string): unknown => {
    asked.push(name);
    if (!(name in modules)) throw new Error(`module not found: ${name}`);
    return modules[name];
  };
  const module = { exports: {} };
  const context = vm.createContext({ require, module, exports: module.exports, console: {} }, { codeGeneration: { strings: false, wasm: false } });
  vm.runInContext(`"use strict";${code}`, context, { timeout: 1000 });
  return asked;
}

describe('the built preload', () => {
  it('runs on what the sandbox allows: Electron’s bridge and its messages, no Node, no code made of text', () => {
    const exposed: Record<string, unknown> = {};
    const sent: unknown[] = [];
    const electron = {
      contextBridge: { exposeInMainWorld: (name: string, value: unknown) => Object.assign(exposed, { [name]: value }) },
      ipcRenderer: { invoke: async (...args: unknown[]) => void sent.push(args), on: () => undefined, off: () => undefined },
    };
    expect(runInSandbox({ electron })).toEqual(['electron']);
    expect(Object.keys(exposed)).toEqual(['pedicleShell']);
    const shell = exposed.pedicleShell as Record<string, (argument?: unknown) => unknown>;
    expect(Object.keys(shell).sort()).toEqual(['listDisplays', 'onEvent', 'togglePictures']);
    shell.togglePictures?.();
    shell.listDisplays?.();
    expect(sent).toEqual([
      ['pedicle:request', { kind: 'toggle-pictures' }],
      ['pedicle:request', { kind: 'list-displays' }],
    ]);
  });

  it('hands pages events and never Electron’s own objects', () => {
    const exposed: Record<string, unknown> = {};
    let heard: ((event: unknown, payload: unknown) => void) | null = null;
    const electron = {
      contextBridge: { exposeInMainWorld: (name: string, value: unknown) => Object.assign(exposed, { [name]: value }) },
      ipcRenderer: {
        invoke: async () => null,
        on: (_channel: string, listener: (event: unknown, payload: unknown) => void) => {
          heard = listener;
        },
        off: () => {
          heard = null;
        },
      },
    };
    runInSandbox({ electron });
    const got: unknown[][] = [];
    const stop = (exposed.pedicleShell as { onEvent(listener: (...args: unknown[]) => void): () => void }).onEvent((...args) => got.push(args));
    const hear = heard as ((event: unknown, payload: unknown) => void) | null;
    hear?.({ sender: 'electron' }, { kind: 'show-record', name: 'earlier' });
    expect(got).toEqual([[{ kind: 'show-record', name: 'earlier' }]]);
    stop();
    expect(heard).toBeNull();
  });

  it('is one file, small, without sources of others', () => {
    expect(code.length).toBeLessThan(4000);
    expect(code).not.toMatch(/\beval\(|new Function/);
  });
});
