import { setLayers, useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import type { OverlayLayers } from '../viewport/overlay.ts';

const names: readonly (keyof OverlayLayers)[] = ['plan', 'needle', 'cement'];

/** What is drawn over the pictures, each with its switch; O takes all of it away and back. */
export function LayerSwitches() {
  const layers = useConsole((state) => state.layers);
  return (
    <fieldset className="layers" aria-label={text.layers.title}>
      {names.map((name) => (
        <button type="button" key={name} className="chip" aria-pressed={layers[name]} onClick={() => setLayers({ ...layers, [name]: !layers[name] })}>
          {text.layers[name]}
        </button>
      ))}
    </fieldset>
  );
}
