import { inputFault, ok, type Result } from '../base/result.ts';
import { startsCodeStream } from './codeStream.ts';
import type { DicomDataset } from './dataset.ts';
import { sopClassName } from './sopClass.ts';
import { explicitLittleEndian, findTransferSyntax, type TransferSyntax } from './transferSyntax.ts';
import { numberOf, textOf } from './values.ts';

/** What the image pixel module (PS3.3 C.7.6.3) and the syntax say of the pixels, checked to be possible. */
export interface ImageDescription {
  readonly sopClass: string | null;
  readonly transferSyntax: TransferSyntax;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly samplesPerPixel: number;
  readonly photometric: string;
  /** 1: all red samples, then all green, then all blue. */
  readonly planar: boolean;
  readonly bitsAllocated: 1 | 8 | 16 | 32;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
}

export const tags = {
  sopClass: 'x00080016',
  transferSyntax: 'x00020010',
  samplesPerPixel: 'x00280002',
  photometric: 'x00280004',
  planar: 'x00280006',
  frames: 'x00280008',
  rows: 'x00280010',
  columns: 'x00280011',
  bitsAllocated: 'x00280100',
  bitsStored: 'x00280101',
  highBit: 'x00280102',
  pixelRepresentation: 'x00280103',
  pixelData: 'x7fe00010',
  floatPixelData: 'x7fe00008',
  doubleFloatPixelData: 'x7fe00009',
  pixelDataProvider: 'x00287fe0',
} as const;

/** Describes the pixels, or says in words that complete "FILE …" why there are none to show. */
export function describeImage(dataset: DicomDataset): Result<ImageDescription> {
  const sopClass = textOf(dataset, tags.sopClass) ?? dataset.metaSopClass;
  const none = whyNoPixels(dataset, sopClass);
  if (none !== null) return inputFault(none);
  const syntax = syntaxOf(dataset);
  if (!syntax.ok) return syntax;
  const uint = (tag: string) => numberOf(dataset, tag, 'US');
  const rows = uint(tags.rows);
  const columns = uint(tags.columns);
  const bitsAllocated = uint(tags.bitsAllocated);
  if (rows === null || columns === null || rows <= 0 || columns <= 0) return inputFault('has pixel data but says no rows or columns for it');
  if (bitsAllocated !== 1 && bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32)
    return inputFault(
      bitsAllocated === null
        ? 'has pixel data but does not say how many bits a pixel has'
        : `has pixels of ${bitsAllocated} bits each; 1, 8, 16 and 32 can be read`,
    );
  const samplesPerPixel = uint(tags.samplesPerPixel) ?? 1;
  if (samplesPerPixel !== 1 && samplesPerPixel !== 3 && samplesPerPixel !== 4) return inputFault(`has ${samplesPerPixel} samples a pixel; 1 and 3 can be read`);
  const bitsStored = clampBits(uint(tags.bitsStored), bitsAllocated);
  return ok({
    sopClass,
    transferSyntax: syntax.value,
    rows,
    columns,
    frames: Math.max(1, Math.floor(numberOf(dataset, tags.frames, 'text') ?? 1)),
    samplesPerPixel,
    photometric: textOf(dataset, tags.photometric) ?? (samplesPerPixel === 1 ? 'MONOCHROME2' : 'RGB'),
    planar: uint(tags.planar) === 1,
    bitsAllocated,
    bitsStored,
    highBit: Math.min(Math.max(uint(tags.highBit) ?? bitsStored - 1, bitsStored - 1), bitsAllocated - 1),
    signed: uint(tags.pixelRepresentation) === 1,
  });
}

const clampBits = (stored: number | null, allocated: number) => (stored === null || stored < 1 || stored > allocated ? allocated : stored);

const mediaDirectory = '1.2.840.10008.1.3.10';

