import {
  IconAngle,
  IconArrowBackUp,
  IconContrast2,
  IconEraser,
  IconFlipVertical,
  IconRotate,
  IconRotateClockwise,
  IconRulerMeasure,
  IconZoomIn,
  IconZoomReset,
} from '@tabler/icons-react';
import type { PointerEvent, ReactNode } from 'react';
import { type Layout, setLayout, useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { controllerOf } from '../viewport/planeController.ts';
import { clearMeasures, setMeasuring, toggleMagnifier, useTools } from '../viewport/toolStore.ts';
import { type LiveDialog, undoLast } from './actions.ts';

const words = text.tools;
const layouts: readonly { readonly layout: Layout; readonly key: string }[] = [
  { layout: 'even', key: '3' },
  { layout: 'a', key: '1' },
  { layout: 'b', key: '2' },
  { layout: 'last', key: '4' },
  { layout: 'reference', key: '5' },
];

const keepFocus = (event: PointerEvent) => event.preventDefault();

interface ToolProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly keyLabel?: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

function Tool({ label, icon, keyLabel, pressed, onClick }: ToolProps) {
  return (
    <button type="button" className="action tool" onPointerDown={keepFocus} aria-pressed={pressed} onClick={onClick}>
      {icon} {label} {keyLabel && <kbd>{keyLabel}</kbd>}
    </button>
  );
}

interface Props {
  readonly onClose: () => void;
  readonly onOpen: (dialog: LiveDialog) => void;
}

/** Layouts, and what can be done to the picture that was last touched. Takes neither focus nor keys, so that the foot switch stays the mark. */
export function ToolsPanel({ onClose, onOpen }: Props) {
  const layout = useConsole((state) => state.layout);
  const plane = useConsole((state) => state.activePlane);
  const { measuring, magnifier } = useTools((state) => state);
  const picture = () => controllerOf(`live/${plane}`);
  return (
    <section className="strip strip-panel" aria-label={words.title(plane.toUpperCase())}>
      <h2>{words.title(plane.toUpperCase())}</h2>
      <div className="tools">
        <div className="tool-row">
          {layouts.map((each) => (
            <button
              type="button"
              key={each.layout}
              className="action tool"
              onPointerDown={keepFocus}
              aria-pressed={layout === each.layout}
              onClick={() => setLayout(each.layout)}
            >
              {words.layout[each.layout]} <kbd>{each.key}</kbd>
            </button>
          ))}
          <button type="button" className="action tool" onPointerDown={keepFocus} onClick={() => onOpen('plan')}>
            {text.plan.title} <kbd>P</kbd>
          </button>
          <button type="button" className="action tool" onPointerDown={keepFocus} onClick={() => onOpen('injectors')}>
            {text.injector.title}
          </button>
          <button type="button" className="action tool" onPointerDown={keepFocus} onClick={() => onOpen('level')}>
            {text.level.button}
          </button>
          <button type="button" className="action tool" onPointerDown={keepFocus} onClick={() => onOpen('heights')}>
            {text.heights.button}
          </button>
          <Tool label={words.undo} icon={<IconArrowBackUp aria-hidden="true" />} keyLabel="U" onClick={undoLast} />
          <button type="button" className="action tool" onPointerDown={keepFocus} onClick={onClose}>
            {words.close} <kbd>Esc</kbd>
          </button>
        </div>
        <div className="tool-row">
          <Tool label={words.rotateLeft} icon={<IconRotate aria-hidden="true" />} onClick={() => picture()?.rotate(-90)} />
          <Tool label={words.rotateRight} icon={<IconRotateClockwise aria-hidden="true" />} onClick={() => picture()?.rotate(90)} />
          <Tool label={words.flip} icon={<IconFlipVertical aria-hidden="true" />} onClick={() => picture()?.flip()} />
          <Tool label={words.invert} icon={<IconContrast2 aria-hidden="true" />} onClick={() => picture()?.invert()} />
          <Tool label={words.magnifier} icon={<IconZoomIn aria-hidden="true" />} keyLabel="G" pressed={magnifier} onClick={toggleMagnifier} />
          <Tool
            label={words.length}
            icon={<IconRulerMeasure aria-hidden="true" />}
            keyLabel="D"
            pressed={measuring === 'length'}
            onClick={() => setMeasuring('length')}
          />
          <Tool
            label={words.angle}
            icon={<IconAngle aria-hidden="true" />}
            keyLabel="V"
            pressed={measuring === 'angle'}
            onClick={() => setMeasuring('angle')}
          />
          <Tool label={words.clear} icon={<IconEraser aria-hidden="true" />} onClick={clearMeasures} />
          <Tool label={words.reset} icon={<IconZoomReset aria-hidden="true" />} onClick={() => picture()?.reset()} />
        </div>
      </div>
    </section>
  );
}
