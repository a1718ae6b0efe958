/** What files that are offered as DICOM begin with when they are something else, each with what to do about it. */
const kinds: readonly (readonly [begins: readonly number[], what: string])[] = [
  [[0x1f, 0x8b], 'it is compressed with gzip; unpack it first'],
  [[0x50, 0x4b, 0x03, 0x04], 'it is a ZIP archive; unpack it and give the folder'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'it is compressed with zstd; unpack it first'],
  [[0x42, 0x5a, 0x68], 'it is compressed with bzip2; unpack it first'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'it is compressed with xz; unpack it first'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'it is a 7-Zip archive; unpack it and give the folder'],
  [[0xff, 0xd8, 0xff], 'it is a JPEG picture'],
  [[0x89, 0x50, 0x4e, 0x47], 'it is a PNG picture'],
  [[0x49, 0x49, 0x2a, 0x00], 'it is a TIFF picture'],
  [[0x4d, 0x4d, 0x00, 0x2a], 'it is a TIFF picture'],
  [[0x25, 0x50, 0x44, 0x46], 'it is a PDF document'],
  [[0x89, 0x4d, 0x43, 0x41, 0x50], 'it is an MCAP file; a record opens with record: and its folder'],
  [[0x1a, 0x45, 0xdf, 0xa3], 'it is a Matroska video; open it with video:'],
  [[0x52, 0x49, 0x46, 0x46], 'it is an AVI video or a WAVE sound; open a video with video:'],
];

/** Says what a file is that is no DICOM file; null where its first bytes do not tell. */
export function describeOtherFile(bytes: Uint8Array): string | null {
  const found = kinds.find(([begins]) => begins.every((value, index) => bytes[index] === value));
  if (found !== undefined) return found[1];
  const mark = String.fromCharCode(...bytes.subarray(4, 8));
  if (mark === 'ftyp') return 'it is an MP4 or QuickTime video; open it with video:';
  const text = bytes.subarray(0, 512);
  const printable = text.every((value) => value >= 0x20 || value === 0x09 || value === 0x0a || value === 0x0d);
  return text.length > 0 && printable ? 'it is a text' : null;
}
