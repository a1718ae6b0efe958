import { useEffect, useState, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;
const tickMs = 100;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || !timer) return;
    clearInterval(timer);
    timer = null;
  };
}

/**
 * Renders the caller ten times a second and gives `performance.now()` of that tick. Ages and staleness are computed from it, so
 * that they go on when nothing arrives any more.
 */
export function useTick(): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => subscribe(() => setNow(performance.now())), []);
  return now;
}

/** What `read` gives, looked at ten times a second: renders the caller when it has changed and only then. */
export const useAtTick = <T extends string | number | boolean | null>(read: () => T): T => useSyncExternalStore(subscribe, read);
