/** Pressure units that people choose for display. Internally pressure is always kPa. */
export type PressureUnit = 'psi' | 'atm' | 'bar' | 'kPa';

/** kPa in one unit: psi after NIST SP 811 (6.894757), atm and bar exact. */
const kpaPerUnit: Readonly<Record<PressureUnit, number>> = { psi: 6.894757, atm: 101.325, bar: 100, kPa: 1 };

export const pressureFromKpa = (pressureKpa: number, unit: PressureUnit): number => pressureKpa / kpaPerUnit[unit];
export const pressureToKpa = (pressure: number, unit: PressureUnit): number => pressure * kpaPerUnit[unit];

/** 400 psi, the usual rated pressure of a kyphoplasty balloon (FDA K132620). */
export const ratedBalloonPressureKpa = 2758;
