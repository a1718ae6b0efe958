/** Numbers at a place of a dataset in its byte order. What reaches past the end reads as zeros there: callers check first. */
export const uint16At = (bytes: Uint8Array, at: number, littleEndian: boolean): number => {
  const [low, high] = littleEndian ? [at, at + 1] : [at + 1, at];
  return (bytes[low] ?? 0) | ((bytes[high] ?? 0) << 8);
};

export const uint32At = (bytes: Uint8Array, at: number, littleEndian: boolean): number => {
  const [low, high] = littleEndian ? [at, at + 2] : [at + 2, at];
  return uint16At(bytes, low, littleEndian) + uint16At(bytes, high, littleEndian) * 0x10000;
};

/** A tag as one number, 0xggggeeee. */
export const tagAt = (bytes: Uint8Array, at: number, littleEndian: boolean): number =>
  uint16At(bytes, at, littleEndian) * 0x10000 + uint16At(bytes, at + 2, littleEndian);

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
