import { liveStreamPath } from '../../src/link/link.ts';
import { planeIds } from '../../src/sample/index.ts';
import { setActivePlane, useConsole } from '../store/consoleStore.ts';
import { PlaneView } from '../viewport/PlaneView.tsx';

const allLayers = { plan: true, needle: true, cement: true };

export function LiveView() {
  const session = useConsole((state) => state.session);
  const held = useConsole((state) => state.held);
  const activePlane = useConsole((state) => state.activePlane);
  const plan = useConsole((state) => state.timeline.procedure?.plan ?? null);
  const planes = planeIds.filter((plane) => (plane === 'a' ? session?.sources.framesA : session?.sources.framesB));
  return (
    <main className="live">
      <div className="planes">
        {planes.map((plane) => (
          <PlaneView
            key={plane}
            plane={plane}
            mode="live"
            streamPath={liveStreamPath(plane)}
            plan={plan?.planes[plane] ?? null}
            held={held}
            active={plane === activePlane}
            layers={allLayers}
            onActivate={() => setActivePlane(plane)}
          />
        ))}
      </div>
      <aside className="column" />
      <div className="strip" />
      <div className="actions" />
    </main>
  );
}
