/** An expected outcome: a value, or a fault that somebody can act on. Only broken invariants throw. */
export type Result<T, F = Fault> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: F };

/**
 * Why something could not be done, for a person.
 * `input`: what was given is wrong or cannot be read (exit status 2); `failed`: it ran and went wrong (exit status 1).
 */
export interface Fault {
  readonly kind: 'input' | 'failed';
  /** One sentence: what happened, where, and what to do about it. No stack trace, no patient identity. */
  readonly message: string;
}

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const inputFault = (message: string): { readonly ok: false; readonly fault: Fault } => ({ ok: false, fault: { kind: 'input', message } });
export const failedFault = (message: string): { readonly ok: false; readonly fault: Fault } => ({ ok: false, fault: { kind: 'failed', message } });
