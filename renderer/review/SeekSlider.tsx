import { positionText } from '../app/format.ts';
import { text } from '../text.ts';

interface Props {
  readonly durationMs: number;
  readonly nowMs: number;
  readonly onSeek: (tMs: number) => void;
  /** Gives the keys back after the pointer: the arrows then belong to the frames again. */
  readonly letsGo?: boolean;
}

/** The position in a record, to the millisecond, by pointer or arrows. */
export function SeekSlider({ durationMs, nowMs, onSeek, letsGo = false }: Props) {
  return (
    <input
      type="range"
      className="seek"
      aria-label={text.review.seek}
      aria-valuetext={positionText(nowMs)}
      min={0}
      max={Math.max(1, Math.round(durationMs))}
      step={1}
      value={Math.round(nowMs)}
      onChange={(event) => onSeek(Number(event.currentTarget.value))}
      onPointerUp={(event) => letsGo && event.currentTarget.blur()}
    />
  );
}
