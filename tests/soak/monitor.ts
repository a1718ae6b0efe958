import { readdirSync, readFileSync } from 'node:fs';

/** What the bridge's process holds at one moment. */
export interface Holding {
  readonly atS: number;
  readonly residentMb: number;
  readonly handles: number;
  readonly threads: number;
}

/** Reads /proc once a second until stopped; a system without /proc gives nothing. */
export function startMonitor(pid: number): { stop(): readonly Holding[] } {
  const startedMs = performance.now();
  const holdings: Holding[] = [];
  const look = () => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const of = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
      holdings.push({
        atS: (performance.now() - startedMs) / 1000,
        residentMb: of('VmRSS') / 1024,
        handles: readdirSync(`/proc/${pid}/fd`).length,
        threads: of('Threads'),
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  };
  const timer = setInterval(look, 1000);
  return {
    stop() {
      clearInterval(timer);
      return holdings;
    },
  };
}

/** Growth per hour by least squares over the second half: what comes at the start belongs to the start. */
export function growthPerHour(holdings: readonly Holding[], value: (holding: Holding) => number): number {
  const points = holdings.slice(Math.floor(holdings.length / 2));
  const meanX = points.reduce((sum, { atS }) => sum + atS, 0) / points.length;
  const meanY = points.reduce((sum, point) => sum + value(point), 0) / points.length;
  const covariance = points.reduce((sum, point) => sum + (point.atS - meanX) * (value(point) - meanY), 0);
  const variance = points.reduce((sum, { atS }) => sum + (atS - meanX) ** 2, 0);
  return variance === 0 ? 0 : (covariance / variance) * 3600;
}
