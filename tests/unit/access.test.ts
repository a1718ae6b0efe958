import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createAccess } from '../../native-bridge/server/access.ts';

const request = (url: string, headers: Record<string, string>) => ({ url, headers: { host: '127.0.0.1:4000', ...headers } }) as unknown as IncomingMessage;
const open = () => createAccess({ port: () => 4000, admitTypedAddress: true });
const closed = () => createAccess({ port: () => 4000, admitTypedAddress: false });

describe('who may talk to the bridge', () => {
  it('is whoever brings the token, and afterwards the cookie', () => {
    const access = closed();
    expect(access.isAdmitted(request('/api/link', {}))).toBe(false);
    const cookie = access.admit(request(`/?token=${access.token}`, {}));
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(access.isAdmitted(request('/api/link', { cookie: cookie?.split(';')[0] ?? '' }))).toBe(true);
  });

  it('is with one token one browser: it is traded once', () => {
    const access = closed();
    expect(access.isAdmitted(request(`/api/link?token=${access.token}`, {}))).toBe(true);
    expect(access.admit(request(`/?token=${access.token}`, {}))).not.toBeNull();
    expect(access.admit(request(`/?token=${access.token}`, {}))).toBeNull();
    expect(access.isAdmitted(request(`/api/link?token=${access.token}`, {}))).toBe(false);
  });

  it('is nobody with a wrong token, cookie or length of either', () => {
    const access = closed();
    for (const url of ['/?token=', '/?token=00', `/?token=${access.token}0`, `/?token=${'0'.repeat(48)}`]) expect(access.admit(request(url, {}))).toBeNull();
    expect(access.isAdmitted(request('/api/link', { cookie: 'pedicle=00' }))).toBe(false);
  });

  it('is no page of another site, and no name that was rebound to this machine', () => {
    const access = open();
    const withToken = `/api/link?token=${access.token}`;
    expect(access.isAdmitted(request(withToken, { origin: 'http://evil.example' }))).toBe(false);
    expect(access.isAdmitted(request(withToken, { host: 'evil.example:4000' }))).toBe(false);
    expect(access.isAdmitted(request(withToken, { host: '127.0.0.1:4001' }))).toBe(false);
    expect(access.isAdmitted(request(withToken, { origin: 'http://127.0.0.1:4000' }))).toBe(true);
  });

  it('is a person who types the address, where that is let in, but no link from elsewhere', () => {
    expect(open().admit(request('/', { 'sec-fetch-site': 'none' }))).not.toBeNull();
    expect(open().admit(request('/', { 'sec-fetch-site': 'cross-site' }))).toBeNull();
    expect(open().admit(request('/', {}))).toBeNull();
    expect(closed().admit(request('/', { 'sec-fetch-site': 'none' }))).toBeNull();
  });
});
