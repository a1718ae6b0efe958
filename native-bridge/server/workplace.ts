import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { injectorSettingsOf } from '../../src/injector/settings.ts';
import type { WorkplaceState } from '../../src/link/desk.ts';
import type { SessionInfo } from '../../src/link/link.ts';
import type { OperatorEvent } from '../../src/procedure/operatorEvent.ts';
import type { Site } from '../../src/procedure/site.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import { openRecordWriter, startWriterThread } from '../record/writer.ts';
import { namedSources, type OpenedSources, openSources, type SessionInput } from '../session/openSources.ts';
import type { Resuming } from '../session/resume.ts';
import { type Session, startSession } from '../session/session.ts';
import { underSiteLimits, withSiteLimits } from '../session/siteLimits.ts';
import { learnSoftwareVersion, softwareVersion } from '../softwareVersion.ts';
import { stackOf } from '../stackOf.ts';
import { type LiveView, startLiveView } from './liveView.ts';
import type { SiteStore } from './siteStore.ts';

/** Procedures one after another on one workstation: each its own session, record and live view. */
export interface Workplace {
  readonly site: SiteStore;
  /** The session that runs, or the one that ended last; null before the first. */
  live(): LiveView | null;
  state(): WorkplaceState;
  recordsFolder(): string;
  display(): SessionInfo['display'];
  /** Folder of the record being written, or written last. */
  recordFolder(): string | null;
  /** False when no session takes it. */
  operator(event: OperatorEvent): boolean;
  /** A new session has begun; its live view is another one. */
  onLive(listener: (live: LiveView) => void): () => void;
  onState(listener: (state: WorkplaceState) => void): () => void;
  /** Begins a session: on what the command line or the site names, or on the simulator. Refused while one runs. */
  begin(practice: boolean, beginning?: Beginning): Promise<Result<void>>;
  /** The next session reads this on this plane, instead of what the command line or the site names. */
  playNext(plane: PlaneId, uri: string): void;
  /** Ends the running session and closes its record; nothing to do when none runs. */
  end(): Promise<Result<void>>;
  close(): Promise<Result<void>>;
}

export interface Beginning {
  /** Told when all that the session reads could be opened; a simulator and guidance still have to get ready then. */
  readonly onOpened?: () => void;
  /** What the session reads, where it is being opened already. */
  readonly sources?: Promise<Result<OpenedSources>> | undefined;
  /** Goes on with an interrupted procedure; see `resuming`. */
  readonly resume?: Resuming | null;
}

export interface WorkplaceOptions {
  readonly site: SiteStore;
  /** What a session reads under this site; plan and script of the command line belong to the first session only. */
  readonly inputFor: (site: Site, practice: boolean, first: boolean) => SessionInput;
  /** Folder of records; the site's, or `Pedicle/records` in the home folder, when not given. */
  readonly recordsFolder: string | null;
  /** See `SessionOptions`. */
  readonly withoutGuidance?: boolean;
}

interface Running {
  readonly session: Session;
  readonly live: LiveView;
  readonly ended: Promise<Result<void>>;
}

