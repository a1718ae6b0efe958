import { SegmentedControl } from '@mantine/core';
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerSkipBack,
  IconPlayerSkipForward,
  IconPlayerTrackNext,
  IconPlayerTrackPrev,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { PlaneId } from '../../src/sample/index.ts';
import { positionText } from '../app/format.ts';
import { type OpenReview, send, showRecords } from '../store/consoleStore.ts';
import { indexAt } from '../store/timeline.ts';
import { text } from '../text.ts';

const words = text.review;
export const speeds: readonly number[] = [0.25, 0.5, 1, 2, 4, 8];

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

function IconButton({ label, onClick, children }: { readonly label: string; readonly onClick: () => void; readonly children: ReactNode }) {
  return (
    <button
      type="button"
      className="action transport-button"
      aria-label={label}
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
}

const iconSize = '1.4rem';

/** Play, pause, step by frames, speed and position of an open record. */
export function Transport({ review, plane, nowMs }: Props) {
  const { opened, state } = review;
  const act = transportOf(review, plane);
  const times = opened.frames[plane] ?? [];
  const frameNumber = indexAt(times, nowMs + 0.5) + 1;
  return (
    <nav className="actions transport" aria-label={words.timeline}>
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
      <input
        type="range"
        className="seek"
        aria-label={words.seek}
        aria-valuetext={positionText(nowMs)}
        min={0}
        max={Math.max(1, Math.round(opened.durationMs))}
        step={1}
        value={Math.round(nowMs)}
        onChange={(event) => act.seek(Number(event.currentTarget.value))}
      />
      <span className="position" data-testid="position">
        <b>{positionText(nowMs)}</b> <span className="quiet">/ {positionText(opened.durationMs)}</span>
        <span className="quiet" data-testid="frame-number">
          {words.frameOf(plane.toUpperCase(), String(frameNumber), String(times.length))}
        </span>
      </span>
      <SegmentedControl
        aria-label={words.speed}
        size="sm"
        transitionDuration={0}
        data={speeds.map((speed) => ({ value: String(speed), label: `${speed}×` }))}
        value={String(state.speed)}
        onChange={(value) => act.setSpeed(Number(value))}
      />
    </nav>
  );
}
