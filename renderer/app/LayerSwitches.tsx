import { Popover, Slider } from '@mantine/core';
import { IconStack2 } from '@tabler/icons-react';
import { setLayers, useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { anyShown, type LayerName, layerNames, leastOpacity, withLayer } from '../viewport/layers.ts';

function LayerRow({ name }: { readonly name: LayerName }) {
  const layers = useConsole((state) => state.layers);
  const { shown, opacity } = layers[name];
  const words = text.layers.name[name];
  return (
    <div className="layer-row">
      <button type="button" className="chip" aria-pressed={shown} onClick={() => setLayers(withLayer(layers, name, { shown: !shown }))}>
        {words}
      </button>
      <Slider
        className="layer-opacity"
        size="sm"
        thumbSize="1.75rem"
        thumbLabel={text.layers.opacity(words)}
        label={(value) => `${value} %`}
        min={leastOpacity * 100}
        max={100}
        step={10}
        value={Math.round(opacity * 100)}
        disabled={!shown}
        onChange={(value) => setLayers(withLayer(layers, name, { opacity: value / 100 }))}
      />
    </div>
  );
}

/** What is drawn over the pictures, each with its switch and opacity; O takes all of it away and back. */
export function LayerSwitches() {
  const layers = useConsole((state) => state.layers);
  const hidden = !anyShown(layers);
  return (
    <Popover position="top-start" width="22rem" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <button type="button" className="chip" data-warn={hidden} data-testid="overlay">
          <IconStack2 aria-hidden="true" size="1.2em" /> {text.layers.title} {hidden && text.layers.hidden} <kbd>O</kbd>
        </button>
      </Popover.Target>
      <Popover.Dropdown className="layers" aria-label={text.layers.title}>
        {layerNames.map((name) => (
          <LayerRow key={name} name={name} />
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}
