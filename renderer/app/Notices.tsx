import { useConsole } from '../store/consoleStore.ts';

/** Short words after an action, the latest only, over the foot of the numbers; they go by themselves and take no click. */
export function Notices() {
  const latest = useConsole((state) => state.notices.at(-1));
  return (
    <div className="notices" role="status" aria-live="polite">
      {latest && (
        <div className="notice" data-tone={latest.tone} key={latest.id}>
          {latest.message}
        </div>
      )}
    </div>
  );
}
