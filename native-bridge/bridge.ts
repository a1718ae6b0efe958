import { ok, type Result } from '../src/base/result.ts';
import type { SiteState } from '../src/link/desk.ts';
import type { Site } from '../src/procedure/site.ts';
import { createHospitalDesk } from './hospital/desk.ts';
import { consolePages } from './pages.ts';
import { createPriors } from './priors/priors.ts';
import { audit } from './security/audit.ts';
import { createSignIn, type SignIn } from './security/signIn.ts';
import { defaultUsersFile, readUsers } from './security/users.ts';
import { startConsoleServer } from './server/consoleServer.ts';
import { createJobs } from './server/jobs.ts';
import { createReceived } from './server/received.ts';
import type { Review } from './server/review.ts';
import { createSiteStore } from './server/siteStore.ts';
import { createWorkplace, type WorkplaceOptions } from './server/workplace.ts';
import type { OpenedSources } from './session/openSources.ts';
import type { Resuming } from './session/resume.ts';
import { learnSoftwareVersion, softwareVersion } from './softwareVersion.ts';

export interface BridgeOptions {
  /** The site configuration, its file, and whether that file is there yet. */
  readonly site: SiteState;
  /** What a session reads under this site; see `inputFor` of `cli/consoleOptions.ts`. */
  readonly inputFor: WorkplaceOptions['inputFor'];
  /** Whether the command line itself names sources: then it fails when they cannot be opened; a site's can be put right in Setup. */
  readonly namesSources: boolean;
  /** Folder of records; the site's, or `Pedicle/records` in the home folder, when not given. */
  readonly recordsFolder: string | null;
  readonly port: number;
  readonly admitTypedAddress: boolean;
  /**
   * What the first session reads, when whoever loads this program has begun to open it: its threads get ready meanwhile. For sources
   * that hold nothing but threads until they are read.
   */
  readonly firstSources?: Promise<Result<OpenedSources>> | undefined;
  /** See `SessionOptions`. */
  readonly withoutGuidance?: boolean;
  /** In the place of a bridge that died: on its port if that is still free, for the pages that are open, with the procedure that ran. */
  readonly inPlaceOf?: { readonly port: number | null; readonly cookie: string | undefined; readonly resume: Resuming | null };
}

/** A running console's other half: the session, its record and the server. */
export interface Bridge {
  /** With the token, for the browser or window that we open ourselves. */
  readonly url: string;
  readonly port: number;
  /** Folder of the record being written, or written last; `null` when no session has begun. */
  recordFolder(): string | null;
  recordsFolder(): string;
  /** Resolves when the first session runs, or says why it does not: the address is there before it. */
  readonly begun: Promise<Result<void>>;
  /** Told at once, and whenever a procedure has begun, with its record, or has ended. */
  onProcedure(listener: (running: boolean) => void): void;
  /** Ends the session, closes the record, then the server. */
  stop(): Promise<Result<void>>;
}

/** As the site has it at the start; a change of it takes effect with the next. */
function signInOf({ protection }: Site): SignIn {
  const users = async () => {
    const read = await readUsers(defaultUsersFile());
    if (read.ok) return read.value;
    process.stderr.write(`pedicle: ${read.fault.message}\n`);
    return [];
  };
  const lockAfterMs = protection?.lockAfterMinutes === undefined ? null : protection.lockAfterMinutes * 60_000;
  return createSignIn({ required: protection?.signIn ?? false, users, lockAfterMs, audit, now: Date.now });
}

/**
 * Opens what the first session reads and the server; the session itself begins while the page is on its way (`begun`). Nothing is left
 * running when it fails.
 */
export async function startBridge(options: BridgeOptions): Promise<Result<Bridge>> {
  const versionLearned = learnSoftwareVersion();
  const site = createSiteStore(options.site);
  const workplace = createWorkplace({
    site,
    inputFor: options.inputFor,
    recordsFolder: options.recordsFolder,
    withoutGuidance: options.withoutGuidance ?? false,
  });
  const opened = Promise.withResolvers<void>();
  const resume = options.inPlaceOf?.resume ?? null;
  const begun = workplace.begin(false, { onOpened: opened.resolve, resume, sources: options.firstSources });
  // An interrupted record may take its time to be read: the windows are waiting.
  const unopened = resume ? undefined : await Promise.race([begun, opened.promise]);
  if (unopened && !unopened.ok && options.namesSources) return unopened;
  const jobs = createJobs();
  const priors = createPriors();
  const hospital = createHospitalDesk(workplace);
  const received = createReceived();
  site.onChange((changed) => void received.listen(changed.site.storagePort));
  const reviews = new Map<string, Review>();
  const signIn = signInOf(options.site.site);
  await versionLearned;
  audit({ event: 'application-started', detail: softwareVersion() });
  const listenOn = (port: number) =>
    startConsoleServer({
      port,
      pages: consolePages,
      admitTypedAddress: options.admitTypedAddress,
      cookie: options.inPlaceOf?.cookie,
      context: { workplace, jobs, priors, received, hospital, reviews, signIn },
    });
  const former = options.inPlaceOf?.port ? await listenOn(options.inPlaceOf.port) : null;
  const server = former?.ok ? former : await listenOn(options.port);
  if (server.ok) await received.listen(options.site.site.storagePort);
  const stop = async (): Promise<Result<void>> => {
    const ended = await workplace.close();
    await hospital.close();
    await jobs.close();
    await priors.close();
    await received.close();
    for (const review of reviews.values()) await review.close();
    if (server.ok) await server.value.close();
    signIn.close();
    audit({ event: 'application-stopped' });
    return ended.ok ? ok(undefined) : ended;
  };
  if (!server.ok) {
    await stop();
    return server;
  }
  const { recordFolder, recordsFolder } = workplace;
  const onProcedure = (listener: (running: boolean) => void) => {
    const tell = () => listener(['running', 'ending'].includes(workplace.state().state));
    workplace.onState(tell);
    tell();
  };
  return ok({ url: server.value.url, port: server.value.port, recordFolder, recordsFolder, begun, onProcedure, stop });
}
