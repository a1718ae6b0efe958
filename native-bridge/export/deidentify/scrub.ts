import type { Patient } from '../../../src/procedure/patient.ts';

/** Shorter words are too often part of others. */
const leastLetters = 3;

/** Every word that names a person, an order or a place, longest first, so that a part never leaves the rest behind. */
export function identifiersOf(patients: readonly Patient[], others: readonly (string | null | undefined)[]): readonly string[] {
  const said = patients.flatMap(({ name, id, idIssuer, birthDate, order }) => [
    name,
    ...name.split(/[\^=,\s]+/),
    id,
    idIssuer,
    birthDate,
    birthDate?.replaceAll('-', ''),
    order?.accessionNumber,
    order?.studyInstanceUid,
    order?.requestedProcedureId,
    order?.scheduledStepId,
    ...(order?.referringPhysician ?? '').split(/[\^=,\s]+/),
  ]);
  const words = [...said, ...others].filter((word): word is string => typeof word === 'string' && word.length >= leastLetters);
  return [...new Set(words)].sort((x, y) => y.length - x.length);
}

/** Fields that hold words; the others hold codes, which must stay what they are. */
const wordFields: ReadonlySet<string> = new Set([
  'name',
  'product',
  'level',
  'device',
  'driver',
  'message',
  'advice',
  'text',
  'label',
  'id',
  'deviceAlarm',
  'why',
]);

/** Blots identifiers out of every word field of plain data, whatever their case. Names only where they stand as a word. */
export function scrubber(identifiers: readonly string[]): <T>(data: T) => T {
  if (identifiers.length === 0) return (data) => data;
  const escaped = identifiers.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const patterns = escaped.map((word) => (/\d/.test(word) ? word : `(?<!\\p{L})${word}(?!\\p{L})`));
  const pattern = new RegExp(patterns.join('|'), 'giu');
  const scrub = (data: unknown, field: string): unknown => {
    if (typeof data === 'string') return wordFields.has(field) ? data.replace(pattern, '***') : data;
    if (Array.isArray(data)) return data.map((item) => scrub(item, field));
    if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return data;
    return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, scrub(value, name)]));
  };
  return (data) => scrub(data, '') as typeof data;
}
