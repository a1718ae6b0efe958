/** Numbers at a place of a dataset in its byte order. What reaches past the end reads as zeros there: callers check first. */
export const uint16At = (bytes: Uint8Array, at: number, littleEndian: boolean): number => {
  const first = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  return littleEndian ? first | (second << 8) : (first << 8) | second;
};

export const uint32At = (bytes: Uint8Array, at: number, littleEndian: boolean): number => {
  const first = uint16At(bytes, at, littleEndian);
  const second = uint16At(bytes, at + 2, littleEndian);
  return littleEndian ? first + second * 0x10000 : first * 0x10000 + second;
};

/** A tag as one number, 0xggggeeee. */
export const tagAt = (bytes: Uint8Array, at: number, littleEndian: boolean): number =>
  uint16At(bytes, at, littleEndian) * 0x10000 + uint16At(bytes, at + 2, littleEndian);

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
