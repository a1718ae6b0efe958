import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { Source } from './source.ts';
import { parseSourceUri } from './uri.ts';

/** A session without an injector. */
const noInjector: Source = {
  uri: 'none:',
  pace: 'paced',
  simulated: false,
  async *events() {},
};

/** Opens what `--injector` names, or says in one sentence why it cannot. */
export async function openInjectorSource(uri: string): Promise<Result<Source>> {
  const parsed = parseSourceUri(uri);
  if (!parsed.ok) return parsed;
  switch (parsed.value.scheme) {
    case 'none':
      return ok(noInjector);
    case 'serial':
      return (await import('./serial.ts')).openSerialInjector(uri);
    case 'sim':
      return (await import('./simulated.ts')).openSimulatedInjector(uri);
    case 'record':
      return (await import('./recorded.ts')).openRecordedInjector(uri);
    default:
      return inputFault(`${uri} is no injector; write sim:SCENARIO, serial:PORT?driver=NAME, record:RECORD or none:.`);
  }
}
