/** `pedicle console --browser` with pictures and record alone: what a display costs that no guidance delays. OPTIONS is JSON. */
import { startBridge } from '../../native-bridge/bridge.ts';
import { bridgeOptionsOf, type ConsoleOptions } from '../../native-bridge/cli/consoleOptions.ts';

const options = await bridgeOptionsOf(JSON.parse(process.argv[2] ?? '{}') as ConsoleOptions, true);
const bridge = options.ok ? await startBridge({ ...options.value, withoutGuidance: true }) : options;
if (!bridge.ok) throw new Error(bridge.fault.message);
process.stdout.write(`Pedicle is at ${bridge.value.url}\n`);
process.once('SIGINT', () => void bridge.value.stop());
