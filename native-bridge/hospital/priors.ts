import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { dimseField } from '../../src/dicom/commandSet.ts';
import { type OutElement, unicodeCharacterSet } from '../../src/dicom/encodeElements.ts';
import type { PriorStudy } from '../../src/link/hospitalLink.ts';
import { type Archive, type HospitalSite, isWebArchive } from '../../src/procedure/hospitalSite.ts';
import type { ReceivedInstance } from '../sources/dicomReceiver.ts';
import { type PeerAccess, type PeerPatience, withAssociation } from './association.ts';
import { find } from './find.ts';
import { encodeIdentifier, type Identifier, plainSyntaxes } from './identifier.ts';
import { studyOfFile } from './instanceFile.ts';
import { PeerProblem } from './peerProblem.ts';
import { accessTo, stationOf } from './station.ts';
import { webAccessTo } from './stow.ts';
import { fetchWebStudy, listWebPriors } from './webPriors.ts';

const findModel = '1.2.840.10008.5.1.4.1.2.2.1';
const moveModel = '1.2.840.10008.5.1.4.1.2.2.2';
const mostStudies = 200;

const newestFirst = (studies: readonly PriorStudy[]): readonly PriorStudy[] => studies.toSorted((a, b) => (b.date ?? '').localeCompare(a.date ?? ''));

/** Studies of a patient on an archive, newest first. */
export async function listPriors(archive: Archive, patientId: string, hospital: HospitalSite, patience: PeerPatience): Promise<Result<readonly PriorStudy[]>> {
  // Wildcards would bring other patients' studies.
  if (patientId === '' || /[*?\\]/.test(patientId)) return inputFault('The patient has no identifier that an archive could be asked for.');
  if (isWebArchive(archive)) {
    const web = await webAccessTo(archive, hospital, patience);
    const listed = web.ok ? await listWebPriors(web.value, patientId, mostStudies) : web;
    return listed.ok ? ok(newestFirst(listed.value)) : listed;
  }
  const access = await accessTo(archive, `archive ${archive.name}`, hospital, patience);
  if (!access.ok) return access;
  const empty = (tag: number, vr: OutElement['vr']): OutElement => ({ tag, vr, value: '' });
  const keys: readonly OutElement[] = [
    unicodeCharacterSet,
    { tag: 0x00080052, vr: 'CS', value: 'STUDY' },
    { tag: 0x00100020, vr: 'LO', value: patientId },
    empty(0x00080020, 'DA'),
    empty(0x00080061, 'CS'),
    empty(0x00081030, 'LO'),
    empty(0x0020000d, 'UI'),
    empty(0x00201208, 'IS'),
  ];
  const found = await find(access.value, findModel, keys, mostStudies);
  if (!found.ok) return found;
  const studies = found.value.items.map((item) => priorOf(item, patientId)).filter((study) => study !== null);
  return ok(newestFirst(studies));
}

/** Null for a study of someone else: some archives match more widely than they were asked. */
function priorOf(item: Identifier, patientId: string): PriorStudy | null {
  const studyInstanceUid = item.text('x0020000d');
  if (studyInstanceUid === null || !/^[0-9.]{1,64}$/.test(studyInstanceUid) || item.text('x00100020') !== patientId) return null;
  const date = /^(\d{4})(\d\d)(\d\d)$/.exec(item.text('x00080020') ?? '');
  return {
    studyInstanceUid,
    date: date ? `${date[1]}-${date[2]}-${date[3]}` : null,
    description: item.text('x00081030') ?? '',
    modalities: (item.text('x00080061') ?? '').split('\\').filter((modality) => modality !== ''),
    instances: item.number('x00201208'),
  };
}

/** Studies on their way to us. What comes unasked is not kept. */
export interface PriorFetches {
  /** Has an archive bring a study to the station's port, or takes it from a DICOMweb archive; gives the folder and how many files came. */
  fetch(archive: Archive, study: string, hospital: HospitalSite, patience: PeerPatience): Promise<Result<{ readonly folder: string; readonly files: number }>>;
  /** For the station's port. */
  receive(instance: ReceivedInstance): void;
}

export function createPriorFetches(folder: string): PriorFetches {
  const wanted = new Map<string, { files: number; readonly filing: Promise<void>[] }>();
  const file = async (instance: ReceivedInstance): Promise<void> => {
    const study = await studyOfFile(instance.path);
    const fetch = study === null ? undefined : wanted.get(study);
    if (study === null || fetch === undefined) {
      await rm(instance.path, { force: true });
      return;
    }
    // By its identifier, so that a study that is fetched twice is there once.
    const name = /^[0-9][0-9.]{0,63}$/.test(instance.sopInstance) ? `${instance.sopInstance}.dcm` : basename(instance.path);
    await rename(instance.path, join(folder, study, name));
    fetch.files++;
  };
  return {
    receive(instance) {
      const filing = file(instance).catch((error: unknown) => {
        process.stderr.write(
          `pedicle: a prior image could not be kept: ${error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read'}\n`,
        );
      });
      for (const fetch of wanted.values()) fetch.filing.push(filing);
    },
    async fetch(archive, study, hospital, patience) {
      if (isWebArchive(archive)) {
        const web = await webAccessTo(archive, hospital, patience);
        const fetched = web.ok ? await fetchWebStudy(web.value, study, join(folder, study)) : web;
        return fetched.ok ? ok({ folder: join(folder, study), files: fetched.value }) : fetched;
      }
      const access = await accessTo(archive, `archive ${archive.name}`, hospital, patience);
      if (!access.ok) return access;
      if (wanted.has(study)) return inputFault('This study is being fetched already.');
      await mkdir(join(folder, study), { recursive: true, mode: 0o700 });
      const state = { files: 0, filing: [] as Promise<void>[] };
      wanted.set(study, state);
      try {
        const moved = await move(access.value, stationOf(hospital).ae, study);
        if (!moved.ok) return moved;
        await Promise.all(state.filing);
        return ok({ folder: join(folder, study), files: state.files });
      } finally {
        wanted.delete(study);
      }
    },
  };
}

function move(access: PeerAccess, destination: string, study: string): Promise<Result<void>> {
  const contexts = [{ abstractSyntax: moveModel, transferSyntaxes: plainSyntaxes }];
  return withAssociation({ ...access, contexts }, async (association) => {
    const context = association.context(moveModel);
    if (context === null) throw new PeerProblem('does not send images on request (C-MOVE)');
    const keys: readonly OutElement[] = [
      { tag: 0x00080052, vr: 'CS', value: 'STUDY' },
      { tag: 0x0020000d, vr: 'UI', value: study },
    ];
    const request = { field: dimseField.moveRequest, messageId: 1, affectedSopClass: moveModel, priority: 0, moveDestination: destination, hasDataset: true };
    await association.send(context.id, request, encodeIdentifier(keys, context.transferSyntax));
    for (;;) {
      const { status = 0, failed = 0 } = (await association.response()).command;
      if (status === 0xff00) continue;
      if (status === 0xa801) throw new PeerProblem(`does not know where ${destination} is; enter our AE title, host and port in its configuration`);
      if (status !== 0 || failed > 0)
        throw new PeerProblem(
          `could not send everything (status ${status.toString(16).padStart(4, '0')}h, ${failed} failed); check that it can reach our port`,
        );
      return;
    }
  });
}
