import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { XrayFrame } from '../../../src/dicom/xrayFrame.ts';
import type { Plan } from '../../../src/procedure/plan.ts';
import { frameTopic, type PlaneId, type Topic } from '../../../src/sample/sample.ts';
import type { RecordReader } from '../../record/record.ts';
import { markOfFrame, markOfRecord, markWord } from '../dataMark.ts';
import { createPainter } from '../picture/painter.ts';
import { type Window, windowOf } from '../picture/window.ts';
import { addSeen, type Seen } from '../report/keyImages.ts';
import { clock } from '../report/words.ts';
import { ExportStopped } from '../stopped.ts';
import type { ExportTask } from '../task.ts';
import { openVideoWriter, type VideoWriter } from './encoder.ts';

export interface VideoStyle {
  /** Needle, cement, plan and time burned into the picture, or the picture alone. */
  readonly overlay: boolean;
  /** FFV1 in Matroska; without the overlay it holds the stored values themselves. */
  readonly lossless: boolean;
}

/** The last picture is shown this long, ms, when nothing says how long it lasted. */
const lastPictureMs = 100;
/** Pictures from which the window is taken. */
const windowPictures = 7;

/** One video for each plane, below `video/`, at the times of the record. Gives the files. */
export async function exportVideo(task: ExportTask, style: VideoStyle): Promise<readonly string[]> {
  const { reader } = task;
  await mkdir(join(task.out, 'video'), { recursive: true, mode: 0o700 });
  const planes = reader.planes.filter((plane) => reader.frameIndex(plane).length > 0);
  const mark = markOfRecord(reader.header);
  const total = planes.reduce((sum, plane) => sum + reader.frameIndex(plane).length, 0);
  let done = 0;
  const files: string[] = [];
  for (const plane of planes) {
    const name = `video/plane-${plane}.${style.lossless ? 'mkv' : 'mp4'}`;
    const shape = await shapeOf(reader, plane, () => task.step(done, total));
    const stored = style.lossless && !style.overlay && !shape.varies;
    if (style.lossless && !style.overlay && shape.varies)
      task.remark(`The frames of plane ${plane.toUpperCase()} change their size or depth: its video shows them as pictures, not as stored values.`);
    const writer = await openVideoWriter(join(task.out, name), {
      codec: style.lossless ? 'ffv1' : 'h264',
      pixels: stored ? { kind: 'stored', bits: shape.bits } : { kind: 'rgba' },
      width: stored ? shape.columns : even(shape.columns),
      height: stored ? shape.rows : even(shape.rows),
      title: `Plane ${plane.toUpperCase()}${mark === null ? '' : ` (${markWord[mark]})`}`,
      comment: `${reader.header.procedure}, Pedicle ${reader.header.softwareVersion}. Not a medical device.`,
      startedAtEpochMs: reader.header.startedAtEpochMs,
    });
    try {
      const onFrame = () => task.step(++done, total);
      await (stored ? writeStored(reader, plane, writer, onFrame) : writePictures(task, plane, shape, style, writer, onFrame));
    } catch (error) {
      await writer.abandon();
      throw error;
    }
    files.push(name);
  }
  return files;
}

/** H.264 with halved colour wants even sides. */
const even = (pixels: number): number => pixels + (pixels % 2);

interface Shape {
  readonly columns: number;
  readonly rows: number;
  readonly bits: number;
  readonly varies: boolean;
}

/** The largest frame of the plane, and whether all are alike. */
async function shapeOf(reader: RecordReader, plane: PlaneId, onFrame: () => void): Promise<Shape> {
  let shape: Shape | null = null;
  for await (const sample of reader.samples({ frames: false, topics: [frameTopic(plane)] })) {
    if (sample.topic !== frameTopic(plane) || !('attributes' in sample.data)) continue;
    onFrame();
    const { columns, rows, bitsStored, bitsAllocated } = sample.data.attributes;
    const bits = bitsAllocated === 8 ? 8 : Math.max(9, bitsStored);
    const before: Shape = shape ?? { columns, rows, bits, varies: false };
    const same: boolean = before.columns === columns && before.rows === rows && before.bits === bits;
    shape = {
      columns: Math.max(before.columns, columns),
      rows: Math.max(before.rows, rows),
      bits: Math.max(before.bits, bits),
      varies: before.varies || !same,
    };
  }
  if (!shape) throw new ExportStopped(`plane ${plane.toUpperCase()} has no frames`);
  return shape;
}

