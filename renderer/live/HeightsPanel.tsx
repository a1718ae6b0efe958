import { useEffect } from 'react';
import { operate } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { beginEndplates, endEndplates, endplatePoints, useEndplates } from '../viewport/endplateStore.ts';

const words = text.heights;

/** Places the endplates of the treated body or of its neighbour; guidance snaps them to the edges and follows them from then on. */
export function HeightsPanel({ onClose }: { readonly onClose: () => void }) {
  const draft = useEndplates();
  useEffect(() => {
    beginEndplates();
    return endEndplates;
  }, []);
  const [supFront, supBack, infFront, infBack] = draft?.points ?? [];
  const complete = draft?.points.length === endplatePoints;
  const record = (body: 'treated' | 'reference') => {
    if (!draft?.plane || !supFront || !supBack || !infFront || !infBack) return;
    if (operate({ kind: 'endplates', plane: draft.plane, body, superior: [supFront, supBack], inferior: [infFront, infBack] })) onClose();
  };
  return (
    <section className="strip strip-panel" aria-label={words.title}>
      <h2>{words.title}</h2>
      <p>
        {words.hint} {!complete && draft && <b>{words.points[draft.points.length]}</b>}
      </p>
      <div className="panel-buttons">
        <button type="button" className="action" onClick={onClose}>
          {text.note.cancel} <kbd>Esc</kbd>
        </button>
        <button type="button" className="action" onClick={beginEndplates}>
          {words.again}
        </button>
        <button type="button" className="action" disabled={!complete} onClick={() => record('reference')}>
          {words.record}: {words.reference}
        </button>
        <button type="button" className="action action-primary" disabled={!complete} onClick={() => record('treated')}>
          {words.record}: {words.treated}
        </button>
      </div>
    </section>
  );
}
