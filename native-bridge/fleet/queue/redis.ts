import { Redis } from 'ioredis';
import { inputFault, ok, type Result } from '../../../src/base/result.ts';

const connectTimeoutMs = 4000;
const mostMsBetweenTries = 2000;

/** The address without what is secret in it. */
export function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
  } catch {
    return 'the address given with --queue';
  }
}

/**
 * Connects, or says in a sentence why not. Once connected it comes back by itself after the server or the network was away;
 * what was asked meanwhile waits.
 */
export async function connectRedis(url: string): Promise<Result<Redis>> {
  if (!/^rediss?:\/\/[^/]/.test(url))
    return inputFault(`--queue ${withoutPassword(url)} is no Redis address; write redis://HOST:PORT, or rediss:// for an encrypted connection.`);
  let reached = false;
  let why = 'no answer';
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (reached ? Math.min(mostMsBetweenTries, times * 100) : null),
  });
  redis.on('error', (error: NodeJS.ErrnoException) => {
    why = error.code ?? error.message;
  });
  try {
    await redis.connect();
    await redis.ping();
    reached = true;
    return ok(redis);
  } catch (error) {
    redis.disconnect();
    const said = error instanceof Error && !error.message.includes('Connection is closed') ? error.message : why;
    return inputFault(`No Redis answers at ${withoutPassword(url)} (${said}); start redis-server there, or correct --queue.`);
  }
}
