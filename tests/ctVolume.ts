import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import dcmjs from 'dcmjs';

/** A CT that is made up: a bright ball of bone in soft tissue, in air. */
export interface CtVolume {
  readonly columns: number;
  readonly rows: number;
  readonly slices: number;
  /** Centre and radius of the ball, in voxels. */
  readonly ball: { readonly x: number; readonly y: number; readonly z: number; readonly radius: number };
}

export const boneHu = 700;
export const tissueHu = 40;
export const airHu = -1000;

export const valueAt = ({ columns, rows, ball }: CtVolume, x: number, y: number, z: number): number => {
  if (Math.hypot(x - ball.x, y - ball.y, z - ball.z) <= ball.radius) return boneHu;
  return Math.hypot((x - columns / 2) / columns, (y - rows / 2) / rows) < 0.42 ? tissueHu : airHu;
};

const uidRoot = '2.25.31415926535897932384626433832795';

/** Writes one file a slice, 12 bit unsigned with a rescale as scanners do, the slices in no order of their names. */
export function writeCtVolume(folder: string, volume: CtVolume): void {
  mkdirSync(folder, { recursive: true });
  const { columns, rows, slices } = volume;
  for (let z = 0; z < slices; z++) {
    const stored = new Uint16Array(columns * rows);
    for (let i = 0; i < stored.length; i++) stored[i] = valueAt(volume, i % columns, Math.floor(i / columns), z) + 1024;
    const meta = {
      MediaStorageSOPClassUID: { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.2'] },
      MediaStorageSOPInstanceUID: { vr: 'UI', Value: [`${uidRoot}.3.${z + 1}`] },
      TransferSyntaxUID: { vr: 'UI', Value: ['1.2.840.10008.1.2.1'] },
    };
    const dataset = {
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
      SOPInstanceUID: `${uidRoot}.3.${z + 1}`,
      StudyInstanceUID: `${uidRoot}.1`,
      SeriesInstanceUID: `${uidRoot}.2`,
      PatientID: 'CT-1',
      PatientName: [{ Alphabetic: 'Müller^Änne' }],
      SpecificCharacterSet: 'ISO_IR 192',
      StudyDate: '20260301',
      StudyDescription: 'Lumbar spine',
      SeriesDescription: 'Made-up CT',
      Modality: 'CT',
      InstanceNumber: String(z + 1),
      Rows: rows,
      Columns: columns,
      SamplesPerPixel: 1,
      PhotometricInterpretation: 'MONOCHROME2',
      BitsAllocated: 16,
      BitsStored: 12,
      HighBit: 11,
      PixelRepresentation: 0,
      RescaleIntercept: '-1024',
      RescaleSlope: '1',
      WindowCenter: '40',
      WindowWidth: '400',
      PixelSpacing: ['0.5', '0.5'],
      ImageOrientationPatient: ['1', '0', '0', '0', '1', '0'],
      ImagePositionPatient: ['0', '0', String(z * 1.25)],
      PixelData: [stored.buffer],
      _vrMap: { PixelData: 'OW' },
    };
    const dict = new dcmjs.data.DicomDict(meta);
    dict.dict = dcmjs.data.DicomMetaDictionary.denaturalizeDataset(dataset);
    const name = `${((z * 7) % slices).toString().padStart(4, '0')}-${z}.dcm`;
    writeFileSync(join(folder, name), Buffer.from(dict.write()));
  }
}
