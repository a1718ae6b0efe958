/** Burned into every captured picture, as C-arm consoles do. */
const lines = ['SIMULATED', '72 KV  3.1 MA'];

/** Letters five columns wide and seven rows high, one number a row, leftmost column the highest bit. */
const glyphs: Readonly<Record<string, readonly number[]>> = {
  S: [15, 16, 16, 14, 1, 1, 30],
  I: [14, 4, 4, 4, 4, 4, 14],
  M: [17, 27, 21, 21, 17, 17, 17],
  U: [17, 17, 17, 17, 17, 17, 14],
  L: [16, 16, 16, 16, 16, 16, 31],
  A: [14, 17, 17, 31, 17, 17, 17],
  T: [31, 4, 4, 4, 4, 4, 4],
  E: [31, 16, 16, 30, 16, 16, 31],
  D: [30, 17, 17, 17, 17, 17, 30],
  K: [17, 18, 20, 24, 20, 18, 17],
  V: [17, 17, 17, 17, 17, 10, 4],
  '1': [4, 12, 4, 4, 4, 4, 14],
  '2': [14, 17, 1, 2, 4, 8, 31],
  '3': [31, 2, 4, 2, 1, 17, 14],
  '7': [31, 1, 2, 4, 8, 8, 8],
  '.': [0, 0, 0, 0, 0, 12, 12],
};

/** Stored values of 12 bits on a console's screen: a window, then the screen's own curve. */
const screenValue = Uint8Array.from({ length: 4096 }, (_, stored) => Math.round(255 * Math.min(1, Math.max(0, (stored - 500) / 2700)) ** 0.9));

const textValue = 235;

function writeText(pixels: Uint8Array, sizePx: number): void {
  const dot = Math.max(1, Math.round(sizePx / 512));
  lines.forEach((line, row) => {
    [...line].forEach((letter, column) => {
      (glyphs[letter] ?? []).forEach((bits, y) => {
        for (let x = 0; x < 5; x++) {
          if (((bits >> (4 - x)) & 1) === 0) continue;
          const left = (6 + column * 6 + x) * dot;
          const top = (6 + row * 9 + y) * dot;
          for (let dy = 0; dy < dot; dy++) pixels.fill(textValue, (top + dy) * sizePx + left, (top + dy) * sizePx + left + dot);
        }
      });
    });
  });
}

/** What a frame grabber sees of the same picture: 8 bits, display values, text in a corner. */
export function captureVideo(stored: Uint16Array, pixels: Uint8Array, sizePx: number): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = screenValue[stored[i] as number] as number;
  writeText(pixels, sizePx);
}
