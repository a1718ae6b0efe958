import type { CementObservation, NeedleObservation, VertebraObservation } from '../../../src/guidance/observation.ts';
import type { PlaneId, Sample } from '../../../src/sample/sample.ts';
import type { RecordReader } from '../../record/record.ts';
import { markOfFrame } from '../dataMark.ts';
import { createPainter, type Painter } from '../picture/painter.ts';
import { windowOf } from '../picture/window.ts';
import type { ExportTask } from '../task.ts';
import type { StoredFrame } from './facts.ts';
import type { ReportPicture } from './model.ts';
import { clock } from './words.ts';

/** More than this in one report, and nobody looks at them. */
const mostPictures = 24;
/** Lines and words this much larger than on a screen: on paper a picture is half a page wide. */
const onPaper = 1.8;

export interface Seen {
  needle?: NeedleObservation;
  cement?: CementObservation;
  vertebra?: VertebraObservation;
}

/** What guidance saw in these frames, from one walk. */
export async function observationsOf(reader: RecordReader, frames: readonly Pick<StoredFrame, 'plane' | 'frameSeq'>[]): Promise<ReadonlyMap<string, Seen>> {
  const wanted = new Map(frames.map(({ plane, frameSeq }) => [`${plane}/${frameSeq}`, {} as Seen]));
  for await (const sample of reader.samples({
    frames: false,
    topics: ['/plane/a/needle', '/plane/b/needle', '/plane/a/cement', '/plane/b/cement', '/plane/a/vertebra', '/plane/b/vertebra'],
  })) {
    const seen = wanted.get(`${planeOf(sample.topic)}/${sample.seq}`);
    if (!seen) continue;
    addSeen(seen, sample);
  }
  return wanted;
}

/** Keeps what a derived sample says of the frame it belongs to. */
export function addSeen(seen: Seen, sample: Sample): void {
  if (sample.topic === '/plane/a/needle' || sample.topic === '/plane/b/needle') seen.needle = sample.data;
  if (sample.topic === '/plane/a/cement' || sample.topic === '/plane/b/cement') seen.cement = sample.data;
  if (sample.topic === '/plane/a/vertebra' || sample.topic === '/plane/b/vertebra') seen.vertebra = sample.data;
}

const planeOf = (topic: string): PlaneId => (topic.startsWith('/plane/a/') ? 'a' : 'b');

/** Stored frames first, then those of alarms and the end, as many as fit; shown in order of time, overlay burned in. */
export async function keyImages(
  { reader, remark, step }: Pick<ExportTask, 'reader' | 'remark' | 'step'>,
  frames: readonly StoredFrame[],
): Promise<readonly ReportPicture[]> {
  const chosen = [...frames].sort((x, y) => Number(x.why !== null) - Number(y.why !== null)).slice(0, mostPictures);
  if (chosen.length < frames.length) remark(`The report shows ${chosen.length} of ${frames.length} key images.`);
  chosen.sort((x, y) => x.tMs - y.tMs || x.plane.localeCompare(y.plane));
  const seen = await observationsOf(reader, chosen);
  const pictures: ReportPicture[] = [];
  let painter: Painter | null = null;
  for (const [index, stored] of chosen.entries()) {
    step(index, chosen.length);
    const read = await reader.frame(stored.plane, stored.frameSeq);
    if (!read.ok) {
      remark(`A key image is missing: ${read.fault.message}`);
      continue;
    }
    const frame = read.value.data;
    const { columns, rows } = frame.attributes;
    // One for all pictures of a size: each would hold on to eight bytes a pixel until garbage is collected.
    if (painter?.columns !== columns || painter.rows !== rows) painter = createPainter(columns, rows, onPaper);
    const overlay = { observation: seen.get(`${stored.plane}/${stored.frameSeq}`) ?? null, plan: stored.plan?.planes[stored.plane] ?? null };
    const text = `Plane ${stored.plane.toUpperCase()}  ${clock(stored.frameTMs)}`;
    painter.paint(frame, windowOf(frame), overlay, { text, mark: markOfFrame(reader.header, stored.plane, frame) });
    const why = stored.why ?? 'Stored by the operator';
    pictures.push({
      id: `plane-${stored.plane}-${stored.frameSeq}`,
      caption: `${clock(stored.frameTMs)}, plane ${stored.plane.toUpperCase()}, frame ${frame.attributes.frameNumber}: ${why}`,
      alternative: `Fluoroscopy frame of plane ${stored.plane.toUpperCase()} at ${clock(stored.frameTMs)} with needle, cement and plan drawn over it. ${why}.`,
      jpeg: await painter.jpeg(),
    });
  }
  return pictures;
}
