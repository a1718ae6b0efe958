import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { answerRequest } from '../../../electron/ipc.ts';
import { isNavigationAllowed, isPermissionGranted, isRequestAllowed, webPreferencesOf } from '../../../electron/security.ts';
import { parseShellArguments, recordFolderOf } from '../../../electron/shellArguments.ts';
import { shellDisplaysSchema } from '../../../src/link/shellDisplays.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const origin = 'http://127.0.0.1:5000';

describe('pages of the shell', () => {
  it('run isolated, sandboxed and without Node', () => {
    expect(webPreferencesOf('preload.cjs')).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      spellcheck: false,
    });
  });

  it('have every window made with these preferences, in one place', () => {
    const sources = readdirSync(join(root, 'electron'), { encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const making = sources.filter((name) => readFileSync(join(root, 'electron', name), 'utf8').includes('new BrowserWindow('));
    expect(making).toEqual(['electronWindow.ts']);
    const text = readFileSync(join(root, 'electron', 'electronWindow.ts'), 'utf8');
    expect(text.match(/new BrowserWindow\(/g)).toHaveLength(1);
    expect(text).toContain('webPreferences: webPreferencesOf(');
    expect(text).not.toMatch(/nodeIntegration|contextIsolation/);
  });

  it('have no remote module', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
    expect(Object.keys({ ...dependencies, ...devDependencies })).not.toContain('@electron/remote');
  });

  it('may fill the screen and copy text, and nothing else; strangers nothing at all', () => {
    expect(isPermissionGranted('fullscreen', `${origin}/`, origin)).toBe(true);
    expect(isPermissionGranted('clipboard-sanitized-write', `${origin}/`, origin)).toBe(true);
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'midi',
      'serial',
      'hid',
      'usb',
      'display-capture',
      'clipboard-read',
      'openExternal',
      'pointerLock',
      'unknown',
    ])
      expect(isPermissionGranted(permission, `${origin}/`, origin), permission).toBe(false);
    expect(isPermissionGranted('fullscreen', 'http://127.0.0.1:5001/', origin)).toBe(false);
    expect(isPermissionGranted('fullscreen', `${origin}/`, null)).toBe(false);
  });

  it('stay at their own address', () => {
    expect(isNavigationAllowed(`${origin}/?view=pictures`, origin)).toBe(true);
    for (const url of [
      'https://example.org/',
      'http://127.0.0.1:5001/',
      'http://localhost:5000/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:text/html,x',
      'not an address',
    ])
      expect(isNavigationAllowed(url, origin), url).toBe(false);
    expect(isNavigationAllowed(`${origin}/`, null)).toBe(false);
  });

  it('load from the bridge and from what they made themselves, never from a network', () => {
    for (const url of [`${origin}/assets/a.js`, 'ws://127.0.0.1:5000/api/link', 'blob:http://127.0.0.1:5000/1', 'data:image/png;base64,'])
      expect(isRequestAllowed(url, origin, true), url).toBe(true);
    for (const url of [
      'https://example.org/x.js',
      'http://127.0.0.1:5001/',
      'http://[::1]:5000/',
      'file:///etc/passwd',
      'ftp://127.0.0.1:5000/',
      'devtools://devtools/',
      'x',
    ])
      expect(isRequestAllowed(url, origin, true), url).toBe(false);
    expect(isRequestAllowed('devtools://devtools/', origin, false)).toBe(true);
  });
});

describe('what pages ask of the shell', () => {
  const display = { width: 1920, height: 1080, isPrimary: true, shows: ['console' as const] };
  const requests = () => ({ togglePictures: vi.fn(), displays: () => [display] });
  const main = { url: `${origin}/`, isMainFrame: true };

  it('is answered when it comes from the console’s own page', async () => {
    const made = requests();
    await answerRequest({ kind: 'toggle-pictures' }, main, origin, made);
    expect(made.togglePictures).toHaveBeenCalledOnce();
    expect(shellDisplaysSchema.parse(JSON.parse((await answerRequest({ kind: 'list-displays' }, main, origin, made)) ?? ''))).toEqual([display]);
  });

  it('is refused from any other frame or page', async () => {
    const made = requests();
    for (const sender of [
      { url: 'https://example.org/', isMainFrame: true },
      { url: `${origin}/`, isMainFrame: false },
      { url: '', isMainFrame: true },
    ])
      await expect(answerRequest({ kind: 'toggle-pictures' }, sender, origin, made)).rejects.toThrow('Only pages of the console');
    await expect(answerRequest({ kind: 'toggle-pictures' }, main, null, made)).rejects.toThrow('Only pages of the console');
    expect(made.togglePictures).not.toHaveBeenCalled();
  });

  it('is refused when its form is not known', async () => {
    const made = requests();
    for (const request of [null, 'toggle-pictures', {}, { kind: 'exec', command: 'x' }, { kind: 'toggle-pictures', path: '/' }])
      await expect(answerRequest(request, main, origin, made)).rejects.toThrow('does not know');
  });
});

describe('what the application is started with', () => {
  it('is a console, its options, a record or a command', () => {
    expect(parseShellArguments([])).toEqual({ kind: 'console', options: '{}', kiosk: false, path: null });
    expect(parseShellArguments(['--kiosk', '{"port":1}', '/r'])).toEqual({ kind: 'console', options: '{"port":1}', kiosk: true, path: '/r' });
    expect(parseShellArguments(['--cli', 'verify', '/r', '--json'])).toEqual({ kind: 'cli', args: ['verify', '/r', '--json'] });
  });

  it('takes a file of a record for its folder', () => {
    expect(recordFolderOf('/r/one/telemetry.mcap')).toBe('/r/one');
    expect(recordFolderOf('/r/one/manifest.json')).toBe('/r/one');
    expect(recordFolderOf('/r/2026-11-21 kyphoplasty')).toBe('/r/2026-11-21 kyphoplasty');
  });
});
