import { type PressureUnit, pressureFromKpa } from '../../../src/base/units.ts';
import type { Stage } from '../../../src/procedure/operatorEvent.ts';
import type { Patient } from '../../../src/procedure/patient.ts';

/** The report's words that are not in a single place. */
export const stageWords: Readonly<Record<Stage, string>> = {
  access: 'Access',
  cavity: 'Cavity',
  mixing: 'Cement mixing',
  injection: 'Cement injection',
  closure: 'Closure',
};

export const phaseWords = { before: 'before', 'after-cavity': 'after the cavity', 'after-cement': 'after the cement' } as const;

export const priorityWords = { high: '*** high', medium: '** medium', low: '* low' } as const;

/** Session time as minutes and seconds: `4:07`, with hours where there are any. */
export function clock(tMs: number): string {
  const seconds = Math.floor(tMs / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `2026-09-21 14:13:20 UTC`. */
export const moment = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

export const digits = (count: number) => (value: number) => value.toFixed(count);
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export const pressure = (unit: PressureUnit) => (kpa: number) => pressureFromKpa(kpa, unit).toFixed(unit === 'psi' || unit === 'kPa' ? 0 : 1);

/** A DICOM person name as people write it: `Müller, Jörg`. Only the alphabetic group. */
export function personName(name: string): string {
  const [family = '', given = '', middle = '', prefix = '', suffix = ''] = (name.split('=')[0] ?? '').split('^');
  const first = [prefix, given, middle].filter(Boolean).join(' ');
  return [family, first, suffix].filter(Boolean).join(', ') || name;
}

/** `YYYY-MM-DD`, also where a source gave the eight digits of DICOM. */
export const birthDate = (patient: Patient | null): string | null => patient?.birthDate?.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3') ?? null;

/** Who the report is of, in one line: it stands on every page, since pages get apart. */
export function patientLine(patient: Patient | null): string {
  if (!patient) return 'Patient not identified';
  const born = birthDate(patient);
  const parts = [
    personName(patient.name),
    patient.id && `ID ${patient.id}`,
    born && `born ${born}`,
    patient.sex,
    patient.emergency && 'emergency, not yet identified',
  ];
  return parts.filter(Boolean).join(' · ');
}
