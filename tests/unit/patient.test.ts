import { describe, expect, it } from 'vitest';
import { startTally } from '../../native-bridge/session/tally.ts';
import { hospitalSiteSchema } from '../../src/procedure/hospitalSite.ts';
import { type OperatorEvent, operatorEventSchema } from '../../src/procedure/operatorEvent.ts';
import { emergencyPatient } from '../../src/procedure/patient.ts';
import { foldProcedure, initialProcedure } from '../../src/procedure/procedure.ts';

const order = {
  studyInstanceUid: '1.2.3',
  accessionNumber: 'A1',
  requestedProcedureId: 'R1',
  requestedProcedureDescription: 'Kyphoplasty',
  scheduledStepId: 'S1',
  scheduledStepDescription: 'L1',
};
const emergency: OperatorEvent = { kind: 'patient', ...emergencyPatient(Date.UTC(2026, 2, 1, 9, 30)) };
const known: OperatorEvent = { kind: 'patient', name: 'Doe^Jane', id: '47', order, corrects: 12 };

describe('the patient of a session', () => {
  it('is absent from the state until somebody has said who it is', () => {
    expect('patient' in initialProcedure).toBe(false);
  });

  it('begins as an emergency with a provisional identity of its own', () => {
    expect(emergency).toEqual({ kind: 'patient', name: 'Emergency^20260301T093000', id: 'EMERGENCY-20260301T093000', emergency: true });
    expect(operatorEventSchema.parse(emergency)).toEqual(emergency);
  });

  it('is the last one said, with the order and without what the event corrected', () => {
    const state = foldProcedure(foldProcedure(initialProcedure, emergency, 10), known, 20);
    expect(state.patient).toEqual({ name: 'Doe^Jane', id: '47', order });
  });

  it('stands in the summary', () => {
    const tally = startTally();
    expect('patient' in tally.summary()).toBe(false);
    for (const [seq, data] of [emergency, known].entries()) tally.count({ topic: '/operator', tMs: seq, seq, data });
    expect(tally.summary().patient).toEqual({ name: 'Doe^Jane', id: '47', order });
  });

  it('as older records have it still reads', () => {
    expect(operatorEventSchema.safeParse({ kind: 'patient', name: 'A', id: 'B', birthDate: '1950-02-03', sex: 'male' }).success).toBe(true);
  });
});

describe("the hospital's part of the site configuration", () => {
  const faults = (value: unknown) => hospitalSiteSchema.safeParse(value).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  it('may be empty', () => {
    expect(hospitalSiteSchema.parse({})).toEqual({});
  });

  it.each([
    [{ worklist: { host: 'ris', port: 104, ae: 'A\\B' } }, /^worklist\.ae: an AE title has 1 to 16 characters and no backslash/],
    [{ mpps: { host: 'ris', port: 0, ae: 'RIS' } }, /^mpps\.port: /],
    [{ tls: { cert: '/c.pem' } }, /^tls: cert and key go together/],
    [
      {
        archives: [
          { name: 'a', host: 'h', port: 1, ae: 'A' },
          { name: 'a', host: 'h', port: 1, ae: 'A' },
        ],
      },
      /^archives: two archives have the same name/,
    ],
  ])('says where it is wrong: %j', (value, expected) => {
    expect(faults(value)?.join('\n')).toMatch(expected);
  });
});