async function writeStored(reader: RecordReader, plane: PlaneId, writer: VideoWriter, onFrame: () => void): Promise<void> {
  const index = reader.frameIndex(plane);
  const startMs = index[0]?.tMs ?? 0;
  for (const { seq, tMs } of index) {
    const read = await reader.frame(plane, seq);
    if (!read.ok) throw new ExportStopped(read.fault.message);
    const { pixels } = read.value.data;
    await writer.write(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength), tMs - startMs);
    onFrame();
  }
  await writer.end((index.at(-1)?.tMs ?? startMs) - startMs + lastPictureMs);
}

interface Waiting {
  readonly seq: number;
  readonly tMs: number;
  readonly frame: XrayFrame;
  readonly plan: Plan | null;
  readonly seen: Seen;
}

/** Frames with what guidance saw in each of them, in the window of the whole video. */
async function writePictures(task: ExportTask, plane: PlaneId, shape: Shape, style: VideoStyle, writer: VideoWriter, onFrame: () => void): Promise<void> {
  const { reader } = task;
  const painter = createPainter(even(shape.columns), even(shape.rows));
  const whole = await windowOfPlane(reader, plane);
  const startMs = reader.frameIndex(plane)[0]?.tMs ?? 0;
  let lastMs = startMs;
  const paint = async ({ tMs, frame, plan, seen }: Waiting): Promise<void> => {
    const { windowCenter } = frame.attributes;
    const caption = { text: style.overlay ? `Plane ${plane.toUpperCase()}  ${clock(tMs)}` : null, mark: markOfFrame(reader.header, plane, frame) };
    const overlay = style.overlay ? { observation: seen, plan: plan?.planes[plane] ?? null } : null;
    painter.paint(frame, windowCenter === null ? whole : windowOf(frame), overlay, caption);
    await writer.write(painter.rgba(), tMs - startMs);
    lastMs = tMs;
    onFrame();
  };
  for await (const waiting of framesWithSeen(reader, plane)) await paint(waiting);
  await writer.end(lastMs - startMs + lastPictureMs);
}

/** Each frame of a plane together with what was derived from it, and the plan that was in force. */
async function* framesWithSeen(reader: RecordReader, plane: PlaneId): AsyncGenerator<Waiting> {
  const topics: readonly Topic[] = [frameTopic(plane), `/plane/${plane}/needle`, `/plane/${plane}/cement`, `/plane/${plane}/vertebra`, '/operator'];
  let plan: Plan | null = null;
  let waiting: Waiting | null = null;
  for await (const sample of reader.samples({ topics })) {
    if (waiting && sample.seq !== waiting.seq) {
      yield waiting;
      waiting = null;
    }
    if (sample.topic === '/operator' && sample.data.kind === 'plan') plan = sample.data.plan;
    if (sample.topic === '/plane/a/frame' || sample.topic === '/plane/b/frame')
      waiting = { seq: sample.seq, tMs: sample.tMs, frame: sample.data, plan, seen: {} };
    else if (waiting) addSeen(waiting.seen, sample);
  }
  if (waiting) yield waiting;
}

/** One window for all frames, so that the picture does not flicker: the middle one of a few spread over the record. */
async function windowOfPlane(reader: RecordReader, plane: PlaneId): Promise<Window> {
  const index = reader.frameIndex(plane);
  const windows: Window[] = [];
  for (let i = 0; i < windowPictures; i++) {
    const at = index[Math.floor(((i + 0.5) / windowPictures) * index.length)];
    const read = at ? await reader.frame(plane, at.seq) : null;
    if (read?.ok) windows.push(windowOf(read.value.data));
  }
  const middle = (values: readonly number[]) => [...values].sort((x, y) => x - y)[values.length >> 1] ?? 0;
  return {
    lower: middle(windows.map(({ lower }) => lower)),
    upper: middle(windows.map(({ upper }) => upper)),
    voiFunction: windows[0]?.voiFunction ?? 'LINEAR',
  };
}
