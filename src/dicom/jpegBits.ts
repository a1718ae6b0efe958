/** A Huffman table of ITU-T T.81 annex C: per code length the smallest and largest code and where its values begin. */
export interface HuffmanTable {
  readonly firstCode: Int32Array;
  /** −1 where there is no code of this length. */
  readonly lastCode: Int32Array;
  readonly firstValue: Int32Array;
  readonly values: Uint8Array;
}

/** Builds a table from the 16 counts and the values of a DHT segment. */
export function huffmanTable(counts: Uint8Array, values: Uint8Array): HuffmanTable {
  const firstCode = new Int32Array(17);
  const lastCode = new Int32Array(17).fill(-1);
  const firstValue = new Int32Array(17);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1] ?? 0;
    firstCode[length] = code;
    firstValue[length] = index;
    if (count > 0) lastCode[length] = code + count - 1;
    code = (code + count) << 1;
    index += count;
  }
  return { firstCode, lastCode, firstValue, values };
}

/** Reads the entropy-coded bits of one scan: takes out stuffed zeros, stops at markers. */
export interface BitReader {
  bit(): number;
  bits(count: number): number;
  /** `count` bits as the signed difference of T.81 F.2.2.1 (EXTEND). */
  signed(count: number): number;
  symbol(table: HuffmanTable): number;
  /** Drops bits up to the next byte and steps over a restart marker; false when another marker is there. */
  restart(): boolean;
  /** Where the marker stands that ended the bits, or the end of the data. */
  readonly position: number;
  /** Bits asked for beyond the end of the data. */
  readonly overrun: number;
}

export function bitReader(data: Uint8Array, start: number): BitReader {
  let position = start;
  let byte = 0;
  let left = 0;
  let overrun = 0;
  const bit = (): number => {
    if (left === 0) {
      byte = data[position] ?? 0xff;
      if (byte === 0xff && data[position + 1] !== 0) {
        // A marker or the end: T.81 has decoders go on with zeros.
        overrun++;
        return 0;
      }
      position += byte === 0xff ? 2 : 1;
      left = 8;
    }
    left--;
    return (byte >> left) & 1;
  };
  const bits = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) value = (value << 1) | bit();
    return value;
  };
  return {
    bit,
    bits,
    signed(count) {
      const value = bits(count);
      return count > 0 && value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
    },
    symbol(table) {
      let code = 0;
      for (let length = 1; length <= 16; length++) {
        code = (code << 1) | bit();
        const last = table.lastCode[length] ?? -1;
        if (last >= 0 && code <= last && code >= (table.firstCode[length] ?? 0))
          return table.values[(table.firstValue[length] ?? 0) + code - (table.firstCode[length] ?? 0)] ?? 0;
      }
      if (overrun > 0) return 0;
      throw new Error('a bit pattern is no Huffman code');
    },
    restart() {
      left = 0;
      while (data[position] === 0xff && data[position + 1] === 0xff) position++;
      const code = data[position + 1] ?? 0;
      if (data[position] !== 0xff || code < 0xd0 || code > 0xd7) return false;
      position += 2;
      return true;
    },
    get position() {
      return position;
    },
    get overrun() {
      return overrun;
    },
  };
}