function whyNoPixels(dataset: DicomDataset, sopClass: string | null): string | null {
  const pixelData = dataset.elements[tags.pixelData];
  const what = sopClassName(sopClass);
  if (pixelData === undefined && (tags.floatPixelData in dataset.elements || tags.doubleFloatPixelData in dataset.elements))
    return `holds floating-point pixels (${what}), which are no X-ray frames`;
  if (pixelData === undefined) {
    if (sopClass === mediaDirectory) return 'is a media directory (DICOMDIR), which holds no pixel data itself: give the folder it lies in';
    if (dataset.damage !== null) return `is cut short or damaged before any pixel data (${dataset.damage})`;
    if (tags.pixelDataProvider in dataset.elements || dataset.transferSyntax?.coding === 'unsupported')
      return 'holds no pixel data: it refers to pixels on a server (JPIP); fetch them there and store them with the object';
    const privately = privateCoding(dataset);
    if (privately !== null) return `holds no pixel data that can be read: its pixels are private (${privately}); export it again as standard DICOM`;
    return `holds no pixel data${what.endsWith('image') ? ', although' : ':'} it is ${sopClass === null || sopClass === dumpedByDcmtk ? whatItHolds(dataset) : what}`;
  }
  if (pixelData.length === 0 || (pixelData.fragments !== undefined && pixelData.fragments.length === 0))
    return `holds no pixel data: the element for it is empty (${what})`;
  return null;
}

/** Elscint and Philips put coded pixels into elements of their own, (07A1,100A), and the coding's name beside them. */
function privateCoding(dataset: DicomDataset): string | null {
  const creator = textOf(dataset, 'x07a10010');
  return creator !== null && 'x07a1100a' in dataset.elements ? `${creator}, ${textOf(dataset, 'x07a11011') ?? 'of unknown coding'}` : null;
}

/** What DCMTK puts as the class of a dataset that has none. */
const dumpedByDcmtk = '1.2.276.0.7230010.3.1.0.1';

/** What an object is that does not say its class, by what only such objects hold. */
function whatItHolds({ elements }: DicomDataset): string {
  if ('x00400100' in elements) return 'a worklist entry';
  if (['x00283000', 'x00283010', 'x20500010'].some((tag) => tag in elements)) return 'a lookup table';
  if ('x0040a040' in elements) return 'a structured report';
  if ('x00041220' in elements) return 'a media directory';
  return 'an object that does not say its class';
}

function syntaxOf(dataset: DicomDataset): Result<TransferSyntax> {
  const readable = dataset.transferSyntaxUid === null || isPlainly(dataset) || isCodedPlainly(dataset);
  const syntax = dataset.transferSyntax ?? (readable ? findTransferSyntax(explicitLittleEndian) : undefined);
  if (syntax === undefined)
    return inputFault(`is coded in transfer syntax ${dataset.transferSyntaxUid}, which is not known here; convert it to an uncompressed one`);
  if (syntax.coding === 'unsupported') return inputFault(`is coded as ${syntax.name} (transfer syntax ${syntax.uid}): its pixels are not in the file`);
  // What is encapsulated is compressed, whatever is declared; without a declaration the frames themselves tell (codedAs).
  return ok(syntax);
}

/** Whether the frames are code streams that say themselves how they are coded. */
function isCodedPlainly({ elements, bytes }: DicomDataset): boolean {
  const first = elements[tags.pixelData]?.fragments?.find(({ length }) => length > 0);
  return first !== undefined && startsCodeStream(bytes, first.position);
}

/** Whether the pixel data has exactly the length of uncompressed pixels: what private transfer syntaxes of devices mostly are. */
function isPlainly(dataset: DicomDataset): boolean {
  const element = dataset.elements[tags.pixelData];
  if (element === undefined || element.fragments !== undefined) return false;
  const uint = (tag: string, otherwise: number) => numberOf(dataset, tag, 'US') ?? otherwise;
  const frames = Math.max(1, Math.floor(numberOf(dataset, tags.frames, 'text') ?? 1));
  const bits = uint(tags.rows, 0) * uint(tags.columns, 0) * uint(tags.samplesPerPixel, 1) * uint(tags.bitsAllocated, 0) * frames;
  return bits > 0 && element.length === 2 * Math.ceil(bits / 16);
}
