// Eight hours of an injector at 100 readings a second through driver, injector fold and alarms, twice from the same bytes:
// `node --expose-gc tests/bench/longInjectorSession.ts [HOURS]`. Prints whether both gave the same, and the heap after each hour.
import { createHash } from 'node:crypto';
import { alarmsStep, initialAlarms } from '../../src/alarm/alarms.ts';
import { toBase64 } from '../../src/base/bytes.ts';
import { initialInjectors, injectorsStep } from '../../src/injector/injectors.ts';
import { pedicleV1Encode } from '../../src/injector/pedicleV1Frame.ts';
import type { RawSample } from '../../src/sample/sample.ts';
import { scenarioByName } from '../../src/simulation/scenario.ts';
import { virtualInjectorAt } from '../../src/simulation/virtualInjector.ts';

const hours = Number(process.argv[2] ?? 8);
const everyMs = 10;
const scenario = scenarioByName('balloon-rupture', 1, { sizePx: 64 });
if (!scenario.ok) throw new Error(scenario.fault.message);
const { durationMs } = scenario.value;

// One procedure's measurements, over and over: noise is made once, so that this measures the fold and not the simulator.
const procedure = Array.from({ length: durationMs / everyMs }, (_, i) => virtualInjectorAt(scenario.value, i * everyMs));

function fold(): { readonly digest: string; readonly derived: number; readonly heapMb: readonly number[] } {
  const hash = createHash('sha256');
  const heapMb: number[] = [];
  let injectors = initialInjectors();
  let alarms = initialAlarms;
  let derived = 0;
  let seq = 0;
  const take = (raw: RawSample) => {
    const output = injectorsStep(injectors, raw);
    injectors = output.fold;
    const judged = alarmsStep(alarms, raw, null, injectors);
    alarms = judged.fold;
    for (const data of [...output.readings, ...output.states, ...judged.events]) {
      hash.update(JSON.stringify(data));
      derived++;
    }
  };
  take({ topic: '/device', tMs: 0, seq: seq++, data: { device: 'injector', state: 'connected', driver: 'pedicle-v1', message: '' } });
  const samples = (hours * 3_600_000) / everyMs;
  for (let i = 0; i < samples; i++) {
    const tMs = i * everyMs;
    const measured = procedure[i % procedure.length];
    if (!measured) throw new Error('the procedure is empty');
    const bytes = pedicleV1Encode({ type: 'reading', sequence: i & 0xffff, bootId: 1, deviceTimeMs: tMs, alarms: 0, ...measured });
    take({ topic: '/injector/bytes', tMs, seq: seq++, data: { device: 'injector', data: toBase64(bytes) } });
    if (i % 10 === 0) take({ topic: '/tick', tMs, seq: seq++, data: { count: i / 10 } });
    if (i % procedure.length === 0) take({ topic: '/operator', tMs, seq: seq++, data: { kind: 'zero', device: 'injector' } });
    if (i % 360_000 === 359_999) {
      globalThis.gc?.();
      heapMb.push(Math.round(process.memoryUsage().heapUsed / 1e5) / 10);
    }
  }
  return { digest: hash.digest('hex'), derived, heapMb };
}

const startedAt = performance.now();
const first = fold();
const seconds = (performance.now() - startedAt) / 1000;
const second = fold();
const report = {
  hours,
  derived: first.derived,
  identical: first.digest === second.digest,
  timesRealTime: Math.round((hours * 3600) / seconds),
  heapMb: [...first.heapMb, ...second.heapMb],
};
process.stdout.write(`${JSON.stringify(report)}\n`);
