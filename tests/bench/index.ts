import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, Measure } from './benchmark.ts';
import { decodeBenchmark } from './decode.ts';
import { displayBenchmark } from './display.ts';
import { fleetBenchmark } from './fleet.ts';
import { guidanceBenchmark } from './guidance.ts';
import { memoryBenchmark } from './memory.ts';
import { openBenchmark } from './open.ts';
import { recordBenchmark } from './record.ts';
import { replayBenchmark } from './replay.ts';
import { reviewBenchmark } from './review.ts';
import { scaleBenchmark } from './scale.ts';
import { serialBenchmark } from './serial.ts';
import { sourcesBenchmark } from './sources.ts';
import { startBenchmark } from './start.ts';
import { storageBenchmark } from './storage.ts';
import { telemetryBenchmark } from './telemetry.ts';

export const benchmarks: readonly Benchmark[] = [
  displayBenchmark,
  guidanceBenchmark,
  recordBenchmark,
  replayBenchmark,
  telemetryBenchmark,
  serialBenchmark,
  storageBenchmark,
  decodeBenchmark,
  sourcesBenchmark,
  fleetBenchmark,
  reviewBenchmark,
  openBenchmark,
  startBenchmark,
  scaleBenchmark,
  memoryBenchmark,
];

/** What the figures were taken on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  /** Load of the last minute when the benchmarks began: figures of a busy machine are pessimistic, ratios hold. */
  readonly loadAtStart: number;
}

export function thisMachine(loadAtStart: number): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e9),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    loadAtStart,
  };
}

/** Runs benchmarks one after another, each in a folder of its own. One that fails is told and costs the exit status, not the figures of the others. */
export async function runBenchmarks(chosen: readonly Benchmark[], rounds: number, say: (line: string) => void): Promise<readonly Measure[]> {
  const measures: Measure[] = [];
  for (const benchmark of chosen) {
    say(`${benchmark.name}: ${benchmark.what} …`);
    const startMs = performance.now();
    const folder = mkdtempSync(join(tmpdir(), `pedicle-bench-${benchmark.name}-`));
    try {
      measures.push(...(await benchmark.run({ folder, rounds, say })));
      say(`${benchmark.name}: measured in ${Math.round((performance.now() - startMs) / 1000)} s.`);
    } catch (error) {
      say(`${benchmark.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      process.exitCode = 1;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return measures;
}
