import { liveStreamPath, type SessionInfo } from '../../src/link/link.ts';
import { type PlaneId, planeIds } from '../../src/sample/index.ts';
import type { PlanDraft, PlanPart } from '../plan/draft.ts';
import { PlanLayer } from '../plan/PlanLayer.tsx';
import { setActivePlane, useConsole } from '../store/consoleStore.ts';
import { useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';
import { PlaneView } from '../viewport/PlaneView.tsx';
import { StillView } from '../viewport/StillView.tsx';

/** Where no picture can be: what the bridge is at, or what to do about it. */
function NoPictures() {
  const session = useConsole((state) => state.session);
  const linkUp = useConsole((state) => state.linkUp);
  const workplace = useDesk((state) => state.workplace);
  const words = text.picture.none;
  if (session) return <div className="planes-none">{text.picture.noSource}</div>;
  if (!linkUp || !workplace) return <div className="planes-none">{text.header.connecting}</div>;
  if (workplace.state === 'beginning')
    return (
      <div className="planes-none" role="status" data-state="beginning">
        {words.beginning}
      </div>
    );
  return (
    <div className="planes-none" role="status" data-state={workplace.state}>
      <span>{words.idle}</span>
      {workplace.message && <span>{workplace.message}</span>}
    </div>
  );
}

export const planesOf = (session: SessionInfo | null): readonly PlaneId[] =>
  planeIds.filter((plane) => (plane === 'a' ? session?.sources.framesA : session?.sources.framesB));

export interface Drawing {
  readonly draft: PlanDraft;
  readonly tool: PlanPart;
}

interface Props {
  /** The plan while it is drawn. */
  readonly drawing?: Drawing | null;
  readonly onDraft?: (draft: PlanDraft) => void;
}

/** The live pictures in the chosen layout, last images or references beside them. */
export function Planes({ drawing = null, onDraft = () => {} }: Props) {
  const session = useConsole((state) => state.session);
  const held = useConsole((state) => state.held);
  const activePlane = useConsole((state) => state.activePlane);
  const plan = useConsole((state) => state.timeline.procedure?.plan ?? null);
  const layers = useConsole((state) => state.layers);
  const layout = useConsole((state) => state.layout);
  const roadmap = useConsole((state) => state.roadmap);
  const references = useConsole((state) => state.references);
  const lastImages = useConsole((state) => state.lastImages);
  const planes = planesOf(session);
  const still = layout === 'last' || layout === 'reference' ? layout : null;
  return (
    <div className="planes" data-layout={planes.length > 1 || still ? layout : 'even'} data-planes={planes.length}>
      {planes.length === 0 && <NoPictures />}
      {planes.map((plane) => (
        <PlaneView
          // A picture is of one session: nothing of the patient before stands until the first frame of the next.
          key={`${plane}-${session?.startedAtEpochMs}`}
          plane={plane}
          mode="live"
          streamPath={liveStreamPath(plane)}
          plan={drawing ? null : (plan?.planes[plane] ?? null)}
          held={held}
          active={plane === activePlane}
          layers={layers}
          roadmap={roadmap}
          references={references[plane]}
          lastImages={lastImages}
          onActivate={() => setActivePlane(plane)}
        >
          {drawing
            ? (controller) => <PlanLayer plane={plane} controller={controller} draft={drawing.draft} tool={drawing.tool} onChange={onDraft} />
            : undefined}
        </PlaneView>
      ))}
      {still && planes.length > 0 && (
        <div className="stills">
          {planes.map((plane) => (
            <StillView key={plane} plane={plane} kind={still} />
          ))}
        </div>
      )}
    </div>
  );
}
