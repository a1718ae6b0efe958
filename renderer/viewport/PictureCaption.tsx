import { sourceKind } from '../../src/link/sourceKind.ts';
import type { PlaneId } from '../../src/sample/index.ts';
import { ageText, anglesText, fixed } from '../app/format.ts';
import { useTick } from '../app/tick.ts';
import { useConsole } from '../store/consoleStore.ts';
import { type PictureWord, pictureWord } from '../store/stale.ts';
import { text } from '../text.ts';
import { type PictureMode, pictureAgeMs, pictureInfo } from './pictureInfo.ts';
import { ScaleBar } from './ScaleBar.tsx';
import { centerOf, widthOf } from './window.ts';

interface Props {
  readonly plane: PlaneId;
  readonly mode: PictureMode;
  readonly held: boolean;
}

/** Frontal or lateral, as the angles say; without angles only the plane's letter. */
function viewName(plane: PlaneId, primaryAngleDeg: number | null | undefined): string {
  if (primaryAngleDeg === null || primaryAngleDeg === undefined) return text.picture.plane[plane];
  const fromFrontal = Math.abs(((Math.abs(primaryAngleDeg) + 90) % 180) - 90);
  return text.picture.view[fromFrontal < 30 ? 'frontal' : fromFrontal > 60 ? 'lateral' : 'oblique'](plane.toUpperCase());
}

function explain(word: PictureWord, situation: { linkUp: boolean; ended: boolean; lost: boolean; ageMs: number | null }): string | null {
  if (word === 'NO SIGNAL' && situation.lost) return text.picture.sourceLost;
  if (word === 'NO SIGNAL') return situation.linkUp ? text.picture.waiting : text.picture.linkLost;
  if (word === 'HOLD') return text.picture.held;
  if (word === 'LAST IMAGE') return situation.ageMs === null ? null : `${text.picture.lastFrame(ageText(situation.ageMs))} · ${text.picture.beamOff}`;
  if (word !== 'STALE') return null;
  const age = situation.ageMs === null ? '' : text.picture.lastFrame(ageText(situation.ageMs));
  const why = !situation.linkUp ? text.picture.linkLost : situation.ended ? text.picture.sourceEnded : null;
  return why ? `${why} · ${age}` : age;
}

/** The words around a picture: what it is, how old, where the C-arm stood, window and scale. Never in the middle of it. */
export function PictureCaption({ plane, mode, held }: Props) {
  const now = useTick();
  const linkUp = useConsole((state) => state.linkUp);
  const status = useConsole((state) => state.status?.planes[plane] ?? null);
  const sessionSimulated = useConsole(
    (state) => (mode === 'live' ? state.session : state[mode === 'review' ? 'review' : 'comparison']?.opened.session)?.simulated ?? false,
  );
  const isPlayed = useConsole(({ session }) => sourceKind(plane === 'a' ? session?.sources.framesA : session?.sources.framesB) === 'played');
  const layers = useConsole((state) => state.layers);
  // Until a record has been read to its end, what guidance said of this frame may still come.
  const isReading = useConsole((state) => mode !== 'live' && (state[mode === 'review' ? 'review' : 'comparison']?.fraction ?? 1) < 1);
  const { header, guidance, window, inverted, roadmap } = pictureInfo(`${mode}/${plane}`);
  const ageMs = pictureAgeMs(`${mode}/${plane}`, now, held);
  const word = pictureWord({ mode: mode === 'live' ? 'live' : 'review', linkUp, frameAgeMs: ageMs, held, isPlayed, status });
  const simulated = header?.attributes.simulated ?? sessionSimulated;
  const geometry = header?.attributes.geometry;
  const why = explain(word, { linkUp, ended: status?.state === 'ended', lost: status?.state === 'lost', ageMs });
  const guidanceAgeMs = header && guidance ? header.tMs - guidance.tMs : null;

  return (
    <div className="caption" data-word={word}>
      <div className="caption-top">
        <div>
          <span className="state-word" data-word={word} data-testid={`word-${plane}`}>
            {text.picture.word[word]}
          </span>
          {simulated && <span className="simulated">{text.picture.simulated}</span>}
          {(word === 'LIVE' || (word === 'REPLAY' && mode === 'live')) && status && (
            <span className="quiet rate">{text.picture.framesPerSecond(fixed(status.framesPerSecond, 0))}</span>
          )}
          {roadmap && (
            <div className="roadmap" data-testid={`roadmap-${plane}`}>
              {text.picture.roadmap}{' '}
              {roadmap === 'missing' ? text.picture.roadmapMissing : text.picture.moved(fixed(roadmap.movedPx[0], 0), fixed(roadmap.movedPx[1], 0))}
            </div>
          )}
          <div>{viewName(plane, geometry?.primaryAngleDeg)}</div>
          {why && <div className="why">{why}</div>}
        </div>
        {header && geometry && (
          <div className="right">
            <div>{anglesText(geometry.primaryAngleDeg, geometry.secondaryAngleDeg)}</div>
            {geometry.sidMm !== null && <div>{text.picture.sid(fixed(geometry.sidMm, 0))}</div>}
            {guidanceAgeMs === null && <div className="quiet">{isReading ? text.picture.reading : text.picture.notAnalysed}</div>}
            {guidanceAgeMs !== null && guidanceAgeMs > 0 && <div className="quiet">{text.picture.guidanceAge(fixed(guidanceAgeMs, 0))}</div>}
          </div>
        )}
      </div>
      {header && window && (
        <div className="caption-bottom">
          <div>
            {text.picture.window(fixed(widthOf(window), 0), fixed(centerOf(window), 0))}
            {inverted && <span className="quiet"> {text.picture.inverted}</span>}
          </div>
          {layers.cement.shown && (guidance?.observation.cement.areaPx ?? 0) > 0 && (
            <div className="arrival-legend">
              {text.layers.legendFirst} <span aria-hidden="true" /> {text.layers.legendLast}
            </div>
          )}
          {guidance && <ScaleBar plane={plane} mode={mode} mmPerPx={guidance.observation.needle.mmPerPx} scaleFrom={guidance.observation.needle.scaleFrom} />}
        </div>
      )}
    </div>
  );
}
