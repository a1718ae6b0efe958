import { tagAt, uint32At } from './byteOrder.ts';
import { chainBehind, type ElementHeader, headerAt, itemLevel, type Level, pixelDataTag, undefinedLength, wellFollowed } from './elementHeader.ts';
import { beginsWithItem, type Fragment, itemDelimiter, itemTag, readFragments, sequenceDelimiter } from './fragments.ts';

/** One element, its value left where it lies. */
export interface DicomElement {
  /** `x` and eight hexadecimal digits. */
  readonly tag: string;
  /** Absent in implicit encodings. */
  readonly vr?: string;
  /** As declared where the file is cut short within it, so that the cut can be told. */
  readonly length: number;
  readonly dataOffset: number;
  readonly hadUndefinedLength?: true;
  /** Of a sequence. */
  readonly items?: readonly ElementItem[];
  /** Of encapsulated pixel data. */
  readonly fragments?: readonly Fragment[];
  readonly basicOffsetTable?: readonly number[];
}

/** One item of a sequence. */
export interface ElementItem {
  readonly elements: Readonly<Record<string, DicomElement>>;
}

/** Elements of one level, as far as they can be read. */
export interface ReadElements {
  readonly elements: Readonly<Record<string, DicomElement>>;
  /** Where reading ended. */
  readonly end: number;
  /** Where and why something could not be read; null when all was. */
  readonly damage: string | null;
}

/** Headers of mass-produced files are a few hundred elements, those of long enhanced runs some hundred a frame; beyond this a file is not read further. */
const mostElements = 500_000;
/** Where a dataset goes on behind what is broken is looked for within so many bytes of a file. */
const mostPlaces = 2 ** 22;
const deepestNesting = 500;

/** Words of a fault that ends a level; everything else that goes wrong is a defect of this program. */
class Unreadable extends Error {}

/**
 * Reads the elements of a dataset from `at` on, each as what it must be for the next one to make sense. Behind an element that
 * cannot be read, reading goes on where elements follow one another again. `untilTag` stops before that element's value.
 */
export function readElements(dataset: Omit<Level, 'depth' | 'budget'>, at: number, untilTag: string | undefined): ReadElements {
  const level: Level = { ...dataset, depth: 0, budget: { elements: mostElements, places: mostPlaces } };
  const elements: Record<string, DicomElement> = {};
  let damage: string | null = null;
  let position = at;
  while (position + 8 <= level.end) {
    try {
      const read = readElement(level, position, untilTag);
      const { element } = read;
      // Padding after the dataset, or the delimiter of an item that was never opened: no element.
      if (element.tag !== 'x00000000' && !element.tag.startsWith('xfffe')) elements[element.tag] = element;
      if (element.tag === untilTag) return { elements, end: read.end, damage };
      if (element.tag === name(pixelDataTag) && element.dataOffset + element.length > level.end)
        damage ??= `the pixel data reaches past the end of the file at byte ${position}`;
      if (read.cut) return { elements, end: read.end, damage: damage ?? `the file ends within a sequence that begins at byte ${position}` };
      position = read.end;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      damage ??= `${error.message} at byte ${position}`;
      const next = level.budget.elements > 0 ? chainBehind(level, position) : null;
      if (next === null) return { elements, end: position, damage };
      position = next;
    }
  }
  if (position < level.end && level.bytes.subarray(position, level.end).some((byte) => byte !== 0)) damage ??= `it ends within an element at byte ${position}`;
  return { elements, end: position, damage };
}

interface Read {
  readonly element: DicomElement;
  readonly end: number;
  /** The file ends within its items: nothing follows. */
  readonly cut?: boolean;
}

function readElement(level: Level, at: number, untilTag?: string): Read {
  spend(level);
  const header = headerAt(level, at);
  if (header === null) throw new Unreadable('an element reaches past the end of the file');
  const element = elementOf(header);
  if (element.tag === untilTag) return { element, end: header.dataOffset };
  if (header.tag === pixelDataTag) return readPixelData(level, header, element);
  if (holdsItems(level, header)) return readSequence(level, header, element);
  if (header.length === undefinedLength) throw new Unreadable('an element of undefined length holds no items');
  return { element, end: header.dataOffset + header.length };
}

function spend({ budget }: Level): void {
  if (budget.elements-- <= 0) throw new Unreadable('more elements than any image has');
}

const name = (tag: number) => `x${tag.toString(16).padStart(8, '0')}`;

function elementOf({ tag, vr, length, dataOffset }: ElementHeader): DicomElement {
  const element = vr === undefined ? { tag: name(tag), length, dataOffset } : { tag: name(tag), vr, length, dataOffset };
  return length === undefinedLength ? { ...element, hadUndefinedLength: true } : element;
}

