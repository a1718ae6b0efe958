import { type ReactNode, useId } from 'react';

/** A titled part of a desk view. */
export function Section({ title, hint, children }: { readonly title: string; readonly hint?: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section className="desk-section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {hint !== undefined && <p className="quiet desk-hint">{hint}</p>}
      {children}
    </section>
  );
}
