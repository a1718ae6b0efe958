import { setRecordSecret } from '../security/recordSecret.ts';
import { stackOf } from '../stackOf.ts';
import type { FromReplayProcess, ToReplayProcess } from './processPool.ts';
import { replayForReport } from './recordReplay.ts';

// One process of a pool: replays what it is told, one record after another, until its parent lets go of it.
const send = (message: FromReplayProcess) => process.send?.(message);

process.on('message', ({ name, folder, secret }: ToReplayProcess) => {
  setRecordSecret(secret);
  replayForReport(name, folder, (fraction) => send({ kind: 'progress', fraction }))
    .then((result) => send({ kind: 'done', result }))
    .catch((error: unknown) => {
      // Only a broken invariant comes here: end, so that the parent tries the record in a fresh process.
      process.stderr.write(`pedicle: replaying ${folder} broke off: ${stackOf(error)}\n`);
      process.exit(70);
    });
});
process.on('disconnect', () => process.exit(0));
// The terminal's Ctrl-C reaches every process: the parent decides.
process.on('SIGINT', () => undefined);
