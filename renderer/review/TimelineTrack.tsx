import { memo, useMemo } from 'react';
import type { Bookmark } from '../../src/link/desk.ts';
import type { Sample } from '../../src/sample/index.ts';
import { text } from '../text.ts';
import { alarmSpans, stageSpans } from './alarmSpans.ts';
import { SeekSlider } from './SeekSlider.tsx';

interface MarksProps {
  readonly samples: readonly Sample[];
  readonly durationMs: number;
  readonly loop: { readonly fromMs: number; readonly toMs: number } | null;
  readonly bookmarks: readonly Bookmark[];
}

interface Props extends MarksProps {
  readonly nowMs: number;
  readonly onSeek: (tMs: number) => void;
}

/** What the position does not change: drawn again only when there is more of it. */
const Marks = memo(function Marks({ samples, durationMs, loop, bookmarks }: MarksProps) {
  const alarms = useMemo(() => alarmSpans(samples, durationMs), [samples, durationMs]);
  const stages = useMemo(() => stageSpans(samples, durationMs), [samples, durationMs]);
  const at = (tMs: number) => `${(100 * tMs) / Math.max(1, durationMs)}%`;
  const span = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) => ({ left: at(fromMs), width: at(Math.max(0, toMs - fromMs)) });
  return (
    <div className="track-marks" aria-hidden="true" data-alarms={alarms.length}>
      {loop && <span className="track-loop" style={span(loop)} />}
      {stages.map((stage) => (
        <span key={`${stage.stage}-${stage.fromMs}`} className="track-stage" style={span(stage)} title={text.stage[stage.stage]}>
          {text.stage[stage.stage]}
        </span>
      ))}
      {alarms.map((alarm) => (
        <span key={`${alarm.id}-${alarm.fromMs}`} className="track-alarm" data-priority={alarm.priority} style={span(alarm)} title={alarm.message} />
      ))}
      {bookmarks.map((bookmark) => (
        <span key={bookmark.tMs} className="track-bookmark" style={{ left: at(bookmark.tMs) }} title={bookmark.text} />
      ))}
    </div>
  );
});

/** The whole record at one glance: stages, alarms by priority, bookmarks, the loop; a click or the arrows go anywhere in it. */
export function TimelineTrack({ samples, durationMs, nowMs, loop, bookmarks, onSeek }: Props) {
  return (
    <div className="track">
      <Marks samples={samples} durationMs={durationMs} loop={loop} bookmarks={bookmarks} />
      <SeekSlider durationMs={durationMs} nowMs={nowMs} onSeek={onSeek} letsGo />
    </div>
  );
}
