import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tags } from '../../src/dicom/image.ts';
import { numberOf, numbersOf, textOf } from '../../src/dicom/values.ts';
import type { PriorSeries } from '../../src/link/priors.ts';
import { identifierOf } from '../hospital/identifier.ts';
import { readHead } from '../sources/dicomFile.ts';

/** A folder with more files than this is no patient's prior images. */
const mostFiles = 20_000;

/** One file of a series. */
export interface PriorInstance {
  readonly path: string;
  readonly number: number | null;
  readonly frames: number;
  /** Along the normal of the slices, mm; null where the file does not say where it lies. */
  readonly positionMm: number | null;
}

export interface FoundSeries {
  readonly series: PriorSeries;
  /** In the order in which they are looked through. */
  readonly instances: readonly PriorInstance[];
}

type Head = NonNullable<Awaited<ReturnType<typeof readHead>>>;
type Vector = readonly [number, number, number];

function vectorOf(head: Head, tag: string): Vector | null {
  const [x, y, z] = numbersOf(head, tag, 'text');
  return x === undefined || y === undefined || z === undefined ? null : [x, y, z];
}

/** Position of a slice along its own normal: (0020,0032) on the cross product of the two directions in (0020,0037). */
function positionOf(head: Head): number | null {
  const position = vectorOf(head, 'x00200032');
  const [a, b, c, d, e, f] = numbersOf(head, 'x00200037', 'text');
  if (!position || a === undefined || b === undefined || c === undefined || d === undefined || e === undefined || f === undefined) return null;
  const normal: Vector = [b * f - c * e, c * d - a * f, a * e - b * d];
  return position[0] * normal[0] + position[1] * normal[1] + position[2] * normal[2];
}

const day = (date: string | null): string | null => (date && /^\d{8}$/.test(date) ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}` : date);

interface Seen {
  readonly head: Omit<PriorSeries, 'frames'>;
  readonly instance: PriorInstance;
}

function seenIn(path: string, head: Head): Seen {
  const [row, column] = numbersOf(head, 'x00280030', 'text');
  return {
    head: {
      id: textOf(head, 'x0020000e') ?? path,
      modality: textOf(head, 'x00080060') ?? '',
      patient: { id: textOf(head, 'x00100020'), name: identifierOf(head, null).text('x00100010') },
      date: day(textOf(head, 'x00080020')),
      study: textOf(head, 'x00081030') ?? '',
      description: textOf(head, 'x0008103e') ?? '',
      rows: numberOf(head, tags.rows, 'US') ?? 0,
      columns: numberOf(head, tags.columns, 'US') ?? 0,
      spacingMm: row === undefined || column === undefined ? null : [row, column],
    },
    instance: {
      path,
      number: numberOf(head, 'x00200013', 'text'),
      frames: Math.max(1, numberOf(head, tags.frames, 'text') ?? 1),
      positionMm: positionOf(head),
    },
  };
}

/** By place where every slice says its own, else by instance number, else by name. */
function inOrder(instances: readonly PriorInstance[]): readonly PriorInstance[] {
  const isPlaced = instances.length > 1 && instances.every(({ positionMm }) => positionMm !== null);
  const key = ({ positionMm, number }: PriorInstance) => (isPlaced ? positionMm : number) ?? 0;
  return instances.toSorted((p, q) => key(p) - key(q) || (p.path < q.path ? -1 : 1));
}

/** Every series with pictures below a folder; what is no DICOM file with pixels is passed over. */
export async function scanPriors(folder: string): Promise<readonly FoundSeries[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const bySeries = new Map<string, Seen[]>();
  for (const path of paths.sort().slice(0, mostFiles)) {
    const head = await readHead(path);
    if (!head) continue;
    const seen = seenIn(path, head);
    const list = bySeries.get(seen.head.id);
    if (list) list.push(seen);
    else bySeries.set(seen.head.id, [seen]);
  }
  return [...bySeries.values()].flatMap((list) => {
    const [first] = list;
    if (!first) return [];
    // Slices of another size (a scout among them) cannot stand in one stack.
    const alike = list.filter(({ head }) => head.rows === first.head.rows && head.columns === first.head.columns);
    const instances = inOrder(alike.map(({ instance }) => instance));
    return [{ series: { ...first.head, frames: instances.reduce((sum, { frames }) => sum + frames, 0) }, instances }];
  });
}
