import { join } from 'node:path';
import { exportRecord } from '../../native-bridge/export/exportRecord.ts';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { openRecordWriter } from '../../native-bridge/record/writer.ts';
import { openSources, type SessionInput } from '../../native-bridge/session/openSources.ts';
import { type Session, startSession } from '../../native-bridge/session/session.ts';
import { softwareVersion } from '../../native-bridge/softwareVersion.ts';
import { parseSourceFault } from '../../native-bridge/sources/faults.ts';
import type { Result } from '../../src/base/result.ts';
import { defaultInjectorSettings } from '../../src/injector/settings.ts';
import { livePeers } from './livePeers.ts';

/** Where the records of a library come from: made as fast as it goes, and, where the machine has the programs for it, live. */
export const fleetSources = ['sim', 'dicom', 'video', 'record', ...livePeers.map(({ name }) => name)] as const;

const scenarios = ['kyphoplasty', 'vertebroplasty', 'leak-posterior', 'leak-disc', 'balloon-rupture'] as const;

function expected<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

interface HowToRecord {
  readonly faults?: readonly string[];
  /** Real time, ended by whoever plays the other side; otherwise as fast as it goes, until the sources end. */
  readonly live?: (session: Session) => Promise<void>;
}

/** One session as `pedicle run` makes it, without a process of its own. */
async function record(folder: string, input: Pick<SessionInput, 'framesA' | 'framesB' | 'injector'>, { faults = [], live }: HowToRecord = {}): Promise<void> {
  const planned = faults.map((text) => expected(parseSourceFault(text)));
  const speed = live ? 1 : 'max';
  const { sources, planes, simulated, procedure } = expected(await openSources({ ...input, planFile: null, scriptFile: null, faults: planned, speed }));
  const { framesA, framesB, injector } = input;
  const session = expected(
    await startSession({
      sources,
      planes,
      speed,
      injectorSettings: defaultInjectorSettings,
      describe: {
        softwareVersion: softwareVersion(),
        runtime: `node ${process.versions.node}, v8 ${process.versions.v8}`,
        procedure,
        simulated,
        sources: { framesA, framesB, injector },
      },
      openRecord: (header, onTrouble) => openRecordWriter({ folder }, header, onTrouble),
    }),
  );
  const [ended] = await Promise.all([session.run(), live?.(session).finally(() => session.stop())]);
  expected(ended);
}

/**
 * `each` records of every kind of source, in folders by source: two planes and an injector of the simulator, of 12 and of 8 bits; its
 * pictures again from DICOM files and from a video without loss; one plane of its record with faults on the way; and live ones.
 */
export async function makeFleetLibrary(library: string, exportsFolder: string, each: number, { seconds, sizePx, fps }: Pictures): Promise<void> {
  for (let n = 0; n < each; n++) {
    const scenario = scenarios[n % scenarios.length] ?? scenarios[0];
    const frames = `sim:${scenario}?seed=${n}&size=${sizePx}&fps=${fps}&duration=${seconds}${n % 2 === 1 ? '&look=video' : ''}`;
    const injector = `sim:${scenario}?seed=${n}&duration=${seconds}`;
    const at = (source: string) => join(library, source, String(n));
    await record(at('sim'), { framesA: frames, framesB: frames, injector });
    const made = join(exportsFolder, String(n));
    const reader = expected(await openRecordReader(at('sim')));
    const { files } = expected(await exportRecord(reader, ['dicom', 'video'], made, { video: { overlay: false, lossless: true } }));
    await reader.close();
    const file = (start: string) => join(made, files.find((name) => name.startsWith(start)) ?? '');
    const dicomRun = file('dicom/plane-a');
    await record(at('dicom'), { framesA: `dicom:${dicomRun}`, framesB: `dicom:${file('dicom/plane-b')}`, injector: null });
    await record(at('video'), { framesA: `video:${file('video/plane-a')}`, framesB: null, injector });
    const faults = ['drop-frames@1-2', 'serial-noise@2-3'];
    await record(at('record'), { framesA: `record:${at('sim')}?plane=b`, framesB: null, injector: `record:${at('sim')}` }, { faults });
    for (const { name, start } of livePeers) {
      const peer = await start({ folder: join(exportsFolder, `${name}-${n}`), dicomRun, frames, scenario, seed: n, sizePx });
      try {
        await record(at(name), peer.input, { live: peer.play });
      } finally {
        await peer.stop();
      }
    }
  }
}

export interface Pictures {
  readonly seconds: number;
  readonly sizePx: number;
  readonly fps: number;
}
