import { parentPort } from 'node:worker_threads';
import type { PriorHeader, PriorSeries } from '../../src/link/priors.ts';
import { loadSeries } from './load.ts';
import { type FoundSeries, scanPriors } from './scan.ts';

export type ToPriorWorker =
  | { readonly kind: 'scan'; readonly id: number; readonly folder: string }
  | { readonly kind: 'load'; readonly id: number; readonly series: string };
export type FromPriorWorker =
  | { readonly kind: 'scanned'; readonly id: number; readonly series: readonly PriorSeries[]; readonly message: string | null }
  | { readonly kind: 'loaded'; readonly id: number; readonly header: PriorHeader; readonly values: Int16Array }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

const port = parentPort;
if (port === null) throw new Error('the worker of prior images runs as a worker thread');
const tell = (message: FromPriorWorker) => port.postMessage(message);
let found: readonly FoundSeries[] = [];

async function scan(id: number, folder: string): Promise<void> {
  try {
    found = await scanPriors(folder);
    tell({ kind: 'scanned', id, series: found.map(({ series }) => series), message: null });
  } catch (error) {
    found = [];
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const why =
      code === 'ENOENT' ? `There is no folder ${folder}: name another one in Setup, Name, units, folders.` : `The folder ${folder} cannot be read (${code}).`;
    tell({ kind: 'scanned', id, series: [], message: why });
  }
}

port.on('message', async (message: ToPriorWorker) => {
  const { id } = message;
  if (message.kind === 'scan') return scan(id, message.folder);
  const series = found.find((each) => each.series.id === message.series);
  const loaded = series ? await loadSeries(series, () => undefined) : 'This series is not in the list any more; list the prior images again.';
  if (typeof loaded === 'string') tell({ kind: 'failed', id, message: loaded });
  else tell({ kind: 'loaded', id, ...loaded });
});
