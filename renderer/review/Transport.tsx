import { SegmentedControl } from '@mantine/core';
import {
  IconBookmarkPlus,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerSkipBack,
  IconPlayerSkipForward,
  IconPlayerTrackNext,
  IconPlayerTrackPrev,
  IconRepeat,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { indexAt } from '../../src/base/times.ts';
import type { Bookmark } from '../../src/link/desk.ts';
import type { PlaneId } from '../../src/sample/index.ts';
import { positionText } from '../app/format.ts';
import { type OpenReview, send, showRecords } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import type { RecordTool } from './RecordTools.tsx';
import { TimelineTrack } from './TimelineTrack.tsx';

const words = text.review;
export const speeds: readonly number[] = [0.25, 0.5, 1, 2, 4, 8];

/** A part that is played again and again; from its start alone while its end is still to be said. */
export type Loop = { readonly fromMs: number; readonly toMs: number | null } | null;

/** The loop after one more press at a position: start, end, none. An end before the start begins anew. */
export function nextLoop(loop: Loop, atMs: number): Loop {
  if (loop?.toMs === null && atMs > loop.fromMs) return { fromMs: loop.fromMs, toMs: atMs };
  return loop === null || loop.toMs === null ? { fromMs: atMs, toMs: null } : null;
}

/** Has playing of an open record stay within a loop; one without an end is none yet. */
export const sendLoop = (review: string, loop: Loop): boolean =>
  send({ kind: 'loop', review, range: loop && loop.toMs !== null ? { fromMs: loop.fromMs, toMs: loop.toMs } : null });

/** What the transport may ask of the bridge for one open record. */
export function transportOf({ opened, state }: OpenReview, plane: PlaneId) {
  const { review } = opened;
  return {
    toggle: () => send(state.playing ? { kind: 'pause', review } : { kind: 'play', review, speed: state.speed }),
    step: (by: number) => send({ kind: 'step-frame', review, plane, by }),
    seek: (positionMs: number) => send({ kind: 'seek', review, positionMs: Math.max(0, Math.min(opened.durationMs, positionMs)) }),
    setSpeed: (speed: number) => send({ kind: 'play', review, speed }),
  };
}

interface IconButtonProps {
  readonly label: string;
  readonly onClick: () => void;
  readonly pressed?: boolean;
  readonly children: ReactNode;
}

function IconButton({ label, onClick, pressed, children }: IconButtonProps) {
  return (
    <button
      type="button"
      className="action transport-button"
      aria-label={label}
      aria-pressed={pressed}
      title={label}
      onPointerDown={(event) => event.preventDefault()}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

interface Props {
  readonly review: OpenReview;
  readonly plane: PlaneId;
  readonly nowMs: number;
  readonly loop: Loop;
  readonly bookmarks: readonly Bookmark[];
  readonly onLoop: () => void;
  readonly onBookmark: () => void;
  readonly onTool: (tool: RecordTool) => void;
}

const iconSize = '1.4rem';

/** Play, pause, step by frames, speed, loop, bookmark and position of an open record. */
export function Transport({ review, plane, nowMs, loop, bookmarks, onLoop, onBookmark, onTool }: Props) {
  const { opened, state } = review;
  const act = transportOf(review, plane);
  const times = opened.frames[plane] ?? [];
  const frameNumber = indexAt(times, nowMs + 0.5) + 1;
  const shownLoop = loop && { fromMs: loop.fromMs, toMs: loop.toMs ?? nowMs };
  const loopWords = loop === null ? words.loopStart : loop.toMs === null ? words.loopEnd : words.loopOff;
  return (
    <nav className="actions transport" aria-label={words.timeline}>
      <div className="transport-row">
        <TimelineTrack samples={review.samples} durationMs={opened.durationMs} nowMs={nowMs} loop={shownLoop} bookmarks={bookmarks} onSeek={act.seek} />
      </div>
      <div className="transport-row">
        <button type="button" className="action transport-back" onClick={showRecords}>
          {words.back}
        </button>
        <IconButton label={words.toStart} onClick={() => act.seek(0)}>
          <IconPlayerTrackPrev size={iconSize} aria-hidden="true" />
        </IconButton>
        <IconButton label={words.back1} onClick={() => act.step(-1)}>
          <IconPlayerSkipBack size={iconSize} aria-hidden="true" />
        </IconButton>
        <IconButton label={state.playing ? words.pause : words.play} onClick={act.toggle}>
          {state.playing ? <IconPlayerPauseFilled size={iconSize} aria-hidden="true" /> : <IconPlayerPlayFilled size={iconSize} aria-hidden="true" />}
        </IconButton>
        <IconButton label={words.forward1} onClick={() => act.step(1)}>
          <IconPlayerSkipForward size={iconSize} aria-hidden="true" />
        </IconButton>
        <IconButton label={words.toEnd} onClick={() => act.seek(opened.durationMs)}>
          <IconPlayerTrackNext size={iconSize} aria-hidden="true" />
        </IconButton>
        <IconButton label={loopWords} pressed={loop !== null} onClick={onLoop}>
          <IconRepeat size={iconSize} aria-hidden="true" />
        </IconButton>
        <IconButton label={words.addBookmark} onClick={onBookmark}>
          <IconBookmarkPlus size={iconSize} aria-hidden="true" />
        </IconButton>
        <span className="position" data-testid="position">
          <b>{positionText(nowMs)}</b> <span className="quiet">/ {positionText(opened.durationMs)}</span>
          <span className="quiet" data-testid="frame-number">
            {words.frameOf(plane.toUpperCase(), String(frameNumber), String(times.length))}
          </span>
        </span>
        <span className="spacer" />
        <button type="button" className="action transport-back" onClick={() => onTool('compare')}>
          {words.compare}
        </button>
        <button type="button" className="action transport-back" onClick={() => onTool('export')}>
          {words.exportTitle}
        </button>
        <SegmentedControl
          aria-label={words.speed}
          size="sm"
          transitionDuration={0}
          data={speeds.map((speed) => ({ value: String(speed), label: `${speed}×` }))}
          value={String(state.speed)}
          onChange={(value) => act.setSpeed(Number(value))}
        />
      </div>
    </nav>
  );
}
