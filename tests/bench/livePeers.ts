import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionInput } from '../../native-bridge/session/openSources.ts';
import type { Session } from '../../native-bridge/session/session.ts';
import { seededRandom } from '../../src/base/random.ts';
import { startPedicle } from '../integration/pedicle.ts';
import { hasSocat, ptyPair } from '../integration/ptyPair.ts';
import { freePort, programPath, startHiddenScreen } from '../integration/videoPeers.ts';

/** What a live source plays. */
export interface PeerSettings {
  /** Of the peer's own; made by it. */
  readonly folder: string;
  /** A DICOM file with a run. */
  readonly dicomRun: string;
  /** Address of simulated frames. */
  readonly frames: string;
  readonly scenario: string;
  readonly seed: number;
  readonly sizePx: number;
}

/** The other side of a live source. */
export interface LivePeer {
  readonly input: Pick<SessionInput, 'framesA' | 'framesB' | 'injector'>;
  /** Plays to the running session; resolves when it may end. */
  readonly play: (session: Session) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const liveSeconds = 4;
/** A hang must become an error. */
const longestWaitMs = 60_000;

const framesOf = (session: Session): number => session.summary().planes.a?.frames ?? 0;

async function untilFrames(session: Session, frames: number): Promise<void> {
  for (const deadline = performance.now() + longestWaitMs; framesOf(session) < frames; ) {
    if (performance.now() > deadline) throw new Error(`only ${framesOf(session)} of ${frames} frames came within a minute`);
    await sleep(50);
  }
}

/** A C-arm that sends a run to the storage port. */
async function startSender({ folder, dicomRun, seed }: PeerSettings): Promise<LivePeer> {
  const port = await freePort();
  await mkdir(folder, { recursive: true });
  return {
    input: { framesA: `dicom-receive:?port=${port}&folder=${folder}`, framesB: null, injector: `sim:kyphoplasty?seed=${seed}` },
    async play(session) {
      for (let tries = 0; framesOf(session) === 0; tries++) {
        if (tries > 100) throw new Error('the run could not be sent to the storage port');
        await sleep(100);
        const sender = spawn('storescu', ['-aec', 'PEDICLE', '127.0.0.1', String(port), dicomRun], { stdio: 'ignore' });
        const [status] = await once(sender, 'exit');
        if (status === 0) break;
      }
      await untilFrames(session, liveSeconds * 5);
    },
    stop: async () => undefined,
  };
}

/** An injector on a serial line. */
async function startSerialInjector({ frames, scenario, seed }: PeerSettings): Promise<LivePeer> {
  const cable = await ptyPair();
  const device = startPedicle('injector-sim', '--port', cable.deviceEnd, '--scenario', scenario, '--seed', String(seed), '--speed', '8');
  return {
    input: { framesA: frames, framesB: null, injector: `serial:${cable.consoleEnd}?driver=pedicle-v1` },
    play: () => sleep(liveSeconds * 1000),
    async stop() {
      device.child.kill('SIGTERM');
      await device.ended;
      await cable.remove();
    },
  };
}

/** A screen that is captured, on which a dark bar moves over noise. */
async function startScreen({ folder, seed, sizePx }: PeerSettings): Promise<LivePeer> {
  await mkdir(folder, { recursive: true });
  const screen = await startHiddenScreen(folder, sizePx, sizePx);
  const random = seededRandom(seed);
  const picture = (shown: number) =>
    Uint8Array.from({ length: sizePx * sizePx }, (_, at) => (Math.abs((at % sizePx) - 20 - shown) < 3 ? 40 : 120) + Math.floor(random.next() * 20));
  await screen.show(picture(0));
  return {
    input: { framesA: `video:screen:0?display=${screen.display}&fps=10`, framesB: null, injector: `sim:vertebroplasty?seed=${seed}` },
    async play(session) {
      for (let shown = 1; shown <= liveSeconds * 10; shown++) {
        await screen.show(picture(shown));
        await sleep(100);
      }
      await untilFrames(session, 1);
    },
    stop: () => screen.stop(),
  };
}

const peers = [
  { name: 'received', present: programPath('storescu') !== null, start: startSender },
  { name: 'serial', present: hasSocat, start: startSerialInjector },
  { name: 'screen', present: programPath('Xvfb') !== null, start: startScreen },
] as const;

/** Live sources that this machine has what they need for. */
export const livePeers: readonly { readonly name: string; readonly start: (settings: PeerSettings) => Promise<LivePeer> }[] = peers.filter(
  ({ present }) => present,
);
