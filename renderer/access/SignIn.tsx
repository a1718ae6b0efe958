import './access.css';
import { type FormEvent, useState } from 'react';
import { send, useConsole } from '../store/consoleStore.ts';
import { useAccess } from './accessStore.ts';
import { accessText as words } from './accessText.ts';

function Form({ onCancel }: { readonly onCancel: (() => void) | null }) {
  const lockedOutUntil = useAccess((state) => state.lockedOutUntilEpochMs);
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send({ kind: 'sign-in', user, password });
    setPassword('');
  };
  return (
    <form className="sign-in" onSubmit={submit} aria-label={words.signIn}>
      <p>{lockedOutUntil === null ? words.why : words.lockedOut(new Date(lockedOutUntil).toLocaleTimeString())}</p>
      <label>
        {words.user}
        <input name="user" autoComplete="username" value={user} onChange={(event) => setUser(event.target.value)} required />
      </label>
      <label>
        {words.password}
        <input
          type="password"
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          required
        />
      </label>
      <div className="sign-in-buttons">
        {onCancel && (
          <button type="button" className="action" onClick={onCancel}>
            {words.cancel}
          </button>
        )}
        <button type="submit" className="action" disabled={lockedOutUntil !== null}>
          {words.signIn}
        </button>
      </div>
    </form>
  );
}

/**
 * Who is signed in, where the site wants that. In the header; over the live view the form opens only when it is asked for: nothing
 * ever stands before a running picture by itself. Elsewhere the form is there at once.
 */
export function SignIn() {
  const required = useAccess((state) => state.required);
  const user = useAccess((state) => state.user);
  const isLive = useConsole((state) => state.view === 'live');
  const [asked, setAsked] = useState(false);
  if (!required) return null;
  if (user)
    return (
      <div className="signed-in" data-testid="signed-in">
        {words.signedInAs(user.name, words.roles[user.role])}
        <button
          type="button"
          onClick={() => {
            setAsked(false);
            send({ kind: 'sign-out' });
          }}
        >
          {words.lock}
        </button>
      </div>
    );
  if (isLive && !asked)
    return (
      <button type="button" className="signed-in" data-testid="locked" onClick={() => setAsked(true)}>
        {words.locked}
      </button>
    );
  return <Form onCancel={isLive ? () => setAsked(false) : null} />;
}
