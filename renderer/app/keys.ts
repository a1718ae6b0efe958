import { useEffect, useRef } from 'react';

/**
 * Whether the focus was last moved by pointing. A button that was clicked keeps the focus in every browser; were the keys its own from
 * then on, the foot switch would press it again instead of marking.
 */
let isFocusByPointer = false;

/** Begins to tell pointing from the keyboard; once a page, before the first view. */
export function watchFocus(): void {
  const byPointer = () => {
    isFocusByPointer = true;
  };
  const byKey = (event: KeyboardEvent) => {
    if (event.key === 'Tab') isFocusByPointer = false;
  };
  window.addEventListener('pointerdown', byPointer, true);
  window.addEventListener('keydown', byKey, true);
}

const typing = 'input:not([type="radio"], [type="checkbox"], [type="range"]), textarea, select, [contenteditable]';
const ownKeys = '[role="dialog"], [role="menu"], [role="listbox"], [role="combobox"]';
/** A dialog beside what it asks about: its keys are its own, those of the foot switch are not. */
const besides = '[data-foot-switch]';
/** Space, or a function key that the site gave it. */
const ofFootSwitch = /^( |F\d{1,2})$/;
const choices = 'input, [role="slider"], [role="radiogroup"]';

/** Whether the focus stands where it is because somebody walked there with Tab, so that Space and Enter press what has it. */
export const isWalkedTo = (target: EventTarget | null): boolean => !isFocusByPointer && target instanceof Element && !target.matches(besides);

/** Where a key belongs to what has the focus: typing, a dialog or a menu; and, reached by the keyboard, a choice or a button that Space and Enter press. */
function belongsToFocus(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return false;
  if (target.closest(typing)) return true;
  const own = target.closest(ownKeys);
  if (own && !(own.matches(besides) && ofFootSwitch.test(event.key))) return true;
  if (!isWalkedTo(target)) return false;
  if (target.closest(choices)) return true;
  const pressed = (event.key === ' ' || event.key === 'Enter') && target.closest('button, a, [role="button"]');
  // A point on a picture is moved, never pressed: the foot switch goes past it.
  return Boolean(pressed) && !(event.key === ' ' && target.matches('.plan-handle'));
}

/** Keys that go through a record step by step, and go on while they are held. */
export const stepKeys: readonly string[] = ['ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown'];

/**
 * One handler for the keys of a view; true when it used the key. It sees a key only when nothing with the focus wants it, never
 * with Ctrl, Alt or Meta, and when it is held once only, but for those that repeat.
 */
export function useKeys(handle: (key: string, event: KeyboardEvent) => boolean, repeating: readonly string[] = []): void {
  const latest = useRef({ handle, repeating });
  latest.current = { handle, repeating };
  useEffect(() => {
    let used: string | null = null;
    const onKeyDown = (event: KeyboardEvent) => {
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const isHeld = event.repeat && !latest.current.repeating.includes(key);
      if (isHeld) {
        // Held on, it neither presses what has the focus nor writes into a field that it has opened.
        if (used === key) event.preventDefault();
        return;
      }
      used = null;
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || belongsToFocus(event)) return;
      if (!latest.current.handle(key, event)) return;
      used = key;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
