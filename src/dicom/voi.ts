/** How a window turns values into greys, (0028,1056): PS3.3 C.11.2.1.2.1, C.11.2.1.3.2 and C.11.2.1.3.1. */
export type VoiFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

/** A window with its function, in whatever values it is applied to. */
export interface VoiWindow {
  readonly center: number;
  readonly width: number;
  readonly voiFunction: VoiFunction;
}

/** The brightness of a value under a window: 0 is black, 1 is white. */
export function brightnessOf(value: number, { center, width, voiFunction }: VoiWindow): number {
  switch (voiFunction) {
    case 'LINEAR':
      // A window of 1 is a threshold: what lies above center − 0.5 is white.
      if (width <= 1) return value > center - 0.5 ? 1 : 0;
      return withinOne((value - (center - 0.5)) / (width - 1) + 0.5);
    case 'LINEAR_EXACT':
      return withinOne((value - center) / Math.max(width, Number.EPSILON) + 0.5);
    case 'SIGMOID':
      return 1 / (1 + Math.exp((-4 * (value - center)) / Math.max(width, Number.EPSILON)));
  }
}

const withinOne = (share: number): number => Math.max(0, Math.min(1, share));

/** Where a sigmoid is black and white to a 255th: its window, this many times to either side. */
const sigmoidReach = 1.5;
const sigmoidSteps = 48;

/** Points of the curve from black to white, between which straight lines differ from it by less than a grey of 255. */
export function curvePoints(window: VoiWindow): readonly { readonly value: number; readonly brightness: number }[] {
  const { center, width, voiFunction } = window;
  if (voiFunction !== 'SIGMOID') {
    const [middle, span] = voiFunction === 'LINEAR' ? [center - 0.5, Math.max(width - 1, Number.EPSILON)] : [center, width];
    return [
      { value: middle - span / 2, brightness: 0 },
      { value: middle + span / 2, brightness: 1 },
    ];
  }
  return Array.from({ length: sigmoidSteps + 1 }, (_, step) => {
    const value = center + (2 * step - sigmoidSteps) * ((sigmoidReach * width) / sigmoidSteps);
    return { value, brightness: brightnessOf(value, window) };
  });
}
