import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';

interface SmallInstances {
  readonly count: number;
  /** Instances are `uidRoot`.1, .2 …, of study `uidRoot`.100 and series `uidRoot`.101. */
  readonly uidRoot: string;
  readonly patientId: string;
  readonly patientName?: string;
}

/** Writes 1.dcm, 2.dcm …: one series of one patient, a frame of 64 × 48 each. */
export async function writeSmallInstances(folder: string, { count, uidRoot, patientId, patientName = 'Test^Send' }: SmallInstances): Promise<void> {
  const frames = [Uint16Array.from({ length: 64 * 48 }, (_, index) => index & 0xfff)];
  for (let i = 1; i <= count; i++) {
    const also = [
      element(0x00080018, 'UI', `${uidRoot}.${i}`),
      element(0x00100010, 'PN', patientName),
      element(0x00100020, 'LO', patientId),
      element(0x0020000d, 'UI', `${uidRoot}.100`),
      element(0x0020000e, 'UI', `${uidRoot}.101`),
    ];
    await writeFile(join(folder, `${i}.dcm`), buildPart10(xrayRun({ rows: 48, columns: 64, bitsStored: 12, frames, also })));
  }
}
