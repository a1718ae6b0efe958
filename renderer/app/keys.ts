import { useEffect, useRef } from 'react';

/** Where a key belongs to what has the focus: typing, a dialog, or a button that Space and Enter press. */
function belongsToFocus(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return false;
  if (target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="slider"], [role="radiogroup"]')) return true;
  return (event.key === ' ' || event.key === 'Enter') && target.closest('button, a, [role="button"]') !== null;
}

/**
 * One handler for the keys of a view; true when it used the key. It sees a key only when nothing with the focus wants it, never
 * with Ctrl, Alt or Meta, and not when the key repeats.
 */
export function useKeys(handle: (key: string, event: KeyboardEvent) => boolean): void {
  const latest = useRef(handle);
  latest.current = handle;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || belongsToFocus(event)) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (latest.current(key, event)) event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
