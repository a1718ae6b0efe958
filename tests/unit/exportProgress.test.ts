import { describe, expect, test } from 'vitest';
import { exportKinds } from '../../native-bridge/export/exportRecord.ts';
import { sharesOf, workOf } from '../../native-bridge/export/progress.ts';
import { ExportStopped } from '../../native-bridge/export/stopped.ts';
import type { RecordReader } from '../../native-bridge/record/record.ts';

/** Ten minutes of two planes of 1024² in 16 bits at 7.5 frames a second. */
const procedure = { frames: 9000, frameBytes: 9000 * 2 * 1024 ** 2, framePixels: 9000 * 1024 ** 2, telemetryBytes: 28e6 };
const width = ({ from, to }: { readonly from: number; readonly to: number }) => to - from;

describe('the shares of an export', () => {
  test.each([[[...exportKinds]], [['csv']], [['dicom']], [['report', 'csv']], [['video', 'dicom']]] as const)(
    '%j: lie side by side and make up the whole',
    (kinds) => {
      const { video, csv, report, dicom } = sharesOf(kinds, procedure, {});
      expect([video.from, video.to, csv.to, report.to]).toEqual([0, csv.from, report.from, dicom.from]);
      expect(dicom.to).toBeCloseTo(1);
    },
  );

  test('what takes frames takes nearly all of the bar, and a kind that is not asked for takes nothing', () => {
    const all = sharesOf(exportKinds, procedure, {});
    expect(width(all.csv) + width(all.report)).toBeLessThan(0.02);
    expect(width(all.video)).toBeGreaterThan(3 * width(all.dicom));
    expect(width(sharesOf(['csv', 'dicom'], procedure, {}).video)).toBe(0);
  });

  test('compressing for DICOM weighs more', () => {
    expect(width(sharesOf(exportKinds, procedure, { dicomSyntax: 'jpeg-ls' }).dicom)).toBeGreaterThan(1.5 * width(sharesOf(exportKinds, procedure, {}).dicom));
  });

  test('a record without pictures is all telemetry', () => {
    const { csv, report } = sharesOf(['csv', 'report'], { frames: 0, frameBytes: 0, framePixels: 0, telemetryBytes: 1e6 }, {});
    expect(width(csv)).toBeGreaterThan(0);
    expect(report.to).toBeCloseTo(1);
  });
});

test('a record whose telemetry has gone since it was opened is not exported as if it had none', async () => {
  const gone = { folder: '/nowhere', planes: [] } as Partial<RecordReader> as RecordReader;
  await expect(workOf(gone)).rejects.toThrow(ExportStopped);
  await expect(workOf(gone)).rejects.toThrow('the record can no longer be read (/nowhere/telemetry.mcap: ENOENT)');
});
