import { describe, expect, test } from 'vitest';
import { type InjectorFaultName, injectorFaults, parseInjectorFault } from '../../../native-bridge/cli/injectorFaults.ts';
import { simulatedDevice } from '../../../native-bridge/cli/injectorSimDevice.ts';
import { injectorDrivers } from '../../../src/injector/drivers.ts';
import type { InjectorReading } from '../../../src/injector/reading.ts';

const measure = () => ({ pressureKpa: 800, volumeMl: 2, rateMlPerMin: 0, mode: 'balloon', temperatureC: 21, status: 'paused' }) as const;

/** What the console's driver makes of six seconds of a played device, with the fault from the second second on. */
function heard(driverName: string, fault: InjectorFaultName | null) {
  const driver = injectorDrivers[driverName];
  if (!driver) throw new Error(driverName);
  const device = simulatedDevice({ driver: driverName, seed: 3, faults: fault === null ? [] : [{ name: fault, atMs: 2000 }], measure });
  let state = driver.initial('injector');
  let asking = driver.initial('injector');
  const readings: { readonly tMs: number; readonly reading: InjectorReading }[] = [];
  const alerts: Record<string, number> = {};
  for (let tMs = 0; tMs < 6000; tMs += 10) {
    const pieces = [device.speak(tMs)];
    const asked = tMs % 200 === 0 ? driver.poll?.(asking) : undefined;
    if (asked?.send) {
      asking = asked.state;
      pieces.push(device.answer(asked.send, tMs));
    }
    for (const piece of pieces) {
      const output = driver.receive(state, piece, tMs);
      state = output.state;
      readings.push(...output.readings.map((reading) => ({ tMs, reading })));
      for (const alert of output.alerts) alerts[alert.kind] = (alerts[alert.kind] ?? 0) + alert.count;
    }
  }
  return { readings, alerts };
}

const during = (readings: ReturnType<typeof heard>['readings'], fromMs: number, toMs: number) => readings.filter(({ tMs }) => tMs >= fromMs && tMs < toMs);

describe.each(Object.keys(injectorDrivers))('a played %s device', (driver) => {
  test('without faults gives readings and no alerts', () => {
    const { readings, alerts } = heard(driver, null);
    expect(readings.length).toBeGreaterThan(20);
    expect({ ...alerts, identity: 0 }).toEqual({ identity: 0 });
  });

  test.each(Object.keys(injectorFaults) as InjectorFaultName[])('with %s gives no reading that it did not send, and good ones before and after', (fault) => {
    const { readings } = heard(driver, fault);
    const allowed = new Set([null, 800, ...(fault === 'pressure-spike' ? [2300] : [])]);
    // Lines carry a check of eight bits only, so damage may slip through; drift is what that fault is about.
    if (fault !== 'slow-drift' && driver !== 'line') for (const { reading } of readings) expect(allowed.has(reading.pressureKpa)).toBe(true);
    expect(during(readings, 1000, 2000).length).toBeGreaterThan(2);
    expect(during(readings, 5200, 6000).length).toBeGreaterThan(2);
  });
});

describe('faults of a played pedicle-v1 device are told apart', () => {
  test.each([
    ['wrong-crc', 'corrupt', 20],
    ['sequence-gap', 'missing', 20],
    ['duplicate', 'repeated', 90],
    ['drop', 'corrupt', 10],
    ['corrupt', 'corrupt', 10],
    ['device-alarm', 'device-alarm', 1],
  ] as const)('%s is seen as %s, at least %i times', (fault, kind, count) => {
    expect(heard('pedicle-v1', fault).alerts[kind] ?? 0).toBeGreaterThanOrEqual(count);
  });

  test('a stall is silence, and a clock that drifts runs ahead', () => {
    expect(during(heard('pedicle-v1', 'stall').readings, 2000, 5000)).toEqual([]);
    expect(heard('pedicle-v1', 'clock-drift').readings.at(-1)?.reading.deviceTimeMs).toBe(5992);
  });

  test('a sensor that drifts is 2 kPa a second off', () => {
    expect(heard('pedicle-v1', 'slow-drift').readings.at(-1)?.reading.pressureKpa).toBeCloseTo(800 + 2 * 3.99, 2);
  });
});

describe('NAME@SECONDS', () => {
  test('is taken apart', () => {
    expect(parseInjectorFault('stall@1.5')).toEqual({ ok: true, value: { name: 'stall', atMs: 1500 } });
  });

  test.each(['stall', 'stall@', 'stall@-1', 'stall@1@2', 'stall@soon', 'constructor@1', '@1', ''])('%j is refused', (text) => {
    expect(parseInjectorFault(text).ok).toBe(false);
  });
});
