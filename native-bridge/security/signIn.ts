import type { AccessState, Role } from '../../src/link/accessLink.ts';
import type { ClientMessage } from '../../src/link/link.ts';
import type { AuditInput } from './audit.ts';
import { checkPassword, type StoredUser } from './users.ts';

/** So many failed sign-ins in a row close the door for a while. */
const failuresAllowed = 5;
const lockoutMs = 5 * 60_000;

/** Whether the person at this workstation may do what a console asks for. One for all consoles of a bridge. */
export interface SignIn {
  state(): AccessState;
  onChange(listener: (state: AccessState) => void): () => void;
  /** Null when it is done, else why not, for the person. */
  signIn(user: string, password: string): Promise<string | null>;
  signOut(): void;
  /** Null when the message may be acted on, else why not. Counts as activity. */
  refusal(message: ClientMessage, isProcedureRunning: boolean): string | null;
  close(): void;
}

export interface SignInOptions {
  readonly required: boolean;
  /** Read anew at each sign-in. */
  readonly users: () => Promise<readonly StoredUser[]>;
  /** Idle time after which the person is signed out; null for never. */
  readonly lockAfterMs: number | null;
  readonly audit: (input: AuditInput) => void;
  readonly now: () => number;
}

const forOperators: readonly Role[] = ['operator', 'technologist', 'administrator'];
const forTechnologists: readonly Role[] = ['technologist', 'administrator'];

/** What not every role may do; everything else is for whoever is signed in. */
const restricted: Readonly<Partial<Record<ClientMessage['kind'], readonly Role[]>>> = {
  'begin-session': forOperators,
  'end-session': forOperators,
  operator: forOperators,
  'assign-patient': forOperators,
  'save-site': forTechnologists,
  'list-ports': forTechnologists,
  'list-video-sources': forTechnologists,
  'play-received': forOperators,
  'probe-port': forTechnologists,
  'test-source': forTechnologists,
};

/**
 * The lock keeps people from records, exports and settings. It never takes away the picture of a running procedure, nor what is said
 * of it: who stands at the table must be able to mark, plan and acknowledge whoever was signed in when the console locked itself.
 */
export function createSignIn(options: SignInOptions): SignIn {
  const { required, now } = options;
  const listeners = new Set<(state: AccessState) => void>();
  let user: AccessState['user'] = null;
  let failures = 0;
  let lockedOutUntil: number | null = null;
  let activeAt = now();

  const state = (): AccessState => ({ required, user, lockedOutUntilEpochMs: lockedOutUntil !== null && lockedOutUntil > now() ? lockedOutUntil : null });
  const changed = () => {
    for (const listener of listeners) listener(state());
  };
  const signOut = (why: string) => {
    if (!user) return;
    options.audit({ event: 'signed-out', user, detail: why });
    user = null;
    changed();
  };
  const timer =
    required && options.lockAfterMs !== null
      ? setInterval(() => {
          if (options.lockAfterMs !== null && now() - activeAt >= options.lockAfterMs) signOut('locked after idle time');
        }, 1000)
      : null;
  timer?.unref();

  return {
    state,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async signIn(name, password) {
      const until = state().lockedOutUntilEpochMs;
      if (until !== null) return `Too many sign-ins have failed; try again in ${Math.ceil((until - now()) / 60_000)} min.`;
      // Counted before the check, so that many at once do not get more tries.
      failures++;
      const tries = failures;
      const found = tries > failuresAllowed ? null : await checkPassword(await options.users(), name, password);
      if (!found) {
        if (tries >= failuresAllowed) {
          lockedOutUntil = now() + lockoutMs;
          failures = 0;
          options.audit({ event: 'security-alert', outcome: 8, user: { name, role: 'unknown' }, detail: 'sign-in locked out after repeated failures' });
          changed();
        } else options.audit({ event: 'signed-in', outcome: 4, user: { name, role: 'unknown' }, detail: 'user name or password wrong' });
        return 'User name or password is wrong.';
      }
      failures = 0;
      activeAt = now();
      user = { name: found.name, role: found.role };
      options.audit({ event: 'signed-in', user });
      changed();
      return null;
    },
    signOut: () => signOut('signed out'),
    refusal(message, isProcedureRunning) {
      if (!required) return null;
      if (message.kind === 'sign-in' || message.kind === 'sign-out') return null;
      if (message.kind === 'operator' && isProcedureRunning) {
        activeAt = now();
        return null;
      }
      if (!user) return 'Sign in first.';
      activeAt = now();
      const allowed = restricted[message.kind];
      return allowed && !allowed.includes(user.role) ? `This is not for the role of ${user.role}; ask ${allowed.join(' or ')}.` : null;
    },
    close() {
      if (timer) clearInterval(timer);
      listeners.clear();
    },
  };
}
