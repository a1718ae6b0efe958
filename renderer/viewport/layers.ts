/** What can be drawn over a picture, in the order of the switches. */
export const layerNames = ['plan', 'needle', 'deviation', 'cement', 'heights', 'zones', 'epipolar', 'graphics'] as const;
export type LayerName = (typeof layerNames)[number];

export interface Layer {
  readonly shown: boolean;
  /** 0.1 … 1. */
  readonly opacity: number;
}

/** Each layer with its switch and its opacity. */
export type OverlayLayers = Readonly<Record<LayerName, Layer>>;

export const leastOpacity = 0.1;

/** What the radiologist needs during the procedure; zones and the epipolar line are for planning and aiming; graphics are the source's own. */
export const defaultLayers: OverlayLayers = {
  plan: { shown: true, opacity: 1 },
  needle: { shown: true, opacity: 1 },
  deviation: { shown: true, opacity: 1 },
  cement: { shown: true, opacity: 0.8 },
  heights: { shown: true, opacity: 0.8 },
  zones: { shown: false, opacity: 0.6 },
  epipolar: { shown: false, opacity: 0.8 },
  graphics: { shown: true, opacity: 0.8 },
};

export const withLayer = (layers: OverlayLayers, name: LayerName, change: Partial<Layer>): OverlayLayers => {
  const next = { ...layers[name], ...change };
  return { ...layers, [name]: { ...next, opacity: Math.min(1, Math.max(leastOpacity, next.opacity)) } };
};

export const anyShown = (layers: OverlayLayers): boolean => layerNames.some((name) => layers[name].shown);

/** All layers off, their opacities kept. */
export const allHidden = (layers: OverlayLayers): OverlayLayers => layerNames.reduce((next, name) => withLayer(next, name, { shown: false }), layers);
