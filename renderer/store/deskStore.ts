import { createStore, useStore } from 'zustand';
import type { Bookmark, Job, PortInfo, PortProbeInfo, SiteState, SourceTest, VideoSourceInfo, WorkplaceState } from '../../src/link/desk.ts';
import type { HospitalTestResult, OutboxJob, PriorStudy, WorklistAnswer } from '../../src/link/hospitalLink.ts';
import type { ServerMessage } from '../../src/link/link.ts';
import type { PriorSeries } from '../../src/link/priors.ts';
import type { ReceivedRuns } from '../../src/link/received.ts';

/** What the desk side of the console knows of the bridge: sessions, site, ports, jobs, hospital systems. */
export interface DeskState {
  readonly workplace: WorkplaceState | null;
  readonly site: SiteState | null;
  readonly ports: { readonly ports: readonly PortInfo[]; readonly message: string | null } | null;
  /** Null before they were asked for, `looking` until they are there. */
  readonly videoSources: { readonly sources: readonly VideoSourceInfo[]; readonly message: string | null } | 'looking' | null;
  /** By path of the port. */
  readonly probes: Readonly<Record<string, PortProbeInfo | 'probing'>>;
  /** By the form field that asked. */
  readonly sourceTests: Readonly<Record<string, SourceTest | 'testing'>>;
  readonly jobs: readonly Job[];
  /** By record. */
  readonly bookmarks: Readonly<Record<string, readonly Bookmark[]>>;
  /** Null while they are listed. */
  readonly priorSeries: { readonly series: readonly PriorSeries[]; readonly message: string | null } | null;
  /** Null before the bridge has said. */
  readonly received: ReceivedRuns | null;
  readonly worklist: WorklistAnswer | 'asking' | null;
  readonly outbox: readonly OutboxJob[];
  /** By the system's name as its answer has it. */
  readonly hospitalTests: Readonly<Record<string, HospitalTestResult | 'testing'>>;
  readonly priors: { readonly studies: readonly PriorStudy[]; readonly message: string | null } | 'asking' | null;
  /** By study. */
  readonly fetchedPriors: Readonly<Record<string, { readonly files: number; readonly message: string | null } | 'fetching'>>;
}

const initial: DeskState = {
  workplace: null,
  site: null,
  ports: null,
  videoSources: null,
  probes: {},
  sourceTests: {},
  jobs: [],
  bookmarks: {},
  priorSeries: null,
  received: null,
  worklist: null,
  outbox: [],
  hospitalTests: {},
  priors: null,
  fetchedPriors: {},
};

export const deskStore = createStore<DeskState>(() => initial);
export const useDesk = <T>(select: (state: DeskState) => T): T => useStore(deskStore, select);

function changeBy(message: ServerMessage, state: DeskState): Partial<DeskState> {
  switch (message.kind) {
    case 'workplace':
      return { workplace: message.workplace };
    case 'site':
      return { site: message.site };
    case 'ports':
      return { ports: { ports: message.ports, message: message.message } };
    case 'video-sources':
      return { videoSources: { sources: message.sources, message: message.message } };
    case 'port-probe':
      return { probes: { ...state.probes, [message.probe.path]: message.probe } };
    case 'source-test':
      return { sourceTests: { ...state.sourceTests, [message.result.test]: message.result } };
    case 'jobs':
      return { jobs: message.jobs };
    case 'bookmarks':
      return { bookmarks: { ...state.bookmarks, [message.record]: message.bookmarks } };
    case 'prior-series':
      return { priorSeries: { series: message.series, message: message.message } };
    case 'received-runs':
      return { received: message.received };
    case 'worklist':
      return { worklist: message.worklist };
    case 'outbox':
      return { outbox: message.jobs };
    case 'hospital-test':
      return { hospitalTests: { ...state.hospitalTests, ...Object.fromEntries(message.results.map((result) => [result.name, result])) } };
    case 'priors':
      return { priors: { studies: message.studies, message: message.message } };
    case 'prior-fetched':
      return { fetchedPriors: { ...state.fetchedPriors, [message.study]: { files: message.files, message: message.message } } };
    default:
      return {};
  }
}

const withoutWaiting = <T>(answers: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(answers).filter(([, answer]) => typeof answer !== 'string'));

/** The link is lost, and with it the answers to what was asked: whoever waits for one can ask again. */
export function forgetAsked(): void {
  deskStore.setState(({ probes, sourceTests, hospitalTests, fetchedPriors, worklist, priors, videoSources }) => ({
    probes: withoutWaiting(probes),
    sourceTests: withoutWaiting(sourceTests),
    hospitalTests: withoutWaiting(hospitalTests),
    fetchedPriors: withoutWaiting(fetchedPriors),
    worklist: worklist === 'asking' ? null : worklist,
    priors: priors === 'asking' ? null : priors,
    videoSources: videoSources === 'looking' ? null : videoSources,
  }));
}

/** Takes in what the bridge says; other messages change nothing here. */
export function receiveDesk(message: ServerMessage): void {
  const change = changeBy(message, deskStore.getState());
  if (Object.keys(change).length > 0) deskStore.setState(change);
}
