import { type PriorHeader, priorPath } from '../../src/link/priors.ts';

export interface LoadedPrior {
  readonly header: PriorHeader;
  readonly values: Int16Array;
}

/** Fetches a decoded series; a sentence for the person when it cannot be shown. */
export async function loadPrior(series: string, signal: AbortSignal): Promise<LoadedPrior | string> {
  const response = await fetch(priorPath(series), { signal });
  if (!response.ok) return response.text();
  const bytes = await response.arrayBuffer();
  const headerBytes = new DataView(bytes).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, headerBytes))) as PriorHeader;
  return { header, values: new Int16Array(bytes, 4 + headerBytes) };
}
