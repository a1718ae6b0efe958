import { inputFault, ok, type Result } from '../../src/base/result.ts';
import type { HospitalSite } from '../../src/procedure/hospitalSite.ts';
import type { WorklistItem } from '../../src/procedure/worklistItem.ts';
import { dicomDate, queryWorklist } from './worklist.ts';

/** The one item of today's worklist with this accession number. */
export async function pickWorklistItem(hospital: HospitalSite | undefined, accession: string): Promise<Result<WorklistItem>> {
  const answered = await queryWorklist(hospital, dicomDate(new Date()));
  if (!answered.ok) return answered;
  const [item, ...others] = answered.value.items.filter(({ patient }) => patient.order.accessionNumber === accession);
  if (!item) return inputFault(`Today's worklist has no entry with accession number ${accession}; "pedicle worklist" shows what it has.`);
  return others.length === 0
    ? ok(item)
    : inputFault(`Today's worklist has ${others.length + 1} steps with accession number ${accession}; choose one in the console.`);
}
