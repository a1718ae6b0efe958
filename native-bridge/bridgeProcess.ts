import { basename, dirname, resolve } from 'node:path';
import { inputFault, ok, type Result } from '../src/base/result.ts';
import type { Site } from '../src/procedure/site.ts';
import type { Bridge, BridgeOptions } from './bridge.ts';
import { bridgeOptionsOf, type ConsoleOptions } from './cli/consoleOptions.ts';
import { secretOfEnvironment, setRecordSecret } from './security/recordSecret.ts';
import { openEarly } from './session/openEarly.ts';
import { resuming } from './session/resume.ts';

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
  readonly namesSources: boolean;
}

/** What the shell hands over when this bridge stands in for one that died. The secret of its pages is not for whoever looks at processes. */
function inPlaceOf(): NonNullable<BridgeOptions['inPlaceOf']> {
  const [interrupted, port] = process.argv.slice(3);
  const cookie = process.env.PEDICLE_LINK_SECRET;
  delete process.env.PEDICLE_LINK_SECRET;
  return { port: port ? Number(port) : null, cookie: cookie || undefined, resume: interrupted ? resuming(interrupted) : null };
}

async function start(): Promise<Result<Started>> {
  const place = inPlaceOf();
  const prepared = await bridgeOptionsOf(JSON.parse(process.argv[2] ?? '{}') as ConsoleOptions, false);
  if (!prepared.ok) return prepared;
  const { site } = prepared.value.site;
  const keyed = await keyFromShell(site, parent as ParentPort);
  if (!keyed.ok) return keyed;
  const firstSources = place.resume ? undefined : openEarly(prepared.value.inputFor(site, false, true));
  const { startBridge } = await import('./bridge.ts');
  const bridge = await startBridge({ ...prepared.value, firstSources, inPlaceOf: place });
  return bridge.ok ? ok({ bridge: bridge.value, site, namesSources: prepared.value.namesSources }) : bridge;
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

const started = await start();
if (started.ok) {
  const { bridge, site, namesSources } = started.value;
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
    if (!begun.ok && namesSources) parent.postMessage({ kind: 'failed', message: begun.fault.message });
  });
  bridge.onProcedure((running) => parent.postMessage({ kind: 'procedure', running, record: bridge.recordFolder() }));
} else {
  parent.postMessage({ kind: 'failed', message: started.fault.message });
}
