import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { OutElement } from '../../src/dicom/encodeElements.ts';
import type { HospitalSite } from '../../src/procedure/hospitalSite.ts';
import type { Order, OrderCode, Patient } from '../../src/procedure/patient.ts';
import type { WorklistItem } from '../../src/procedure/worklistItem.ts';
import type { PeerPatience } from './association.ts';
import { find } from './find.ts';
import type { Identifier } from './identifier.ts';
import { accessTo } from './station.ts';

export const worklistModel = '1.2.840.10008.5.1.4.31';
/** A day's list is some dozens; more means that the query caught the whole hospital. */
const mostItems = 500;

export interface Worklist {
  readonly items: readonly WorklistItem[];
  /** What the person should know of the list; null when nothing. */
  readonly notice: string | null;
}

/** Local date as DICOM writes it. */
export function dicomDate(date: Date): string {
  return `${date.getFullYear()}${String(date.getMonth() + 1).padStart(2, '0')}${String(date.getDate()).padStart(2, '0')}`;
}

/**
 * Procedure steps scheduled on `date` (`YYYYMMDD`, a range `…-…`, or empty for any), for the site's modality and station where it
 * names them, by time.
 */
export async function queryWorklist(hospital: HospitalSite | undefined, date: string, patience?: PeerPatience): Promise<Result<Worklist>> {
  const worklist = hospital?.worklist;
  if (!hospital || !worklist) return inputFault('The site configuration names no worklist; give "hospital": { "worklist": { "host", "port", "ae" } } in it.');
  const { modality, scheduledStationAe, ...peer } = worklist;
  const access = await accessTo(peer, 'the worklist', hospital, patience);
  if (!access.ok) return access;
  const found = await find(access.value, worklistModel, queryKeys(date, modality ?? '', scheduledStationAe ?? ''), mostItems);
  if (!found.ok) return found;
  const read = found.value.items.map(itemOf);
  const items = read.filter((item) => item !== null).sort((a, b) => (a.scheduledAt ?? '').localeCompare(b.scheduledAt ?? ''));
  const left = read.length - items.length;
  return ok({ items, notice: noticeOf(found.value.more, left) });
}

function noticeOf(more: boolean, left: number): string | null {
  if (more) return `The worklist has more than ${mostItems} entries for this day; name "modality" or "scheduledStationAe" in the site configuration.`;
  return left === 0 ? null : `${left} entries of the worklist were left out: they carry no study instance UID.`;
}

const empty = (tag: number, vr: OutElement['vr']): OutElement => ({ tag, vr, value: '' });
const codeKeys: readonly OutElement[] = [empty(0x00080100, 'SH'), empty(0x00080102, 'SH'), empty(0x00080104, 'LO')];

function queryKeys(date: string, modality: string, stationAe: string): readonly OutElement[] {
  const step: readonly OutElement[] = [
    { tag: 0x00080060, vr: 'CS', value: modality },
    { tag: 0x00400001, vr: 'AE', value: stationAe },
    { tag: 0x00400002, vr: 'DA', value: date },
    empty(0x00400003, 'TM'),
    empty(0x00400006, 'PN'),
    empty(0x00400007, 'LO'),
    { tag: 0x00400008, vr: 'SQ', value: [codeKeys] },
    empty(0x00400009, 'SH'),
    empty(0x00400010, 'SH'),
  ];
  return [
    empty(0x00080005, 'CS'),
    empty(0x00080050, 'SH'),
    empty(0x00080090, 'PN'),
    { tag: 0x00081110, vr: 'SQ', value: [[empty(0x00081150, 'UI'), empty(0x00081155, 'UI')]] },
    empty(0x00100010, 'PN'),
    empty(0x00100020, 'LO'),
    empty(0x00100021, 'LO'),
    empty(0x00100030, 'DA'),
    empty(0x00100040, 'CS'),
    empty(0x0020000d, 'UI'),
    empty(0x00321060, 'LO'),
    { tag: 0x00321064, vr: 'SQ', value: [codeKeys] },
    { tag: 0x00400100, vr: 'SQ', value: [step] },
    empty(0x00401001, 'SH'),
  ];
}

