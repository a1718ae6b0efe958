const steps: Readonly<Record<string, readonly [dx: number, dy: number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** One step right or down for an arrow key; undefined for every other key. */
export const arrowStep = (key: string): readonly [dx: number, dy: number] | undefined => steps[key];
