import { describe, expect, it } from 'vitest';
import type { ReportFacts } from '../../native-bridge/export/report/facts.ts';
import { heightsTable } from '../../native-bridge/export/report/imagingTables.ts';

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
