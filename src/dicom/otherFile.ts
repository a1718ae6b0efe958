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
  [[0x47, 0x49, 0x46, 0x38], 'it is a GIF picture'],
  [[0x42, 0x4d], 'it is a BMP picture'],
  [[0x00, 0x00, 0x00, 0x0c, 0x6a, 0x50], 'it is a bare JPEG 2000 picture'],
  [[0xff, 0x4f, 0xff, 0x51], 'it is a bare JPEG 2000 code stream'],
  [[0x00, 0x00, 0x00, 0x0c, 0x4a, 0x58], 'it is a bare JPEG XL picture'],
  [[0x89, 0x48, 0x44, 0x46], 'it is an HDF5 file (MINC, or data of a laboratory)'],
  [[0x5c, 0x01, 0x00, 0x00], 'it is a NIfTI or Analyze volume; it holds no X-ray run'],
  [[0x00, 0x00, 0x01, 0xba], 'it is an MPEG video; open it with video:'],
  [[0x52, 0x49, 0x46, 0x46], 'it is an AVI video or a WAVE sound; open a video with video:'],
];

/** Says what a file is that is no DICOM file; null where its first bytes do not tell. */
export function describeOtherFile(bytes: Uint8Array): string | null {
  const found = kinds.find(([begins]) => begins.every((value, index) => bytes[index] === value));
  if (found !== undefined) return found[1];
  if (bytes.length > 0 && bytes.subarray(0, 4096).every((byte) => byte === 0)) return 'it begins with nothing but zeros';
  const mark = ascii(bytes, 4, 8);
  if (mark === 'ftyp') return 'it is an MP4 or QuickTime video; open it with video:';
  if (ascii(bytes, 257, 262) === 'ustar') return 'it is a tar archive; unpack it and give the folder';
  return describeText(bytes);
}

const ascii = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));

/** Texts that stand in for files, as downloads leave them, or that describe a picture beside them. */
const texts: readonly (readonly [begins: RegExp, what: string])[] = [
  [/^\s*<(!doctype html|html)/i, 'it is a web page, perhaps what a failed download left'],
  [/^version https:\/\/git-lfs/, 'it is a pointer of Git LFS; fetch the file itself'],
  [/^\s*(<\?xml|<NativeDicomModel)/, 'it is an XML text'],
  [/^NRRD0/, 'it is an NRRD volume; it holds no X-ray run'],
  [/^ObjectType\s*=/, 'it is a MetaImage header; it holds no X-ray run'],
];

function describeText(bytes: Uint8Array): string | null {
  const beginning = ascii(bytes, 0, 512);
  const known = texts.find(([begins]) => begins.test(beginning));
  if (known !== undefined) return known[1];
  // Text of any language has no control characters; bytes above 0x7F are those of UTF-8 or of a code page.
  const printable = [...bytes.subarray(0, 512)].every((value) => (value >= 0x20 && value !== 0x7f) || value === 0x09 || value === 0x0a || value === 0x0d);
  const plain = bytes.subarray(0, 512).filter((value) => value < 0x80).length;
  return bytes.length > 0 && printable && plain * 4 >= 3 * Math.min(bytes.length, 512) ? 'it is a text' : null;
}
