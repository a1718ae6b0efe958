import type { ProcedureState } from '../../src/procedure/procedureState.ts';
import { deskStore } from '../store/deskStore.ts';

/** What the site wants ticked off before the present stage is left. */
export const itemsOf = (procedure: ProcedureState | null): readonly string[] =>
  deskStore.getState().site?.site.checklists?.[procedure?.stage ?? 'access'] ?? [];

/** Those not ticked yet. */
export const openItems = (procedure: ProcedureState | null): readonly string[] =>
  itemsOf(procedure).filter((item) => !procedure?.checked?.[procedure.stage]?.includes(item));
