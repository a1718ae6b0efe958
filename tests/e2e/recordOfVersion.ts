import { openRecordWriter } from '../../native-bridge/record/writer.ts';
import { openSources } from '../../native-bridge/session/openSources.ts';
import { startSession } from '../../native-bridge/session/session.ts';
import { defaultInjectorSettings } from '../../src/injector/settings.ts';

/** A program: makes a record of a simulated procedure in FOLDER that says it was made by VERSION. */
const [folder = '', softwareVersion = ''] = process.argv.slice(2);
const frames = 'sim:kyphoplasty?size=256&fps=4';
const sources = { framesA: frames, framesB: null, injector: 'sim:kyphoplasty' };

const opened = await openSources({ ...sources, planFile: null, scriptFile: null, faults: [], speed: 'max' });
if (!opened.ok) throw new Error(opened.fault.message);
const session = await startSession({
  sources: opened.value.sources,
  planes: opened.value.planes,
  speed: 'max',
  injectorSettings: defaultInjectorSettings,
  describe: { softwareVersion, runtime: 'node of then', procedure: opened.value.procedure, simulated: opened.value.simulated, sources },
  openRecord: (header, onTrouble) => openRecordWriter({ folder }, header, onTrouble),
});
if (!session.ok) throw new Error(session.fault.message);
const ended = await session.value.run();
if (!ended.ok) throw new Error(ended.fault.message);
process.exit(0);
