import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { isWalkedTo } from '../app/keys.ts';

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly onKey?: (key: string) => void;
  /** Enter, where nobody has walked to a button of the panel. */
  readonly onEnter?: () => void;
  readonly children: ReactNode;
}

/**
 * Asks for something where the curve is, so that neither pictures nor numbers are covered. Takes the focus when it opens and
 * gives it back when it closes; Escape closes it. The focus goes to the field that asks for it, else to the panel itself and to
 * none of its buttons: the foot switch stays the mark.
 */
export function StripPanel({ title, onClose, onKey, onEnter, children }: Props) {
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    (panel.current?.querySelector<HTMLElement>('[data-autofocus]') ?? panel.current)?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
    else if (onEnter && event.key === 'Enter' && !isWalkedTo(event.target)) {
      // The key that opened the panel may still be down; and a button that was clicked is not pressed beside.
      event.preventDefault();
      if (!event.repeat) onEnter();
    } else onKey?.(event.key);
  };
  return (
    <div className="strip strip-panel" role="dialog" aria-label={title} tabIndex={-1} data-foot-switch ref={panel} onKeyDown={onKeyDown}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}