/** The pixel data, as far as the file goes; without items, an undefined length is all that follows. */
function readPixelData({ bytes, end, littleEndian }: Level, { vr = 'OW', length, dataOffset }: ElementHeader, bare: DicomElement): Read {
  const element = { ...bare, vr };
  if (!beginsWithItem(bytes, dataOffset, littleEndian)) {
    if (length !== undefinedLength) return { element, end: Math.min(dataOffset + length, end) };
    const closed = end - dataOffset >= 8 && tagAt(bytes, end - 8, littleEndian) === sequenceDelimiter;
    return { element: { ...element, length: end - dataOffset - (closed ? 8 : 0) }, end };
  }
  const { cut, end: behind, ...parts } = readFragments(bytes, dataOffset, littleEndian);
  return { element: { ...element, ...parts, hadUndefinedLength: true, length: behind - dataOffset + (cut ? 1 : 0) }, end: behind };
}

/** Sequences, also those whose representation was lost (UN, or none); other values may hold fragments, which are nobody's matter. */
function holdsItems({ bytes, littleEndian }: Level, { vr, length, dataOffset }: ElementHeader): boolean {
  if (vr === 'SQ') return true;
  const items = beginsWithItem(bytes, dataOffset, littleEndian);
  // One without items is closed at once.
  if (length === undefinedLength) return items || tagAt(bytes, dataOffset, littleEndian) === sequenceDelimiter;
  return vr === undefined && length > 0 && items;
}

function readSequence(level: Level, header: ElementHeader, bare: DicomElement): Read {
  const { bytes, littleEndian } = level;
  const { vr, length, dataOffset } = header;
  if (vr !== undefined && /^O[BDFLWV]$/.test(vr)) {
    const { end } = readFragments(bytes, dataOffset, littleEndian);
    return { element: { ...bare, length: end - dataOffset }, end };
  }
  // Of a sequence whose representation is unknown the items are implicit (PS3.5 6.2.2), if they do not say otherwise.
  const within: Level = vr === 'UN' ? { ...level, explicitVr: false } : level;
  const open = length === undefinedLength;
  const declaredEnd = dataOffset + length;
  const readable = () => readItems(within, dataOffset, open ? level.end : Math.min(declaredEnd, level.end));
  const read = open || declaredEnd > level.end ? readable() : (orUnreadable(readable) ?? { items: [], end: declaredEnd, stopped: false, closed: false });
  if (open && read.end === dataOffset) throw new Unreadable('an element of undefined length holds no items');
  // Where the length is wrong, its items still say where they end.
  const trusted = !open && declaredEnd <= level.end && (!read.stopped || wellFollowed(level, header, false));
  const end = trusted ? declaredEnd : read.end;
  const cut = !trusted && !read.closed && !read.stopped && end >= level.end;
  return { element: { ...bare, length: end - dataOffset, items: read.items }, end, cut };
}

interface ReadItems {
  readonly items: readonly ElementItem[];
  readonly end: number;
  /** A delimiter stands behind them. */
  readonly closed: boolean;
  /** Something else stands where an item should. */
  readonly stopped: boolean;
}

/** Items up to `end` or a delimiter. */
function readItems(level: Level, start: number, end: number): ReadItems {
  if (level.depth >= deepestNesting) throw new Unreadable('sequences nested too deeply');
  const { bytes, littleEndian } = level;
  const items: ElementItem[] = [];
  let at = start;
  while (at + 8 <= end) {
    const tag = tagAt(bytes, at, littleEndian);
    if (tag === sequenceDelimiter) return { items, end: at + 8, closed: true, stopped: false };
    if (tag !== itemTag) return { items, end: at, closed: false, stopped: true };
    spend(level);
    const length = uint32At(bytes, at + 4, littleEndian);
    const itemEnd = length === undefinedLength ? end : Math.min(at + 8 + length, end);
    const item = readItem(itemLevel(level, at + 8, itemEnd), at + 8, length !== undefinedLength);
    items.push({ elements: item.elements });
    at = length === undefinedLength ? item.end : itemEnd;
  }
  return { items, end: at, closed: false, stopped: false };
}

/** The elements of an item, as far as they can be read, and where it ends when it does not say its length. */
function readItem(level: Level, start: number, bounded: boolean): { readonly elements: Record<string, DicomElement>; readonly end: number } {
  const elements: Record<string, DicomElement> = {};
  let at = start;
  while (at + 8 <= level.end) {
    const tag = tagAt(level.bytes, at, level.littleEndian);
    if (tag === itemDelimiter) return { elements, end: at + 8 };
    if (tag === sequenceDelimiter || tag === itemTag) break;
    const position = at;
    const read = bounded ? orUnreadable(() => readElement(level, position)) : readElement(level, position);
    // An item that says its length costs nothing but its own rest.
    if (read === null) return { elements, end: level.end };
    elements[read.element.tag] = read.element;
    at = read.end;
  }
  return { elements, end: at };
}

function orUnreadable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}
