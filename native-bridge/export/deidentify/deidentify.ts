import { hostname, userInfo } from 'node:os';
import { basename } from 'node:path';
import { ok, type Result } from '../../../src/base/result.ts';
import { patientOf } from '../../../src/procedure/operatorEvent.ts';
import type { Patient } from '../../../src/procedure/patient.ts';
import type { RecordReader } from '../../record/record.ts';
import type { RecordOrigin } from '../task.ts';
import type { Mask } from './masks.ts';
import { defaultTablePath, pseudonymOf } from './pseudonyms.ts';
import { deidentifiedReader } from './reader.ts';
import { identifiersOf, scrubber } from './scrub.ts';

export interface DeidentifyOptions {
  /** The table that says who is who; made when it is not there. */
  readonly tablePath?: string;
  /** Parts of the pictures to be blacked out, besides those of the record's own site configuration. */
  readonly masks?: readonly Mask[];
}

export interface Deidentified {
  readonly reader: RecordReader;
  readonly origin: RecordOrigin;
  readonly remarks: readonly string[];
}

/** A record to be exported without saying whose it is, after the basic profile of PS3.15 Annex E with shifted dates. */
export async function deidentify(reader: RecordReader, origin: RecordOrigin, options: DeidentifyOptions, outFolder: string): Promise<Result<Deidentified>> {
  const patients = await patientsOf(reader);
  const last = patients.at(-1) ?? null;
  const pseudonym = pseudonymOf(
    {
      patientName: last?.name ?? null,
      patientId: last && last.id !== '' ? last.id : null,
      birthDate: last?.birthDate ?? null,
      accessionNumber: last?.order?.accessionNumber ?? null,
      studyInstanceUid: last?.order?.studyInstanceUid ?? null,
      record: basename(reader.folder),
    },
    options.tablePath ?? defaultTablePath(),
    outFolder,
  );
  if (!pseudonym.ok) return pseudonym;
  const identifiers = identifiersOf(patients, [basename(reader.folder), origin.site?.name, hostname(), userInfo().username]);
  const masks = [...(origin.site?.deidentification?.masks ?? []), ...(options.masks ?? [])];
  const { sources } = reader.header;
  const unmasked = (
    [
      ['a', sources.framesA],
      ['b', sources.framesB],
    ] as const
  ).filter(([plane, uri]) => uri?.startsWith('video:') && !masks.some((mask) => mask.plane === plane));
  return ok({
    reader: deidentifiedReader(reader, pseudonym.value, masks, scrubber(identifiers)),
    origin: {
      record: pseudonym.value.record,
      chainHead: null,
      site: origin.site?.display ? { version: 1, display: origin.site.display } : null,
      deidentified: { uidSeed: pseudonym.value.uidSeed, masked: masks.length > 0 },
    },
    remarks: unmasked.map(
      ([plane]) =>
        `Plane ${plane.toUpperCase()} is captured video, which may have names burned in, and no mask was given: look at its pictures before they leave.`,
    ),
  });
}

/** Everybody who was named in the record, corrected or not. */
async function patientsOf(reader: RecordReader): Promise<readonly Patient[]> {
  const patients: Patient[] = [];
  for await (const sample of reader.samples({ frames: false, topics: ['/operator'] }))
    if (sample.topic === '/operator' && sample.data.kind === 'patient') patients.push(patientOf(sample.data));
  return patients;
}
