/**
 * Consistent overhead byte stuffing (Cheshire and Baker, IEEE/ACM Transactions on Networking 7(2), 1999): bytes without
 * zeros, so that a zero can only be the end of a frame.
 */
export function cobsEncode(bytes: Uint8Array): Uint8Array {
  const out: number[] = [0];
  let codeAt = 0;
  let code = 1;
  for (const byte of bytes) {
    if (byte !== 0) {
      out.push(byte);
      code++;
    }
    if (byte === 0 || code === 0xff) {
      out[codeAt] = code;
      codeAt = out.length;
      out.push(0);
      code = 1;
    }
  }
  out[codeAt] = code;
  return Uint8Array.from(out);
}

/** The bytes that were stuffed; `null` when the text is not the stuffing of anything. */
export function cobsDecode(stuffed: Uint8Array): Uint8Array | null {
  if (stuffed.length === 0) return null;
  const out: number[] = [];
  let at = 0;
  while (at < stuffed.length) {
    const code = stuffed[at] ?? 0;
    if (code === 0 || at + code > stuffed.length) return null;
    for (let i = at + 1; i < at + code; i++) {
      const byte = stuffed[i] ?? 0;
      if (byte === 0) return null;
      out.push(byte);
    }
    at += code;
    if (code !== 0xff && at < stuffed.length) out.push(0);
  }
  return Uint8Array.from(out);
}
