import { describe, expect, it } from 'vitest';
import type { ReportFacts } from '../../native-bridge/export/report/facts.ts';
import { guidanceTable, heightsTable, planesTable } from '../../native-bridge/export/report/imagingTables.ts';

const heights = (anterior: number) => ({ anterior, middle: anterior + 1, posterior: anterior + 2 });
const facts = (vertebra: readonly object[]) => ({ planes: [{ plane: 'b', vertebra }] }) as unknown as ReportFacts;
const names = (of: ReportFacts): string[] => heightsTable(of).columns.map(({ name }) => name);

describe('heights in the report', () => {
  it('are millimetres and shares of the neighbour where one was measured', () => {
    const of = facts([
      { phase: 'before', heightsPx: heights(80), heightsMm: null, ofReference: heights(0.7), wedgeAngleDeg: 14 },
      { phase: 'after-cement', heightsPx: heights(95), heightsMm: heights(19.5), wedgeAngleDeg: 8 },
    ]);
    expect(names(of)).toContain('anteriorShare');
    expect(names(of)).not.toContain('anteriorPx');
    expect(heightsTable(of).rows.map((row) => row.slice(2))).toEqual([
      [null, null, null, 0.7, 1.7, 2.7, 14],
      [19.5, 20.5, 21.5, null, null, null, 8],
    ]);
  });

  it('are pixels beside millimetres where nobody measured a neighbour', () => {
    const of = facts([{ phase: 'before', heightsPx: heights(80), heightsMm: null, wedgeAngleDeg: 14 }]);
    expect(names(of)).toContain('anteriorPx');
    expect(heightsTable(of).rows[0]?.slice(2)).toEqual([null, null, null, 80, 81, 82, 14]);
  });
});

describe('millimetres and volumes in the report', () => {
  const cells = (of: ReportFacts, table: typeof planesTable, name: string) => {
    const { columns, rows } = table(of);
    return rows.map((row) => row[columns.findIndex((column) => column.name === name)]);
  };
  const seen = (scaleFrom: string | null, volumeFrom: string | null) => ({
    plane: 'a',
    scaleFrom,
    tubeVoltageKv: null,
    needle: null,
    cement: { areaPx: 9, areaMm2: null, volumeMl: null, volumeFrom, zone: 'body' },
  });
  const of = { planes: [seen('geometry', 'injector'), seen('calibration', 'attenuation'), seen(null, null)] } as unknown as ReportFacts;

  it('say who told how large a pixel is', () => {
    expect(cells(of, planesTable, 'scale')).toEqual(['from the frames', 'calibrated by hand', 'none, pixels only']);
  });

  it('say whether a volume was calibrated', () => {
    expect(cells(of, guidanceTable, 'cementVolumeFrom')).toEqual(['calibrated', 'uncalibrated', null]);
  });
});
