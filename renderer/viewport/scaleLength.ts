const roundLengthsMm = [1, 2, 5, 10, 20, 50, 100];
const wantedCanvasPx = 110;

/** The roundest length whose bar comes closest to the wanted width. */
export function barLengthMm(canvasPxPerMm: number): number {
  let best = roundLengthsMm[0] ?? 1;
  for (const length of roundLengthsMm) {
    if (Math.abs(length * canvasPxPerMm - wantedCanvasPx) < Math.abs(best * canvasPxPerMm - wantedCanvasPx)) best = length;
  }
  return best;
}
