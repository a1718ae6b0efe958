import type { AudioOut } from './alarmSound.ts';
import { type Burst, harmonics, type Pulse, riseShare } from './burst.ts';

const loudness = 0.5;

function playPulse(context: AudioContext, destination: AudioNode, wave: PeriodicWave, pulse: Pulse, startS: number): void {
  const from = startS + pulse.atMs / 1000;
  const to = from + pulse.durationMs / 1000;
  const rise = (pulse.durationMs / 1000) * riseShare;
  const envelope = context.createGain();
  envelope.gain.setValueAtTime(0, from);
  envelope.gain.linearRampToValueAtTime(loudness, from + rise);
  envelope.gain.setValueAtTime(loudness, to - rise);
  envelope.gain.linearRampToValueAtTime(0, to);
  const tone = context.createOscillator();
  tone.setPeriodicWave(wave);
  tone.frequency.value = pulse.frequencyHz;
  tone.connect(envelope).connect(destination);
  tone.start(from);
  tone.stop(to);
  tone.onended = () => envelope.disconnect();
}

/** A browser lets a page sound only after a click or key in it; the shell's own window always may. */
const maySound = (): boolean => navigator.userActivation.hasBeenActive || 'pedicleShell' in window;

/** The computer's loudspeaker. The context is made with the first permission, not before: asked earlier, the browser refuses it with a warning. */
export function createWebAudio(): AudioOut {
  let context: AudioContext | null = null;
  let wave: PeriodicWave | null = null;
  let outlet: GainNode | null = null;
  const open = (): void => {
    if (context || typeof AudioContext === 'undefined' || !maySound()) return;
    context = new AudioContext();
    wave = context.createPeriodicWave(new Float32Array([0, ...harmonics]), new Float32Array(harmonics.length + 1));
  };
  return {
    state: () => {
      if (typeof AudioContext === 'undefined') return 'missing';
      open();
      if (!context) return 'blocked';
      // A context may fall asleep when the sound device changes; waking it is refused only without a gesture, which there has been.
      if (context.state !== 'running') void context.resume();
      return context.state === 'running' ? 'ready' : 'blocked';
    },
    play: (burst: Burst) => {
      if (!context || !wave) return;
      outlet?.disconnect();
      outlet = context.createGain();
      outlet.connect(context.destination);
      for (const pulse of burst.pulses) playPulse(context, outlet, wave, pulse, context.currentTime + 0.02);
    },
    silence: () => {
      outlet?.disconnect();
      outlet = null;
    },
  };
}
