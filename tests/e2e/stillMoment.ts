/**
 * One moment of a simulated kyphoplasty, kept as a file: what a console is told up to there, and the last frame of each plane with what
 * guidance saw in it. The look of the console is compared on it, whatever guidance and simulator learn. Made anew by
 * `node tests/e2e/stillMoment.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { openSources } from '../../native-bridge/session/openSources.ts';
import type { Folded } from '../../native-bridge/session/pipeline.ts';
import { startSession } from '../../native-bridge/session/session.ts';
import type { Source, SourceEvent } from '../../native-bridge/sources/source.ts';
import { injectorSettingsOf } from '../../src/injector/settings.ts';
import type { RawSample } from '../../src/sample/sample.ts';

/** Into the injection: cement, needle, plan, an alarm, all curves. A quarter of a second after every clock on the screen has turned. */
export const momentMs = 48_250;
/** Of these the rate of the pictures is counted. */
const framesKeptMs = 2_000;
const file = fileURLToPath(new URL('./stillMoment.json.gz', import.meta.url));

type FrameSample = Extract<RawSample, { topic: '/plane/a/frame' | '/plane/b/frame' }>;
export const isFrame = (raw: RawSample): raw is FrameSample => raw.topic === '/plane/a/frame' || raw.topic === '/plane/b/frame';

/** As in the file: frames without pixels, and the pixels of each plane's last one. */
interface Kept {
  readonly folded: readonly Folded[];
  readonly pixels: Readonly<Record<string, string>>;
}

/** What was folded up to the moment; all frames of a plane have the pixels of its last one. */
export function readStillMoment(): readonly Folded[] {
  const { folded, pixels } = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Kept;
  const pixelsOf = new Map(Object.entries(pixels).map(([topic, base64]) => [topic, Uint8Array.from(Buffer.from(base64, 'base64'))]));
  return folded.map((each) => {
    if (!isFrame(each.raw)) return each;
    const bytes = pixelsOf.get(each.raw.topic) ?? new Uint8Array();
    return { ...each, raw: { ...each.raw, data: { ...each.raw.data, pixels: new Uint16Array(bytes.buffer) } } };
  });
}

const upToMoment = (source: Source): Source => ({
  ...source,
  async *events(signal): AsyncGenerator<SourceEvent> {
    for await (const event of source.events(signal)) {
      if ((event.atMs ?? 0) > momentMs) return;
      yield event;
    }
  },
});

/** What the live view tells consoles, and of the frames those of the last moments. */
function isKept({ raw, derived }: Folded): boolean {
  if (isFrame(raw)) return raw.tMs > momentMs - framesKeptMs || derived.some(({ topic }) => topic === '/alarm' || topic === '/procedure');
  return derived.length > 0 || (raw.topic !== '/tick' && raw.topic !== '/injector/bytes');
}

async function makeStillMoment(): Promise<void> {
  const frames = 'sim:kyphoplasty?size=256&fps=5';
  const input = { framesA: frames, framesB: frames, injector: 'sim:kyphoplasty', planFile: null, scriptFile: null, speed: 'max' as const };
  const opened = await openSources(input);
  if (!opened.ok) throw new Error(opened.fault.message);
  const { sources, planes, procedure, simulated } = opened.value;
  const session = await startSession({
    sources: sources.map(upToMoment),
    planes,
    speed: 'max',
    injectorSettings: injectorSettingsOf(undefined),
    describe: { softwareVersion: '', runtime: '', procedure, simulated, sources: { framesA: frames, framesB: frames, injector: input.injector } },
    openRecord: null,
  });
  if (!session.ok) throw new Error(session.fault.message);
  const folded: Folded[] = [];
  const pixels: Record<string, string> = {};
  session.value.listen({
    onRaw: ({ tMs }) => void (tMs > momentMs && session.value.stop()),
    onFolded(each) {
      if (each.raw.tMs > momentMs || !isKept(each)) return;
      if (!isFrame(each.raw)) {
        folded.push(each);
        return;
      }
      const { attributes, pixels: values } = each.raw.data;
      pixels[each.raw.topic] = Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
      folded.push({ ...each, raw: { ...each.raw, data: { attributes, pixels: new Uint16Array() } } });
    },
  });
  await session.value.run();
  const kept: Kept = { folded, pixels };
  writeFileSync(file, gzipSync(JSON.stringify(kept), { level: 9 }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await makeStillMoment();