/** Null for an entry without a study: there would be nothing to file its images under. */
export function itemOf(entry: Identifier): WorklistItem | null {
  const studyInstanceUid = entry.text('x0020000d');
  if (studyInstanceUid === null || !/^[0-9.]{1,64}$/.test(studyInstanceUid)) return null;
  const step = entry.items('x00400100')[0];
  const text = (tag: string): string => entry.text(tag) ?? '';
  const stepId = step?.text('x00400009') ?? '';
  const order: Order = {
    studyInstanceUid,
    accessionNumber: text('x00080050'),
    requestedProcedureId: text('x00401001'),
    requestedProcedureDescription: text('x00321060'),
    ...filled('requestedProcedureCodes', codesOf(entry.items('x00321064'))),
    scheduledStepId: stepId,
    scheduledStepDescription: step?.text('x00400007') ?? '',
    ...filled('scheduledStepCodes', codesOf(step?.items('x00400008') ?? [])),
    ...present('referringPhysician', entry.text('x00080090')),
    ...filled('referencedStudies', referencesOf(entry.items('x00081110'))),
  };
  return {
    key: `${studyInstanceUid}/${stepId}`.slice(0, 128),
    patient: { ...patientOf(entry), order },
    scheduledAt: timeOf(step?.text('x00400002') ?? null, step?.text('x00400003') ?? null),
    modality: step?.text('x00080060') ?? null,
    station: step?.text('x00400010') ?? step?.text('x00400001') ?? null,
    performingPhysician: step?.text('x00400006') ?? null,
  };
}

function patientOf(entry: Identifier): Patient {
  const birth = /^(\d{4})\.?(\d\d)\.?(\d\d)$/.exec(entry.text('x00100030') ?? '');
  return {
    name: entry.text('x00100010') ?? '',
    id: entry.text('x00100020') ?? '',
    ...present('idIssuer', entry.text('x00100021')),
    ...present('birthDate', birth ? `${birth[1]}-${birth[2]}-${birth[3]}` : null),
    ...present('sex', entry.text('x00100040')),
  };
}

type Present<K extends string, V> = { readonly [P in K]?: V };
const present = <K extends string>(key: K, value: string | null) => (value === null ? {} : { [key]: value }) as Present<K, string>;
const filled = <K extends string, V>(key: K, values: readonly V[]) => (values.length === 0 ? {} : { [key]: [...values] }) as Present<K, V[]>;

function codesOf(items: readonly Identifier[]): readonly OrderCode[] {
  return items.slice(0, 16).flatMap((item) => {
    const value = item.text('x00080100');
    return value === null ? [] : [{ value: value.slice(0, 64), scheme: (item.text('x00080102') ?? '').slice(0, 64), meaning: item.text('x00080104') ?? '' }];
  });
}

function referencesOf(items: readonly Identifier[]): readonly { sopClass: string; sopInstance: string }[] {
  return items.slice(0, 16).flatMap((item) => {
    const [sopClass, sopInstance] = [item.text('x00081150'), item.text('x00081155')];
    return sopClass !== null && sopInstance !== null && /^[0-9.]+$/.test(sopClass) && /^[0-9.]+$/.test(sopInstance) ? [{ sopClass, sopInstance }] : [];
  });
}

function timeOf(date: string | null, time: string | null): string | null {
  const day = /^(\d{4})(\d\d)(\d\d)/.exec(date ?? '');
  if (day === null) return null;
  const clock = /^(\d\d):?(\d\d)/.exec(time ?? '');
  return `${day[1]}-${day[2]}-${day[3]}${clock ? `T${clock[1]}:${clock[2]}` : ''}`;
}
