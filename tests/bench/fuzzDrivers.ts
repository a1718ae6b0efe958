// Ten million fuzzed bytes through every injector driver: `node --expose-gc tests/bench/fuzzDrivers.ts [MILLIONS] [SEED]`. Prints one
// JSON object a driver: readings in all and invented ones, the longest state, and the heap after each million bytes. A line without a
// check cannot tell a changed digit from another number, so its invented readings are those of damaged but well-formed lines.
import { injectorDrivers } from '../../src/injector/drivers.ts';
import { fuzzDriver } from '../unit/injector/fuzzDriver.ts';

const millions = Number(process.argv[2] ?? 10);
const seed = Number(process.argv[3] ?? 4711);

for (const [name, driver] of Object.entries(injectorDrivers)) {
  const heapMb: number[] = [];
  const startedAt = performance.now();
  const report = fuzzDriver(name, driver, millions * 1_000_000, seed, () => {
    globalThis.gc?.();
    heapMb.push(Math.round(process.memoryUsage().heapUsed / 1e5) / 10);
  });
  process.stdout.write(`${JSON.stringify({ ...report, seconds: Math.round((performance.now() - startedAt) / 1000), heapMb })}\n`);
}
