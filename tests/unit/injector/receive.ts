import type { InjectorDriver } from '../../../src/injector/driver.ts';
import type { InjectorReading } from '../../../src/injector/reading.ts';

/** What a driver makes of bytes that come in these pieces: its readings, and its alerts as words ("missing 3"). */
export function receiveAll(driver: InjectorDriver, pieces: readonly Uint8Array[]): { readings: InjectorReading[]; alerts: string[] } {
  let state = driver.initial('injector');
  const readings: InjectorReading[] = [];
  const alerts: string[] = [];
  for (const piece of pieces) {
    const output = driver.receive(state, piece, 0);
    state = output.state;
    readings.push(...output.readings);
    alerts.push(...output.alerts.map((alert) => `${alert.kind} ${alert.count}`));
  }
  return { readings, alerts };
}

/** All pieces as one. */
export const concat = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
