import { useConsole } from '../store/consoleStore.ts';

/** Short words after an action; they go by themselves and take no click. */
export function Notices() {
  const notices = useConsole((state) => state.notices);
  return (
    <div className="notices" role="status" aria-live="polite">
      {notices.map(({ id, tone, message }) => (
        <div className="notice" data-tone={tone} key={id}>
          {message}
        </div>
      ))}
    </div>
  );
}
