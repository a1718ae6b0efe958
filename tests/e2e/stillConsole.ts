/**
 * The console on a session that stands still: it was told everything up to the kept moment, then the last frames and the last reading
 * come again and again. Usage: RECORDS SITE_FILE.
 */
import { basename } from 'node:path';
import { createHospitalDesk } from '../../native-bridge/hospital/desk.ts';
import { consolePages } from '../../native-bridge/pages.ts';
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
import type { Folded } from '../../native-bridge/session/pipeline.ts';
import type { SessionListener } from '../../native-bridge/session/session.ts';
import type { Result } from '../../src/base/result.ts';
import { defaultSite } from '../../src/procedure/site.ts';
import { isFrame, momentMs, readStillMoment } from './stillMoment.ts';

const [recordsFolder = '', siteFile = ''] = process.argv.slice(2);
const sources = { framesA: 'sim:kyphoplasty', framesB: 'sim:kyphoplasty', injector: 'sim:kyphoplasty' };
const softwareVersion = '0.0.0';

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

/** Nothing is written into it: that it is there lets the console say that it records. */
const header = { formatVersion: 1, startedAtEpochMs: Date.now(), softwareVersion, runtime: '', procedure: 'kyphoplasty', simulated: true, sources } as const;
const writer = must(await openRecordWriter(recordsFolder, header, () => {}, { thread: startWriterThread() }));
const listeners = new Set<SessionListener>();
const session = {
  writer,
  nowMs: () => momentMs,
  listen(listener: SessionListener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
const { startedAtEpochMs } = header;
const record = basename(writer.folder);
const live = startLiveView(session, { startedAtEpochMs, softwareVersion, simulated: true, sources, record, display: { pressureUnit: 'psi' } });

function tell(folded: Folded): void {
  for (const listener of listeners) {
    listener.onRaw?.(folded.raw);
    listener.onFolded?.(folded);
  }
}
const moment = readStillMoment();
for (const folded of moment) tell(folded);

/** A frame that stands is said to: no rate is counted of it. */
const standingStill = (folded: Folded): Folded => {
  const { raw } = folded;
  if (!isFrame(raw)) return folded;
  return { ...folded, raw: { ...raw, data: { ...raw.data, attributes: { ...raw.data.attributes, unchangedForMs: 1 } } } };
};
const last = (is: (folded: Folded) => boolean): readonly Folded[] => moment.filter(is).slice(-1).map(standingStill);
const repeated = [
  ...last(({ raw }) => raw.topic === '/plane/a/frame'),
  ...last(({ raw }) => raw.topic === '/plane/b/frame'),
  ...last(({ derived }) => derived.some(({ topic }) => topic === '/injector/reading')),
];
const saying = setInterval(() => repeated.forEach(tell), 150);

const site = createSiteStore({ site: defaultSite, file: siteFile, isSaved: true });
const input = { ...sources, planFile: null, scriptFile: null, speed: 1 };
const idle = createWorkplace({ site, inputFor: () => input, recordsFolder });
const workplace = { ...idle, live: () => live, state: () => ({ ...idle.state(), state: 'running' as const }), recordFolder: () => writer.folder };
const signIn = createSignIn({ required: false, users: async () => [], lockAfterMs: null, audit, now: Date.now });
const [jobs, priors, hospital, received] = [createJobs(), createPriors(), createHospitalDesk(workplace), createReceived()];
const context = { workplace, jobs, priors, received, hospital, reviews: new Map(), signIn };
const server = must(await startConsoleServer({ port: 0, pages: consolePages, admitTypedAddress: true, context }));
process.stdout.write(`Pedicle is at ${server.url}\n`);
process.once('SIGINT', async () => {
  clearInterval(saying);
  live.close();
  await Promise.all([hospital.close(), jobs.close(), priors.close(), received.close(), server.close()]);
  signIn.close();
  process.exit(0);
});
