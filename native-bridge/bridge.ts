import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { ok, type Result } from '../src/base/result.ts';
import { injectorSettingsOf } from '../src/injector/settings.ts';
import type { SessionInfo } from '../src/link/link.ts';
import type { Site } from '../src/procedure/site.ts';
import { openRecordWriter } from './record/writer.ts';
import { startConsoleServer } from './server/consoleServer.ts';
import { startLiveView } from './server/liveView.ts';
import type { Review } from './server/review.ts';
import { openSources, type SessionInput } from './session/openSources.ts';
import { startSession } from './session/session.ts';

export interface BridgeOptions {
  readonly input: SessionInput;
  readonly site: Site;
  /** Folder of records; the site's, or `Pedicle/records` in the home folder, when not given. */
  readonly recordsFolder: string | null;
  readonly port: number;
  readonly admitTypedAddress: boolean;
}

/** A running console's other half: the session, its record and the server. */
export interface Bridge {
  /** With the token, for the browser or window that we open ourselves. */
  readonly url: string;
  readonly port: number;
  readonly recordFolder: string | null;
  /** Ends the session, closes the record, then the server. */
  stop(): Promise<Result<void>>;
}

/** Where the built console is, in a checkout as in a package. */
export const consolePages = fileURLToPath(new URL('../renderer/dist', import.meta.url));

/** Opens sources, record and server, and starts the session. Nothing is left running when it fails. */
export async function startBridge(options: BridgeOptions): Promise<Result<Bridge>> {
  const opened = await openSources(options.input);
  if (!opened.ok) return opened;
  const { sources, planes, plan, simulated, procedure } = opened.value;
  const recordsFolder = options.recordsFolder ?? options.site.recordsFolder ?? join(homedir(), 'Pedicle', 'records');
  const described = { framesA: options.input.framesA, framesB: options.input.framesB, injector: options.input.injector };
  const started = await startSession({
    sources,
    planes,
    speed: options.input.speed,
    injectorSettings: injectorSettingsOf(options.site.injector),
    describe: {
      softwareVersion: packageJson.version,
      runtime: `node ${process.versions.node}, v8 ${process.versions.v8}`,
      procedure,
      simulated,
      sources: described,
    },
    openRecord: (header, onTrouble) => openRecordWriter(recordsFolder, header, onTrouble),
  });
  if (!started.ok) return started;
  const session = started.value;
  if (plan) session.writer?.attachFile('plan.json', `${JSON.stringify(plan, null, 1)}\n`);
  session.writer?.attachFile('site.json', `${JSON.stringify(options.site, null, 1)}\n`);
  const info: SessionInfo = {
    startedAtEpochMs: session.header.startedAtEpochMs,
    softwareVersion: packageJson.version,
    simulated,
    sources: described,
    record: session.writer ? basename(session.writer.folder) : null,
    display: { pressureUnit: options.site.display?.pressureUnit ?? 'psi' },
  };
  const live = startLiveView(session, info);
  const reviews = new Map<string, Review>();
  const server = await startConsoleServer({
    port: options.port,
    pages: consolePages,
    admitTypedAddress: options.admitTypedAddress,
    context: { live, operator: session.operator, recordsFolder, display: info.display, reviews },
  });
  const running = session.run().then((ended) => {
    live.sessionEnded(ended.ok ? 'closed' : 'failed', ended.ok ? null : ended.fault.message);
    return ended;
  });
  const stop = async (): Promise<Result<void>> => {
    session.stop();
    const ended = await running;
    live.close();
    for (const review of reviews.values()) await review.close();
    if (server.ok) await server.value.close();
    return ended.ok ? ok(undefined) : ended;
  };
  if (!server.ok) {
    await stop();
    return server;
  }
  return ok({ url: server.value.url, port: server.value.port, recordFolder: session.writer?.folder ?? null, stop });
}
