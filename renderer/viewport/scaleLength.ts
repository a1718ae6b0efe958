const roundLengthsMm = [1, 2, 5, 10, 20, 50, 100];
/** Of a bar, where a letter is 16 pixels: it grows with the screen as the words do. */
const wantedRem = 7;

/** The roundest length whose bar comes closest to the wanted width. */
export function barLengthMm(canvasPxPerMm: number, remPx: number): number {
  const wantedCanvasPx = wantedRem * remPx;
  let best = roundLengthsMm[0] ?? 1;
  for (const length of roundLengthsMm) {
    if (Math.abs(length * canvasPxPerMm - wantedCanvasPx) < Math.abs(best * canvasPxPerMm - wantedCanvasPx)) best = length;
  }
  return best;
}
