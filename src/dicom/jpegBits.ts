/** A Huffman table of ITU-T T.81 annex C, with a look-up by the next eight bits. */
export interface HuffmanTable {
  /** For each eight bits: length × 256 + value of the code they begin with; 0 when that is longer than eight bits. */
  readonly quick: Uint16Array;
  /** Per code length the smallest and the largest code (−1: none) and where its values begin. */
  readonly firstCode: Int32Array;
  readonly lastCode: Int32Array;
  readonly firstValue: Int32Array;
  readonly values: Uint8Array;
}

/** Builds a table from the 16 counts and the values of a DHT segment. */
export function huffmanTable(counts: Uint8Array, values: Uint8Array): HuffmanTable {
  const quick = new Uint16Array(256);
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
    for (let i = 0; length <= 8 && i < count; i++) {
      const from = (code + i) << (8 - length);
      quick.fill(length * 256 + (values[index + i] ?? 0), from, from + (1 << (8 - length)));
    }
    code = (code + count) << 1;
    index += count;
  }
  return { quick, firstCode, lastCode, firstValue, values };
}

/** Reads the entropy-coded bits of one scan: takes out stuffed zeros, stops at markers. */
export interface BitReader {
  bit(): number;
  /** At most 16. */
  bits(count: number): number;
  /** `count` bits as the signed difference of T.81 F.2.2.1 (EXTEND). */
  signed(count: number): number;
  symbol(table: HuffmanTable): number;
  /** Drops what is left of the interval and steps over the restart marker; false when another marker is there. */
  restart(): boolean;
  /** Where reading stands: at the marker that ended the bits, or before it. */
  readonly position: number;
  /** Bits taken beyond the end of the data. */
  readonly overrun: number;
}

export function bitReader(data: Uint8Array, start: number): BitReader {
  let position = start;
  /** The next `left` bits, right-aligned; never more than 32. */
  let window = 0;
  let left = 0;
  let padded = 0;

  const fill = (): void => {
    while (left <= 24) {
      const byte = position < data.length ? (data[position] ?? 0) : 0xff;
      if (byte === 0xff && data[position + 1] !== 0) {
        // A marker or the end: T.81 has decoders go on with zeros.
        window <<= 8;
        padded += 8;
      } else {
        window = (window << 8) | byte;
        position += byte === 0xff ? 2 : 1;
      }
      left += 8;
    }
  };
  const bits = (count: number): number => {
    if (count === 0) return 0;
    if (left < count) fill();
    left -= count;
    return (window >>> left) & ((1 << count) - 1);
  };
  const longSymbol = (table: HuffmanTable): number => {
    for (let length = 9; length <= 16; length++) {
      const code = (window >>> (left - length)) & ((1 << length) - 1);
      const first = table.firstCode[length] ?? 0;
      if (code <= (table.lastCode[length] ?? -1) && code >= first) {
        left -= length;
        return table.values[(table.firstValue[length] ?? 0) + code - first] ?? 0;
      }
    }
    throw new Error(padded > 0 ? 'the code stream ends early' : 'a bit pattern is no Huffman code');
  };

  return {
    bit: () => bits(1),
    bits,
    signed(count) {
      const value = bits(count);
      return count > 0 && value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
    },
    symbol(table) {
      if (left < 16) fill();
      const quick = table.quick[(window >>> (left - 8)) & 255] ?? 0;
      if (quick === 0) return longSymbol(table);
      left -= quick >> 8;
      return quick & 255;
    },
    restart() {
      window = 0;
      left = 0;
      padded = 0;
      while (position + 1 < data.length && (data[position] !== 0xff || data[position + 1] === 0 || data[position + 1] === 0xff)) position++;
      const code = data[position + 1] ?? 0;
      if (code < 0xd0 || code > 0xd7) return false;
      position += 2;
      return true;
    },
    get position() {
      return position;
    },
    get overrun() {
      return Math.max(0, padded - left);
    },
  };
}
