import { tagAt, uint16At, uint32At } from './byteOrder.ts';
import { beginsWithItem, itemDelimiter, sequenceDelimiter } from './fragments.ts';
import { isKnownVrAt, isLongForm } from './header.ts';

/** A dataset or an item of a sequence: where it ends and how it is encoded. */
export interface Level {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly explicitVr: boolean;
  readonly littleEndian: boolean;
  /** 0 for the file's own dataset. */
  readonly depth: number;
  /** What may still be spent on one file, so that a hostile one does not keep others waiting. */
  readonly budget: Budget;
}

export interface Budget {
  /** Elements and items to be read. */
  elements: number;
  /** Places to be looked at for where a dataset goes on. */
  places: number;
}

export interface ElementHeader {
  readonly tag: number;
  /** As written; undefined where the encoding has none. */
  readonly vr: string | undefined;
  readonly length: number;
  readonly dataOffset: number;
}

export const undefinedLength = 0xffffffff;
export const pixelDataTag = 0x7fe00010;

const vrAt = (bytes: Uint8Array, at: number) => String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0);
const fits = (header: ElementHeader, level: Level) => header.length === undefinedLength || header.dataOffset + header.length <= level.end;

function implicitHeader({ bytes, littleEndian }: Level, at: number): ElementHeader {
  return { tag: tagAt(bytes, at, littleEndian), vr: undefined, length: uint32At(bytes, at + 4, littleEndian), dataOffset: at + 8 };
}

function shortHeader({ bytes, littleEndian }: Level, at: number): ElementHeader {
  return { tag: tagAt(bytes, at, littleEndian), vr: vrAt(bytes, at + 4), length: uint16At(bytes, at + 6, littleEndian), dataOffset: at + 8 };
}

function longHeader({ bytes, littleEndian }: Level, at: number): ElementHeader {
  return { tag: tagAt(bytes, at, littleEndian), vr: vrAt(bytes, at + 4), length: uint32At(bytes, at + 8, littleEndian), dataOffset: at + 12 };
}

/**
 * The header as the standard has it. Representations that are not known here are those of later editions, with a length of 32 bits
 * behind two bytes of zero (PS3.5 7.1.2); but these are also an empty value that another element follows.
 */
function declaredHeader(level: Level, at: number): ElementHeader {
  const { bytes, littleEndian } = level;
  if (!level.explicitVr) return implicitHeader(level, at);
  if (isKnownVrAt(bytes, at + 4)) return explicitReading(level, at, vrAt(bytes, at + 4));
  return uint16At(bytes, at + 6, littleEndian) === 0 && !isKnownVrAt(bytes, at + 12) ? longHeader(level, at) : shortHeader(level, at);
}

/** What else it may be meant as: writers leave out representations, or write a short length where a long one belongs. */
function otherReadings(level: Level, at: number): readonly ElementHeader[] {
  const known = isKnownVrAt(level.bytes, at + 4);
  if (!level.explicitVr) return known ? [explicitReading(level, at, vrAt(level.bytes, at + 4))] : [];
  return known ? [shortHeader(level, at)] : [shortHeader(level, at), implicitHeader(level, at)];
}

const explicitReading = (level: Level, at: number, vr: string) => (isLongForm(vr) ? longHeader(level, at) : shortHeader(level, at));

/** Whether a header that makes sense stands at `at`: one that comes after `tag` in order, when that is asked for. */
function headerStands(level: Level, at: number, after: number | null): boolean {
  if (at + 8 > level.end) return false;
  const tag = tagAt(level.bytes, at, level.littleEndian);
  if (level.depth > 0 && (tag === itemDelimiter || tag === sequenceDelimiter)) return true;
  if (tag === 0 || (after !== null && tag <= after)) return false;
  if (level.explicitVr) return isKnownVrAt(level.bytes, at + 4);
  return tag < itemDelimiter && fits(implicitHeader(level, at), level);
}

/** Whether what comes behind a value is the end, or an element that may follow it. */
export function wellFollowed(level: Level, header: ElementHeader, inOrder: boolean): boolean {
  const behind = header.dataOffset + header.length;
  return behind === level.end || headerStands(level, behind, inOrder ? header.tag : null);
}

/**
 * The header of the element at `at`, read as what fits what comes behind it; null where no reading of it lies within the level,
 * or where, in the file's own dataset, nothing that could be an element follows it and elements stand within its value.
 */
