import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly onKey?: (key: string) => void;
  readonly children: ReactNode;
}

/**
 * Asks for something where the curve is, so that neither pictures nor numbers are covered. Takes the focus when it opens and
 * gives it back when it closes; Escape closes it.
 */
export function StripPanel({ title, onClose, onKey, children }: Props) {
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
    else onKey?.(event.key);
  };
  return (
    <div className="strip strip-panel" role="dialog" aria-label={title} ref={panel} onKeyDown={onKeyDown}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}
