import { IconBell, IconBellOff, IconBellPause } from '@tabler/icons-react';
import { clockText } from '../app/format.ts';
import { useTick } from '../app/tick.ts';
import { text } from '../text.ts';
import { soundedBursts, soundState, toggleSoundPause } from './sound.ts';

/** What the alarm sound is doing, always in view; a click pauses it for two minutes or ends the pause. */
export function SoundButton() {
  useTick();
  const state = soundState();
  const words = text.sound;
  const Icon = state.kind === 'on' ? IconBell : state.kind === 'paused' ? IconBellPause : IconBellOff;
  const label = state.kind === 'paused' ? words.paused(clockText(state.leftMs + 999)) : words[state.kind];
  const advice = { on: words.pause, paused: words.resume, blocked: words.blockedAdvice, missing: words.missingAdvice }[state.kind];
  return (
    <button
      type="button"
      className="chip sound"
      data-testid="sound"
      data-state={state.kind}
      data-bursts={soundedBursts()}
      data-warn={state.kind !== 'on'}
      title={advice}
      disabled={state.kind === 'missing'}
      onClick={() => {
        // A click is what a blocked sound waits for: then it starts, and is not paused by the same click.
        if (state.kind !== 'blocked') toggleSoundPause();
      }}
    >
      <Icon aria-hidden="true" size="1.2em" /> {label} <kbd>Q</kbd>
    </button>
  );
}
