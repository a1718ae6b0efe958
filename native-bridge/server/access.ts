import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Who may talk to the bridge: pages that it served itself. The address that is printed carries a token; opening it trades the
 * token, once, for a cookie that other sites cannot send along (SameSite=Strict). `Host` and `Origin` are checked against DNS rebinding.
 */
export interface Access {
  readonly token: string;
  /** True when the request names this server and comes from no other site. */
  isLocal(request: IncomingMessage): boolean;
  /** True when it also carries the cookie, or the token while that is unused. */
  isAdmitted(request: IncomingMessage): boolean;
  /** The cookie to set on a page request that may have one; `null` when it may not. */
  admit(request: IncomingMessage): string | null;
}

export interface AccessOptions {
  readonly port: () => number;
  /**
   * Whether a person who types the bare address is let in: browsers say so with `Sec-Fetch-Site: none`, which a page
   * cannot forge. On in the browser, where closing and reopening the tab must show the running procedure; off in the shell.
   */
  readonly admitTypedAddress: boolean;
  /** What pages that are open already carry as their cookie, of a bridge that this one stands in for; a new one when not given. */
  readonly cookie?: string | undefined;
}

const cookieName = 'pedicle';

function same(given: string | null, secret: string): boolean {
  if (given === null) return false;
  const [ours, theirs] = [Buffer.from(secret), Buffer.from(given)];
  // As bytes: what is as long in letters need not be, and `timingSafeEqual` throws then.
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

function cookieOf(request: IncomingMessage): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=');
    if (name === cookieName && value !== undefined) return value;
  }
  return null;
}

function tokenOf(request: IncomingMessage): string | null {
  const query = (request.url ?? '').split('?')[1];
  return query === undefined ? null : new URLSearchParams(query).get('token');
}

export function createAccess(options: AccessOptions): Access {
  const token = randomBytes(24).toString('hex');
  let isTokenUsed = false;
  const hasToken = (request: IncomingMessage): boolean => !isTokenUsed && same(tokenOf(request), token);
  const cookie = options.cookie ?? randomBytes(24).toString('hex');
  const hosts = () => [`127.0.0.1:${options.port()}`, `localhost:${options.port()}`];
  const isLocal = (request: IncomingMessage): boolean => {
    const { host, origin } = request.headers;
    if (host === undefined || !hosts().includes(host)) return false;
    return origin === undefined || origin === `http://${host}`;
  };
  return {
    token,
    isLocal,
    isAdmitted: (request) => isLocal(request) && (same(cookieOf(request), cookie) || hasToken(request)),
    admit(request) {
      if (!isLocal(request)) return null;
      const typed = options.admitTypedAddress && request.headers['sec-fetch-site'] === 'none';
      const byToken = hasToken(request);
      const known = typed || byToken || same(cookieOf(request), cookie);
      // Whoever reads the address later, in a list of processes or a screenshot, has nothing.
      if (byToken) isTokenUsed = true;
      return known ? `${cookieName}=${cookie}; HttpOnly; SameSite=Strict; Path=/` : null;
    },
  };
}
