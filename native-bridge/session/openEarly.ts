import type { Result } from '../../src/base/result.ts';
import { type OpenedSources, openSources, type SessionInput } from './openSources.ts';

const isSimulatedOrNone = (uri: string | null | undefined): boolean => uri == null || uri.startsWith('sim:') || uri.startsWith('none:');

/**
 * Begins to open what a session reads while the rest of the program is still being loaded, where all of it is simulated: the virtual
 * C-arm takes longest of all that leads to the first picture. It holds nothing but threads, so that nothing stays open when the
 * program does not get as far as reading it. `undefined` for anything else.
 */
export function openEarly(input: SessionInput): Promise<Result<OpenedSources>> | undefined {
  const { framesA, framesB, injector, injector2 } = input;
  return [framesA, framesB, injector, injector2].every(isSimulatedOrNone) ? openSources(input) : undefined;
}