export function createWorkplace(options: WorkplaceOptions): Workplace {
  const liveListeners = new Set<(live: LiveView) => void>();
  const stateListeners = new Set<(state: WorkplaceState) => void>();
  let running: Running | null = null;
  let phase: WorkplaceState['state'] = 'idle';
  let message: string | null = null;
  let isFirst = true;
  let nextPlanes: Partial<Pick<SessionInput, 'framesA' | 'framesB'>> = {};

  const { site } = options;
  const recordsFolder = () => options.recordsFolder ?? site.state().site.recordsFolder ?? join(homedir(), 'Pedicle', 'records');
  const display = () => ({ pressureUnit: site.state().site.display?.pressureUnit ?? ('psi' as const) });
  const state = (): WorkplaceState => ({
    state: phase,
    message,
    nextSources: namedSources({ ...options.inputFor(site.state().site, false, isFirst), ...nextPlanes }),
  });
  const enter = (next: WorkplaceState['state'], why: string | null) => {
    phase = next;
    message = why;
    for (const listener of stateListeners) listener(state());
  };

  const open = async (practice: boolean, { onOpened, resume, sources: opening }: Beginning): Promise<Result<Running>> => {
    const configured = site.state().site;
    const input = { ...options.inputFor(configured, practice, isFirst), ...(practice ? {} : nextPlanes) };
    const opened = await (resume
      ? resume((scriptFile) => openSources({ ...input, scriptFile: scriptFile ?? input.scriptFile }))
      : (opening ?? openSources(input)));
    if (!opened.ok) return opened;
    onOpened?.();
    const { sources, planes, plan, simulated, procedure } = opened.value;
    const thread = startWriterThread();
    await learnSoftwareVersion();
    const started = await startSession({
      sources: underSiteLimits(sources, configured.limits),
      planes,
      picturesFirst: true,
      speed: input.speed,
      withoutGuidance: options.withoutGuidance ?? false,
      injectorSettings: injectorSettingsOf(configured.injector),
      describe: {
        softwareVersion: softwareVersion(),
        runtime: `node ${process.versions.node}, v8 ${process.versions.v8}`,
        procedure,
        simulated,
        sources: namedSources(input),
      },
      openRecord: (header, onTrouble) => openRecordWriter(recordsFolder(), header, onTrouble, { thread }),
    });
    if (!started.ok) {
      await thread.terminate();
      return started;
    }
    const session = started.value;
    if (plan) session.writer?.attachFile('plan.json', `${JSON.stringify(withSiteLimits(plan, configured.limits), null, 1)}\n`);
    session.writer?.attachFile('site.json', `${JSON.stringify(configured, null, 1)}\n`);
    const live = startLiveView(session, {
      startedAtEpochMs: session.header.startedAtEpochMs,
      softwareVersion: softwareVersion(),
      simulated,
      sources: namedSources(input),
      record: session.writer ? basename(session.writer.folder) : null,
      display: display(),
    });
    const ended = session.run().then((result): Result<void> => {
      live.sessionEnded(result.ok ? 'closed' : 'failed', result.ok ? null : result.fault.message);
      enter('ended', result.ok ? null : result.fault.message);
      return result.ok ? ok(undefined) : result;
    });
    return ok({ session, live, ended });
  };

  const begin = async (practice: boolean, beginning: Beginning): Promise<Result<void>> => {
    const before = running;
    enter('beginning', null);
    const opened = await open(practice, beginning).catch((error: unknown) => {
      process.stderr.write(`pedicle: a session could not begin: ${stackOf(error)}\n`);
      return failedFault(`The procedure could not begin: ${error instanceof Error ? error.message : String(error)}.`);
    });
    if (!opened.ok) {
      enter(before ? 'ended' : 'idle', opened.fault.message);
      return opened;
    }
    isFirst = false;
    if (!practice) nextPlanes = {};
    running = opened.value;
    before?.live.close();
    if ((phase as WorkplaceState['state']) === 'beginning') enter('running', null);
    for (const listener of liveListeners) listener(running.live);
    return ok(undefined);
  };
  /** The last beginning: whoever ends or closes waits for it, so that no session begins behind their back. */
  let begun: Promise<Result<void>> = Promise.resolve(ok(undefined));

  const end = async (): Promise<Result<void>> => {
    await begun;
    if (!running) return ok(undefined);
    if (phase === 'running') enter('ending', null);
    running.session.stop();
    return running.ended;
  };

  return {
    site,
    live: () => running?.live ?? null,
    state,
    recordsFolder,
    display,
    recordFolder: () => running?.session.writer?.folder ?? null,
    operator(event) {
      if (!running || phase !== 'running') return false;
      running.session.operator(event.kind === 'plan' ? { ...event, plan: withSiteLimits(event.plan, site.state().site.limits) } : event);
      return true;
    },
    onLive(listener) {
      liveListeners.add(listener);
      return () => liveListeners.delete(listener);
    },
    onState(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    async begin(practice, beginning = {}) {
      if (phase === 'beginning' || phase === 'running' || phase === 'ending')
        return inputFault('A procedure is running; end it first, so that its record is closed.');
      begun = begin(practice, beginning);
      return begun;
    },
    playNext(plane, uri) {
      nextPlanes = { ...nextPlanes, [plane === 'a' ? 'framesA' : 'framesB']: uri };
      enter(phase, message);
    },
    end,
    async close() {
      const ended = await end();
      running?.live.close();
      return ended;
    },
  };
}