export function headerAt(level: Level, at: number): ElementHeader | null {
  const declared = declaredHeader(level, at);
  if (declared.dataOffset > level.end) return null;
  // The pixels are worth having in part, and items say themselves where they end.
  if (declared.length === undefinedLength || declared.tag === pixelDataTag || isSequence(declared, level)) return declared;
  return fits(declared, level) && wellFollowed(level, declared, true) ? declared : otherwiseRead(level, at, declared);
}

function otherwiseRead(level: Level, at: number, declared: ElementHeader): ElementHeader | null {
  const candidates = [declared, ...otherReadings(level, at)].filter((header) => header.length !== undefinedLength && fits(header, level));
  const chosen =
    candidates.find((header) => wellFollowed(level, header, true)) ??
    candidates.find((header) => wellFollowed(level, header, false)) ??
    (fits(declared, level) ? declared : null);
  const strays = chosen !== null && level.depth === 0 && chosen.tag < pixelDataTag && chosen.length > longest && !wellFollowed(level, chosen, false);
  return strays && chainWithin(level, chosen.dataOffset, chosen.dataOffset + chosen.length, chosen.tag) !== null ? null : chosen;
}

/** A value of this many bytes holds no chain of elements. */
const longest = 16;

/** How many elements one after the other show that a dataset goes on somewhere. */
const chainLength = 3;
/** Where, behind an element that cannot be read, elements of higher tags go on in order; null when nowhere. */
export const chainBehind = (level: Level, at: number): number | null =>
  chainWithin(level, at + 8, level.end, Math.min(tagAt(level.bytes, at, level.littleEndian), pixelDataTag - 1));

function chainWithin(level: Level, from: number, to: number, after: number): number | null {
  const { bytes, explicitVr, littleEndian, budget } = level;
  const last = Math.min(to - 8, from + budget.places - 1);
  for (let at = from; at <= last; at++) {
    // One byte tells nearly every place where representations, which are capital letters, are written.
    const letter = bytes[at + 4] as number;
    if (explicitVr && (letter < 0x41 || letter > 0x5a)) continue;
    if (!mayStand(level, at) || tagAt(bytes, at, littleEndian) <= after || !isChain(level, at, after)) continue;
    budget.places -= at + 1 - from;
    return at;
  }
  budget.places -= Math.max(0, last + 1 - from);
  return null;
}

/** Whether it is worth looking closer: most places are none by a few of their bytes. */
function mayStand({ bytes, explicitVr, littleEndian, end }: Level, at: number): boolean {
  if (explicitVr) return isKnownVrAt(bytes, at + 4);
  const group = littleEndian ? (bytes[at + 1] ?? 0) : (bytes[at] ?? 0);
  const length = uint32At(bytes, at + 4, littleEndian);
  return group <= 0x7f && (length <= end - at - 8 || length === undefinedLength);
}

function isChain(level: Level, start: number, after: number): boolean {
  let [at, tag] = [start, after];
  for (let count = 0; count < chainLength; count++) {
    if (!headerStands(level, at, tag)) return false;
    const header = level.explicitVr ? explicitReading(level, at, vrAt(level.bytes, at + 4)) : implicitHeader(level, at);
    // Groups of the standard and of devices; what is as high as this is noise.
    if (header.tag > 0x7fe0ffff && header.tag < 0xfffcfffc) return false;
    if (header.tag === pixelDataTag || (header.length === undefinedLength && isSequence(header, level))) return true;
    if (!fits(header, level) || header.length === undefinedLength) return false;
    at = header.dataOffset + header.length;
    if (at === level.end) return true;
    tag = header.tag;
  }
  return true;
}

const isSequence = (header: ElementHeader, level: Level) =>
  header.length > 0 &&
  beginsWithItem(level.bytes, header.dataOffset, level.littleEndian) &&
  (header.vr === undefined || header.vr === 'SQ' || header.vr === 'UN');

/** How an item is encoded: as what it lies in, unless its first element plainly says otherwise. */
export function itemLevel(parent: Level, at: number, end: number): Level {
  const level = { ...parent, end, depth: parent.depth + 1 };
  const tag = tagAt(parent.bytes, at, parent.littleEndian);
  if (at + 8 > end || tag === itemDelimiter || tag === sequenceDelimiter) return level;
  const known = isKnownVrAt(parent.bytes, at + 4);
  const asImplicit = fits(implicitHeader(level, at), level);
  if (parent.explicitVr && !known && asImplicit) return { ...level, explicitVr: false };
  return !parent.explicitVr && known && !asImplicit ? { ...level, explicitVr: true } : level;
}
