import { stat } from 'node:fs/promises';
import { connect } from 'node:net';

const checkEveryMs = 250;

/** Whether somebody takes connections there. */
const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const settle = (does: boolean) => {
      socket.destroy();
      resolve(does);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });

/** Which server it is: one that was started again has a socket of its own. */
const identityOf = (path: string): Promise<string | null> =>
  stat(path).then(
    ({ ino, ctimeMs }) => `${ino} ${ctimeMs}`,
    () => null,
  );

/**
 * Watches the X server of a local display (`:0.0`): FFmpeg goes on giving the last picture when the server is gone, which
 * would be an old picture that looks live. Calls `onGone` once. Displays of other machines are not watched.
 */
export function watchDisplay(display: string, onGone: () => void): { stop(): void } {
  const number = /^(?:unix)?:(\d+)/.exec(display)?.[1];
  if (number === undefined) return { stop: () => {} };
  const path = `/tmp/.X11-unix/X${number}`;
  let stopped = false;
  const first = identityOf(path);
  const check = async () => {
    const same = (await identityOf(path)) === (await first);
    const alive = same && ((await first) === null || (await answers(path)));
    if (alive || stopped) return;
    stop();
    onGone();
  };
  const timer = setInterval(() => void check(), checkEveryMs);
  const stop = () => {
    stopped = true;
    clearInterval(timer);
  };
  return { stop };
}
