import { pedicle } from './pedicle.ts';

export interface SimulatedRecord {
  readonly scenario?: string;
  readonly seed?: number;
  readonly seconds?: number;
  /** Empty: no frames. */
  readonly planes?: readonly ('a' | 'b')[];
  readonly size?: number;
  readonly fps?: number;
}

/** Records a short simulated procedure in `folder`, as fast as it goes. */
export async function recordSimulation(folder: string, options: SimulatedRecord = {}): Promise<void> {
  const { scenario = 'kyphoplasty', seed = 1, seconds = 6, planes = ['a'], size = 96, fps = 5 } = options;
  const frames = planes.flatMap((plane) => [`--frames-${plane}`, `sim:${scenario}?seed=${seed}&size=${size}&fps=${fps}&duration=${seconds}`]);
  const injector = ['--injector', `sim:${scenario}?seed=${seed}&duration=${seconds}`];
  const ran = await pedicle('run', ...frames, ...injector, '--out', folder, '--speed', 'max');
  if (ran.status !== 0) throw new Error(`The simulated procedure was not recorded: ${ran.stderr}`);
}
