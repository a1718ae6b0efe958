import { basename, dirname, resolve } from 'node:path';
import { inputFault, ok, type Result } from '../src/base/result.ts';
import type { Site } from '../src/procedure/site.ts';
import { type Bridge, startBridge } from './bridge.ts';
import { bridgeOptionsOf, type ConsoleOptions } from './cli/consoleOptions.ts';
import { openRecordReader } from './record/reader.ts';
import { secretOfEnvironment, setRecordSecret } from './security/recordSecret.ts';
import { resumingEvents, withScript } from './session/resume.ts';

/** Electron's end of the channel to a utility process; its types come with Electron, which this process does not import. */
interface ParentPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

const parent = (process as unknown as { readonly parentPort?: ParentPort }).parentPort;
if (!parent) throw new Error('bridgeProcess is started by the shell; from a command line use "pedicle console"');

/** Longer than any key store's own question to the person. */
const keyWaitMs = 60_000;

/** The shell has the system's key store: a site that wants encrypted records gets its key from there, unless a passphrase was given. */
async function keyFromShell(site: Site, from: ParentPort): Promise<Result<void>> {
  const environment = secretOfEnvironment(process.env);
  if (!environment.ok) return environment;
  if (environment.value) setRecordSecret(environment.value);
  if (!site.protection?.encryptRecords || environment.value) return ok(undefined);
  const keyHex = await new Promise<string | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), keyWaitMs);
    from.on('message', ({ data }) => {
      if (typeof data !== 'object' || data === null || !('kind' in data) || data.kind !== 'key') return;
      clearTimeout(timer);
      resolve('keyHex' in data && typeof data.keyHex === 'string' && /^[0-9a-f]{64}$/.test(data.keyHex) ? data.keyHex : null);
    });
    from.postMessage({ kind: 'key-wanted' });
  });
  if (keyHex === null)
    return inputFault(
      'This site wants its records encrypted, and this system has no key store that can be used: set PEDICLE_PASSPHRASE_FILE for Pedicle instead.',
    );
  setRecordSecret({ kind: 'key-store', keyHex });
  return ok(undefined);
}

interface Started {
  readonly bridge: Bridge;
  /** What the shell needs of the site configuration. */
  readonly site: Site;
}

async function start(options: ConsoleOptions): Promise<Result<Started>> {
  const prepared = await bridgeOptionsOf(options, false);
  if (!prepared.ok) return prepared;
  const bridge = await startBridge(prepared.value);
  return bridge.ok ? ok({ bridge: bridge.value, site: prepared.value.site.site }) : bridge;
}

/** Goes on with the procedure of an interrupted record; a simulated one begins anew, as its script does. */
async function startResuming(options: ConsoleOptions, interrupted: string): ReturnType<typeof start> {
  const reader = await openRecordReader(interrupted);
  if (!reader.ok || reader.value.header.simulated) {
    if (reader.ok) await reader.value.close();
    return start(options);
  }
  const events = await resumingEvents(reader.value);
  await reader.value.close();
  return withScript(events, (script) => start({ ...options, script }));
}

/** The folder named is one of this console's records, or why it cannot be shown. */
function offer(
  bridge: Bridge,
  folder: string,
): { readonly kind: 'record-offered'; readonly name: string } | { readonly kind: 'refused'; readonly message: string } {
  const records = resolve(bridge.recordsFolder());
  if (dirname(resolve(folder)) === records) return { kind: 'record-offered', name: basename(folder) };
  return {
    kind: 'refused',
    message: `${folder} is not in the folder of records, ${records}: copy it there, or start with "--records ${dirname(resolve(folder))}".`,
  };
}

const options = JSON.parse(process.argv[2] ?? '{}') as ConsoleOptions;
const interrupted = process.argv[3];
const prepared = await bridgeOptionsOf(options, false);
const keyed = prepared.ok ? await keyFromShell(prepared.value.site.site, parent) : prepared;
const started = !keyed.ok ? keyed : interrupted === undefined ? await start(options) : await startResuming(options, interrupted);

if (started.ok) {
  const { bridge, site } = started.value;
  parent.on('message', ({ data }) => {
    if (typeof data !== 'object' || data === null || !('kind' in data)) return;
    if (data.kind === 'offer-record' && 'folder' in data && typeof data.folder === 'string') parent.postMessage(offer(bridge, data.folder));
    if (data.kind !== 'stop') return;
    void bridge.stop().then(() => {
      parent.postMessage({ kind: 'stopped' });
      process.exit(0);
    });
  });
  parent.postMessage({ kind: 'ready', url: bridge.url, updateFeed: site.updates?.feed ?? null, display: site.display ?? {} });
  void bridge.begun.then((begun) => {
    if (!begun.ok && prepared.ok && prepared.value.namesSources) parent.postMessage({ kind: 'failed', message: begun.fault.message });
  });
  bridge.onProcedure((running) => parent.postMessage({ kind: 'procedure', running, record: bridge.recordFolder() }));
} else {
  parent.postMessage({ kind: 'failed', message: started.fault.message });
}
