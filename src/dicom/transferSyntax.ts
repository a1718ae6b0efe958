/** How the pixel data of one transfer syntax is coded. */
export type PixelCoding =
  | 'native'
  | 'rle'
  /** DCT: baseline, extended (8 or 12 bit) and the retired progressive processes. */
  | 'jpeg'
  | 'jpeg-lossless'
  | 'jpeg-ls'
  | 'jpeg-2000'
  | 'htj2k'
  | 'jpeg-xl'
  /** Each frame is one raw deflate stream (PS3.5 annex A.4.13, deflated image frame compression). */
  | 'deflated-frame'
  | 'video'
  /** Known, and nothing here decodes it: pixels served from elsewhere, JPIP. */
  | 'unsupported';

export interface TransferSyntax {
  readonly uid: string;
  readonly name: string;
  readonly coding: PixelCoding;
  readonly explicitVr: boolean;
  readonly littleEndian: boolean;
  /** The whole dataset is one raw deflate stream. */
  readonly deflated: boolean;
  /** Pixel words are big endian though the elements are little endian (a private syntax of GE). */
  readonly bigEndianPixels?: boolean;
}

const plain = { coding: 'native', explicitVr: true, littleEndian: true, deflated: false } as const;
const syntaxes = new Map<string, TransferSyntax>();
const add = (uid: string, name: string, differs: Partial<TransferSyntax> = {}) => syntaxes.set(uid, { ...plain, uid, name, ...differs });

export const implicitLittleEndian = '1.2.840.10008.1.2';
export const explicitLittleEndian = '1.2.840.10008.1.2.1';
export const explicitBigEndian = '1.2.840.10008.1.2.2';
const compressed = (suffix: string, name: string, coding: PixelCoding) => add(`1.2.840.10008.1.2.${suffix}`, name, { coding });

add(implicitLittleEndian, 'Implicit VR Little Endian', { explicitVr: false });
add(explicitLittleEndian, 'Explicit VR Little Endian');
add(explicitBigEndian, 'Explicit VR Big Endian', { littleEndian: false });
add('1.2.840.10008.1.2.1.98', 'Encapsulated Uncompressed Explicit VR Little Endian');
add('1.2.840.10008.1.2.1.99', 'Deflated Explicit VR Little Endian', { deflated: true });
add('1.2.840.113619.5.2', 'GE private Implicit VR with Big Endian pixels', { explicitVr: false, bigEndianPixels: true });
compressed('5', 'RLE Lossless', 'rle');
compressed('8.1', 'Deflated Image Frame Compression', 'deflated-frame');
compressed('4.50', 'JPEG Baseline (Process 1)', 'jpeg');
compressed('4.51', 'JPEG Extended (Process 2 and 4)', 'jpeg');
for (const retired of [52, 53, 54, 55, 56, 59, 60, 61, 62, 63, 64]) compressed(`4.${retired}`, `JPEG (retired process, ${retired})`, 'jpeg');
for (const retired of [58, 65, 66]) compressed(`4.${retired}`, `JPEG Lossless (retired process, ${retired})`, 'jpeg-lossless');
compressed('4.57', 'JPEG Lossless (Process 14)', 'jpeg-lossless');
compressed('4.70', 'JPEG Lossless, First-Order Prediction', 'jpeg-lossless');
compressed('4.80', 'JPEG-LS Lossless', 'jpeg-ls');
compressed('4.81', 'JPEG-LS Near-Lossless', 'jpeg-ls');
compressed('4.90', 'JPEG 2000 (Lossless Only)', 'jpeg-2000');
compressed('4.91', 'JPEG 2000', 'jpeg-2000');
compressed('4.92', 'JPEG 2000 Part 2 Multi-component (Lossless Only)', 'jpeg-2000');
compressed('4.93', 'JPEG 2000 Part 2 Multi-component', 'jpeg-2000');
compressed('4.94', 'JPIP Referenced', 'unsupported');
compressed('4.95', 'JPIP Referenced Deflate', 'unsupported');
compressed('4.100', 'MPEG2 Main Profile / Main Level', 'video');
compressed('4.101', 'MPEG2 Main Profile / High Level', 'video');
compressed('4.102', 'MPEG-4 AVC/H.264 High Profile', 'video');
compressed('4.103', 'MPEG-4 AVC/H.264 BD-compatible', 'video');
compressed('4.104', 'MPEG-4 AVC/H.264 High Profile for 2D video', 'video');
compressed('4.105', 'MPEG-4 AVC/H.264 High Profile for 3D video', 'video');
compressed('4.106', 'MPEG-4 AVC/H.264 Stereo High Profile', 'video');
compressed('4.107', 'HEVC/H.265 Main Profile', 'video');
compressed('4.108', 'HEVC/H.265 Main 10 Profile', 'video');
for (const [base, name] of [
  ['4.100.1', 'Fragmentable MPEG2 Main Level'],
  ['4.101.1', 'Fragmentable MPEG2 High Level'],
  ['4.102.1', 'Fragmentable MPEG-4 AVC/H.264'],
  ['4.103.1', 'Fragmentable MPEG-4 AVC/H.264 BD-compatible'],
  ['4.104.1', 'Fragmentable MPEG-4 AVC/H.264 for 2D video'],
  ['4.105.1', 'Fragmentable MPEG-4 AVC/H.264 for 3D video'],
  ['4.106.1', 'Fragmentable MPEG-4 AVC/H.264 Stereo'],
] as const)
  compressed(base, name, 'video');
compressed('4.110', 'JPEG XL Lossless', 'jpeg-xl');
compressed('4.111', 'JPEG XL JPEG Recompression', 'jpeg-xl');
compressed('4.112', 'JPEG XL', 'jpeg-xl');
compressed('4.201', 'High-Throughput JPEG 2000 (Lossless Only)', 'htj2k');
compressed('4.202', 'High-Throughput JPEG 2000 with RPCL (Lossless Only)', 'htj2k');
compressed('4.203', 'High-Throughput JPEG 2000', 'htj2k');

/** The transfer syntaxes of PS3.6 annex A that concern pixels; `undefined` for one that is not among them. */
export const findTransferSyntax = (uid: string): TransferSyntax | undefined => syntaxes.get(uid);
