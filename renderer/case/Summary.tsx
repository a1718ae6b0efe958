import type { Status } from '../../src/link/link.ts';
import { clockText, fixed, personName, pressureText } from '../app/format.ts';
import { stagesOf, stageTimeMs } from '../app/stages.ts';
import { ExportPanel } from '../desk/ExportPanel.tsx';
import { Section } from '../desk/Section.tsx';
import { SendPanel } from '../desk/SendPanel.tsx';
import { openRecord, useConsole } from '../store/consoleStore.ts';
import { cementOfAllMl, peakBalloonKpa } from '../store/injectors.ts';
import type { TimelineState } from '../store/timeline.ts';
import { text } from '../text.ts';

const words = text.case;

const countOf = (timeline: TimelineState, kind: string): string =>
  String(timeline.events.filter(({ source }) => source.of === 'operator' && source.event.kind === kind).length);

/** How often each alarm was raised, the gravest first. */
function alarmsOf(timeline: TimelineState): readonly string[] {
  const counts = new Map<string, number>();
  for (const { source } of timeline.events) {
    if (source.of !== 'alarm') continue;
    const label = `${text.alarms.priority[source.event.priority]} ${source.event.message}`;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const weight = (label: string) => label.indexOf(' ');
  return [...counts].sort(([p], [q]) => weight(q) - weight(p)).map(([label, n]) => (n > 1 ? `${label} (${n}×)` : label));
}

/** Frames that guidance had no time for; told with the status alone, as there may be very many. */
const skippedFrames = (status: Status | null): number => Object.values(status?.planes ?? {}).reduce((sum, { analysisSkipped }) => sum + analysisSkipped, 0);

/** The procedure that has just ended, and where its record goes from here. */
export function Summary() {
  const timeline = useConsole((state) => state.timeline);
  const session = useConsole((state) => state.session);
  const endMs = useConsole((state) => state.status?.nowMs ?? state.timeline.lastMs);
  const unit = useConsole((state) => state.pressureUnit);
  const gaps = useConsole((state) => state.timeline.gaps + skippedFrames(state.status));
  if (!session) return null;
  const { patient, procedure, injectors } = timeline;
  const alarms = alarmsOf(timeline);
  const stages = stagesOf(procedure?.procedure ?? null).flatMap((stage) => {
    const spentMs = procedure ? stageTimeMs(procedure, stage, endMs) : null;
    return spentMs === null ? [] : [`${text.stage[stage]} ${clockText(spentMs)}`];
  });
  return (
    <div className="desk-columns" data-testid="summary">
      <Section title={words.summary}>
        {session.simulated && <p className="bad">{words.simulated}</p>}
        <dl className="facts">
          <dt>{words.patient}</dt>
          <dd>{patient ? `${personName(patient.name)} · ${patient.id}` : text.header.noPatient}</dd>
          <dt>{words.level}</dt>
          <dd>
            {procedure?.level ?? text.none} · {procedure?.procedure ? text.header.procedure[procedure.procedure] : text.header.noProcedure}
          </dd>
          <dt>{words.length}</dt>
          <dd>{clockText(endMs)}</dd>
          {stages.length > 0 && (
            <>
              <dt>{words.stages}</dt>
              <dd>{stages.join(' · ')}</dd>
            </>
          )}
          {injectors.size > 0 && (
            <>
              <dt>{words.cementDelivered}</dt>
              <dd>{fixed(cementOfAllMl(injectors), 1)} mL</dd>
              <dt>{words.peakPressure}</dt>
              <dd>
                {pressureText(peakBalloonKpa(injectors), unit)} {unit}
              </dd>
            </>
          )}
          <dt>{words.events}</dt>
          <dd>{words.eventCounts(countOf(timeline, 'mark'), countOf(timeline, 'note'), countOf(timeline, 'store-frame'))}</dd>
          <dt>{words.alarms}</dt>
          <dd>{alarms.length === 0 ? words.noAlarms : alarms.map((label) => <div key={label}>{label}</div>)}</dd>
          <dt>{words.gaps}</dt>
          <dd>{gaps === 0 ? words.noGaps : words.gapCount(String(gaps))}</dd>
          <dt>{words.record}</dt>
          <dd>{session.record ?? words.nothing}</dd>
        </dl>
        {session.record !== null && (
          <div className="desk-row desk-actions">
            <button type="button" className="action" onClick={() => openRecord(session.record ?? '')}>
              {words.review}
            </button>
          </div>
        )}
      </Section>
      {session.record !== null && (
        <div className="desk-stack">
          <SendPanel record={session.record} />
          <ExportPanel record={session.record} />
        </div>
      )}
    </div>
  );
}
