import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { Source, SourceEvent } from './source.ts';
import { parseSourceUri } from './uri.ts';

/** A session without an injector. */
const noInjector: Source = {
  uri: 'none:',
  pace: 'paced',
  simulated: false,
  async *events() {},
};

/** The device that a source plays when nothing names it. */
const unnamed = 'injector';

function withDevice(event: SourceEvent, device: string): SourceEvent {
  if (event.topic === '/injector/bytes' && event.data.device === unnamed) return { ...event, data: { ...event.data, device } };
  if (event.topic === '/device' && event.data.device === unnamed) return { ...event, data: { ...event.data, device } };
  return event;
}

/** The same source for an injector beside another: what it calls `injector` has this name. Names that it gives itself stay. */
function renamed(source: Source, device: string): Source {
  if (device === unnamed) return source;
  return {
    ...source,
    async *events(signal) {
      for await (const event of source.events(signal)) yield withDevice(event, device);
    },
  };
}

/** What the device of an injector's URI is called: as its own `?device=` says, else `otherwise`. */
export function injectorDeviceOf(uri: string, otherwise: string): string {
  const parsed = parseSourceUri(uri);
  return (parsed.ok && parsed.value.scheme === 'serial' ? parsed.value.query.device : undefined) ?? otherwise;
}

/** Opens what `--injector` names, or says in one sentence why it cannot. `device`: what it is called where it has no name of its own. */
export async function openInjectorSource(uri: string, device = unnamed): Promise<Result<Source>> {
  const opened = await openNamed(uri);
  return opened.ok ? ok(renamed(opened.value, device)) : opened;
}

async function openNamed(uri: string): Promise<Result<Source>> {
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
