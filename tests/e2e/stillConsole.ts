/**
 * The console on a simulated kyphoplasty that stands still at one moment: derived as fast as the machine can, so the same whatever else
 * it does; then the last frames and the last reading come again and again. Usage: RECORDS SITE_FILE MOMENT_MS. Says its address when the
 * moment is there.
 */
import { basename } from 'node:path';

import { consolePages } from '../../native-bridge/bridge.ts';
import { createHospitalDesk } from '../../native-bridge/hospital/desk.ts';
import { createPriors } from '../../native-bridge/priors/priors.ts';
import { openRecordWriter, startWriterThread } from '../../native-bridge/record/writer.ts';
import { audit } from '../../native-bridge/security/audit.ts';
import { createSignIn } from '../../native-bridge/security/signIn.ts';
import { startConsoleServer } from '../../native-bridge/server/consoleServer.ts';
import { createJobs } from '../../native-bridge/server/jobs.ts';
import { startLiveView } from '../../native-bridge/server/liveView.ts';
import { createReceived } from '../../native-bridge/server/received.ts';
import { createSiteStore } from '../../native-bridge/server/siteStore.ts';
import { createWorkplace } from '../../native-bridge/server/workplace.ts';
import { namedSources, openSources, type SessionInput } from '../../native-bridge/session/openSources.ts';
import type { Folded } from '../../native-bridge/session/pipeline.ts';
import { type Session, type SessionListener, startSession } from '../../native-bridge/session/session.ts';
import type { Source, SourceEvent } from '../../native-bridge/sources/source.ts';
import type { Result } from '../../src/base/result.ts';
import { injectorSettingsOf } from '../../src/injector/settings.ts';
import { defaultSite } from '../../src/procedure/site.ts';
import type { RawSample } from '../../src/sample/sample.ts';

const [recordsFolder = '', siteFile = '', moment = ''] = process.argv.slice(2);
const momentMs = Number(moment);
const frames = 'sim:kyphoplasty?size=256&fps=4';
const input: SessionInput = { framesA: frames, framesB: frames, injector: 'sim:kyphoplasty', planFile: null, scriptFile: null, speed: 'max' };
const softwareVersion = '0.0.0';

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

/** A source up to the moment. */
const upToMoment = (source: Source): Source => ({
  ...source,
  async *events(signal): AsyncGenerator<SourceEvent> {
    for await (const event of source.events(signal)) {
      if ((event.atMs ?? 0) > momentMs) return;
      yield event;
    }
  },
});

const reached = Promise.withResolvers<void>();
/** Marks the moment, and keeps everything waiting there until the session ends. */
const standing: Source = {
  uri: 'still:',
  pace: 'paced',
  simulated: true,
  async *events(signal): AsyncGenerator<SourceEvent> {
    yield { topic: '/operator', data: { kind: 'mark' }, atMs: momentMs };
    reached.resolve();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  },
};

/** Resolves when everything that came before the moment has been folded. */
async function stands(session: Session): Promise<void> {
  let [stamped, folded] = [-1, -1];
  session.listen({
    onRaw(raw) {
      stamped = raw.seq;
    },
    onFolded({ raw }) {
      folded = raw.seq;
    },
  });
  await reached.promise;
  while (folded < stamped) await new Promise((resolve) => setTimeout(resolve, 20));
}

const { sources, planes, simulated, procedure } = must(await openSources(input));
const thread = startWriterThread();
const session = must(
  await startSession({
    sources: [...sources.map(upToMoment), standing],
    planes,
    speed: 'max',
    injectorSettings: injectorSettingsOf(undefined),
    describe: { softwareVersion, runtime: `node ${process.versions.node}`, procedure, simulated, sources: namedSources(input) },
    openRecord: (header, onTrouble) => openRecordWriter(recordsFolder, header, onTrouble, { thread }),
  }),
);
/** What the live view hears, to be told once more. */
const heard: SessionListener[] = [];
const listened: Session = {
  ...session,
  listen(listener) {
    heard.push(listener);
    return session.listen(listener);
  },
};
const live = startLiveView(listened, {
  startedAtEpochMs: session.header.startedAtEpochMs,
  softwareVersion,
  simulated,
  sources: namedSources(input),
  record: session.writer ? basename(session.writer.folder) : null,
  display: { pressureUnit: 'psi' },
});
/** What each of these said last. */
const latest = new Map<string, Folded>();
session.listen({
  onFolded(folded) {
    const { raw, derived } = folded;
    if (raw.topic === '/plane/a/frame' || raw.topic === '/plane/b/frame') latest.set(raw.topic, folded);
    if (derived.some(({ topic }) => topic === '/injector/reading')) latest.set('/injector/reading', folded);
  },
});
/** A frame that stands is said to: no rate is counted of it. */
const standingStill = (raw: RawSample): RawSample =>
  raw.topic === '/plane/a/frame' || raw.topic === '/plane/b/frame'
    ? { ...raw, data: { ...raw.data, attributes: { ...raw.data.attributes, unchangedForMs: 1 } } }
    : raw;
function sayAgain(): void {
  for (const folded of latest.values()) {
    const again = { ...folded, raw: standingStill(folded.raw) };
    for (const listener of heard) {
      listener.onRaw?.(again.raw);
      listener.onFolded?.(again);
    }
  }
}
const stood = stands(session);
const ended = session.run();
await stood;
const saying = setInterval(sayAgain, 150);

const site = createSiteStore({ site: defaultSite, file: siteFile, isSaved: true });
const idle = createWorkplace({ site, inputFor: () => input, recordsFolder });
const workplace = {
  ...idle,
  live: () => live,
  state: () => ({ ...idle.state(), state: 'running' as const }),
  recordFolder: () => session.writer?.folder ?? null,
};
const signIn = createSignIn({ required: false, users: async () => [], lockAfterMs: null, audit, now: Date.now });
const [jobs, priors, hospital, received] = [createJobs(), createPriors(), createHospitalDesk(workplace), createReceived()];
const context = { workplace, jobs, priors, received, hospital, reviews: new Map(), signIn };
const server = must(await startConsoleServer({ port: 0, pages: consolePages, admitTypedAddress: true, context }));
process.stdout.write(`Pedicle is at ${server.url}\n`);
process.once('SIGINT', async () => {
  clearInterval(saying);
  session.stop();
  await ended;
  live.close();
  await Promise.all([hospital.close(), jobs.close(), priors.close(), received.close(), server.close()]);
  signIn.close();
  process.exit(0);
});
