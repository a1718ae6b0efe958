// `pedicle worker` with a short patience: `node impatientWorker.ts redis://…`.
import { startReplayWorker } from '../../native-bridge/fleet/queue/worker.ts';

const started = await startReplayWorker({
  url: process.argv[2] ?? '',
  processes: 1,
  recordsFolder: null,
  onFinished: ({ name, status }) => void process.stderr.write(`${name}: ${status} (answered)\n`),
  onNotice: (sentence) => void process.stderr.write(`${sentence}\n`),
  patience: { lockMs: 1500, stalledCheckMs: 500 },
});
process.stderr.write(started.ok ? 'ready\n' : `${started.fault.message}\n`);
