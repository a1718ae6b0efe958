import type { DicomItem } from './dataset.ts';
import { elementWithValue, itemsOf, numbersOf } from './values.ts';

/** A modality or VOI lookup table (PS3.3 C.11.1, C.11.2). */
export interface LookupTable {
  /** The input of the first entry; what lies below has its output, what lies above that of the last. */
  readonly firstInput: number;
  readonly outputs: readonly number[];
  /** The output that stands for white. */
  readonly highest: number;
}

/** Tables once read, by their data: of every frame of a run the same is asked. */
const known = new WeakMap<object, LookupTable | null>();

/** The table of the first item of a sequence; null where there is none, or its data are cut short. `signed`: inputs may be negative. */
export function lookupTableOf(places: readonly DicomItem[], sequence: string, signed: boolean): LookupTable | null {
  const item = places.flatMap((place) => itemsOf(place, sequence))[0];
  const data = item && elementWithValue(item, 'x00283006');
  if (!item || !data) return null;
  const found = known.get(data);
  if (found !== undefined) return found;
  const table = readTable(item, data, signed);
  known.set(data, table);
  return table;
}

function readTable(item: DicomItem, data: { readonly dataOffset: number; readonly length: number }, signed: boolean): LookupTable | null {
  const [entries, input, bits = 16] = numbersOf(item, 'x00283002', 'US');
  if (entries === undefined || input === undefined) return null;
  // The descriptor may be of signed words (SS) though its first number is none.
  const count = entries === 0 ? 65_536 : entries & 0xffff;
  const wide = bits > 8 || data.length >= count * 2;
  const view = new DataView(item.bytes.buffer, item.bytes.byteOffset + data.dataOffset, data.length);
  if (view.byteLength < count * (wide ? 2 : 1)) return null;
  const outputs = Array.from({ length: count }, (_, index) => (wide ? view.getUint16(index * 2, item.littleEndian) : view.getUint8(index)));
  return { firstInput: signed && input > 32_767 ? input - 65_536 : input, outputs, highest: highestOf(outputs, bits) };
}

/** As declared; but writers declare 16 bits and use fewer, and then the picture would be dark. */
function highestOf(outputs: readonly number[], bits: number): number {
  const most = outputs.reduce((a, b) => Math.max(a, b), 0);
  const declared = 2 ** Math.min(Math.max(bits, 1), 16) - 1;
  return declared >= most && most * 2 >= declared ? declared : Math.max(1, most);
}
