import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuditInput } from '../../../native-bridge/security/audit.ts';
import { createSignIn, type SignInOptions } from '../../../native-bridge/security/signIn.ts';
import { putUser, readUsers, removeUser, type StoredUser } from '../../../native-bridge/security/users.ts';
import type { ClientMessage } from '../../../src/link/link.ts';

const folder = mkdtempSync(join(tmpdir(), 'pedicle-users-'));
const file = join(folder, 'users.json');
let users: readonly StoredUser[] = [];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  for (const [name, role] of [
    ['ada', 'operator'],
    ['tom', 'technologist'],
    ['quinn', 'qa'],
  ] as const)
    expect(await putUser(file, name, role, `${name} has a password`)).toMatchObject({ ok: true });
  const read = await readUsers(file);
  users = read.ok ? read.value : [];
});

describe('the list of users', () => {
  it('is for its owner alone and holds no password', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain('has a password');
    expect(new Set(users.map(({ saltHex }) => saltHex)).size).toBe(3);
  });

  it('takes no short password, no strange name and nobody away who is not there', async () => {
    expect(await putUser(file, 'eve', 'qa', 'short')).toMatchObject({ ok: false });
    expect(await putUser(file, '../eve', 'qa', 'long enough to be')).toMatchObject({ ok: false });
    expect(await removeUser(file, 'eve')).toMatchObject({ ok: false });
  });

  it('is empty where there is no file', async () => {
    expect(await readUsers(join(folder, 'none.json'))).toEqual({ ok: true, value: [] });
  });
});

let now = 0;
let audited: AuditInput[] = [];
beforeEach(() => {
  now = 1_000_000;
  audited = [];
});
const signIn = (options: Partial<SignInOptions> = {}) =>
  createSignIn({ required: true, users: async () => users, lockAfterMs: null, audit: (input) => audited.push(input), now: () => now, ...options });

const exportRecord: ClientMessage = { kind: 'export-record', record: 'r', kinds: ['csv'], deidentify: false };
const mark: ClientMessage = { kind: 'operator', event: { kind: 'mark' } };
const assignPatient: ClientMessage = { kind: 'assign-patient', item: 'entry' };
const saveSite: ClientMessage = { kind: 'save-site', site: {} };

describe('signing in', () => {
  it('is asked of nobody where the site does not want it', () => {
    const gate = signIn({ required: false });
    for (const message of [exportRecord, mark, saveSite]) expect(gate.refusal(message, false)).toBeNull();
  });

  it('opens what the role is for, and nothing else', async () => {
    const gate = signIn();
    expect(gate.refusal(exportRecord, false)).toBe('Sign in first.');
    expect(await gate.signIn('quinn', 'quinn has a password')).toBeNull();
    expect(gate.refusal(exportRecord, false)).toBeNull();
    expect(gate.refusal(saveSite, false)).toContain('not for the role of qa');
    expect(gate.refusal({ kind: 'begin-session', practice: true }, false)).toContain('not for the role of qa');
    for (const isRunning of [false, true]) expect(gate.refusal(assignPatient, isRunning)).toContain('not for the role of qa');
    expect(await gate.signIn('tom', 'tom has a password')).toBeNull();
    expect(gate.refusal(saveSite, false)).toBeNull();
    expect(gate.refusal(assignPatient, true)).toBeNull();
    expect(audited.map(({ event, user }) => [event, user?.name])).toEqual([
      ['signed-in', 'quinn'],
      ['signed-in', 'tom'],
    ]);
  });

  it('says the same of a wrong name and a wrong password', async () => {
    const gate = signIn();
    expect(await gate.signIn('ada', 'wrong password')).toBe(await gate.signIn('nobody', 'ada has a password'));
    expect(gate.state().user).toBeNull();
    expect(audited.every(({ outcome }) => outcome === 4)).toBe(true);
  });

  it('is closed for five minutes after five failures, also to the right password, and also when they come at once', async () => {
    const gate = signIn();
    await Promise.all(Array.from({ length: 8 }, () => gate.signIn('ada', 'wrong password')));
    expect(await gate.signIn('ada', 'ada has a password')).toMatch(/try again in 5 min/);
    expect(gate.state().lockedOutUntilEpochMs).not.toBeNull();
    expect(audited.some(({ event }) => event === 'security-alert')).toBe(true);
    now += 5 * 60_000 + 1;
    expect(await gate.signIn('ada', 'ada has a password')).toBeNull();
  });
});

describe('the lock', () => {
  it('comes after idle time, and what is asked for puts it off', async () => {
    const ticks: (() => void)[] = [];
    const interval = vi.spyOn(globalThis, 'setInterval').mockImplementation((run) => {
      ticks.push(run as () => void);
      return { unref: () => undefined } as unknown as ReturnType<typeof setInterval>;
    });
    const gate = signIn({ lockAfterMs: 600_000 });
    interval.mockRestore();
    const pass = (ms: number) => {
      now += ms;
      for (const tick of ticks) tick();
    };
    await gate.signIn('ada', 'ada has a password');
    pass(599_000);
    expect(gate.refusal(exportRecord, false)).toBeNull();
    pass(599_000);
    expect(gate.state().user?.name).toBe('ada');
    pass(1000);
    expect(gate.state().user).toBeNull();
    expect(audited.at(-1)).toMatchObject({ event: 'signed-out', detail: 'locked after idle time' });
  });

  it('signed out, a running procedure goes on being recorded as it is said; an ended one is not', async () => {
    const gate = signIn();
    await gate.signIn('ada', 'ada has a password');
    gate.signOut();
    expect(gate.refusal(mark, true)).toBeNull();
    expect(gate.refusal({ kind: 'operator', event: { kind: 'acknowledge', alarm: 'x' } }, true)).toBeNull();
    expect(gate.refusal(mark, false)).toBe('Sign in first.');
    for (const message of [exportRecord, saveSite, { kind: 'list-records' }, { kind: 'open-review', record: 'r' }, { kind: 'end-session' }] as const)
      expect(gate.refusal(message, true), message.kind).toBe('Sign in first.');
  });
});
