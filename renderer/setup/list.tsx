import { text } from '../text.ts';
import { useSiteForm } from './fields.tsx';
import { type FieldPath, fieldOf } from './siteDraft.ts';

/** The items of a list in the draft; none when nothing is there. */
export function useList(path: FieldPath): readonly unknown[] {
  const { draft } = useSiteForm();
  const list = fieldOf(draft, path);
  return Array.isArray(list) ? list : [];
}

/** Takes one item out of its list; `n` counts from one, for whoever hears the button rather than sees it. */
export function RemoveItem({ path, n }: { readonly path: FieldPath; readonly n: number }) {
  const { set } = useSiteForm();
  return (
    <button type="button" className="action" onClick={() => set(path, undefined)} aria-label={`${text.setup.remove} ${n}`}>
      {text.setup.remove}
    </button>
  );
}
