import type { AlarmPriority } from '../../src/alarm/alarm.ts';
import { alarmOrder } from '../live/alarmOrder.ts';
import { type ConsoleState, consoleStore } from '../store/consoleStore.ts';
import { createAlarmSound, type SoundState } from './alarmSound.ts';
import { createWebAudio } from './webAudio.ts';

const sound = createAlarmSound(createWebAudio(), () => performance.now());
const tickMs = 200;

/**
 * What has to be heard: the gravest alarm that nobody has acknowledged. A console that lost its bridge in the middle of a
 * procedure hears of no alarm any more, and that is one itself.
 */
export function priorityToSound({ linkUp, status, timeline }: Pick<ConsoleState, 'linkUp' | 'status' | 'timeline'>): AlarmPriority | null {
  if (!linkUp && status !== null && !status.ended) return 'high';
  const first = alarmOrder(timeline.alarms.values()).find((alarm) => !alarm.acknowledged);
  return first?.event.priority ?? null;
}

let started = false;

/** Begins to sound the alarms of this page; once for the life of the page. */
export function startAlarmSound(): void {
  if (started) return;
  started = true;
  const follow = () => sound.setPriority(priorityToSound(consoleStore.getState()));
  consoleStore.subscribe(follow);
  follow();
  setInterval(() => sound.tick(), tickMs);
}

export const soundState = (): SoundState => sound.state();
export const soundedBursts = (): number => sound.sounded();
export const testSound = (priority: AlarmPriority): boolean => sound.test(priority);

/** Pauses the sound for two minutes, or ends the pause. */
export function toggleSoundPause(): void {
  if (sound.state().kind === 'paused') sound.resume();
  else sound.pause();
}
