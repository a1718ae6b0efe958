/**
 * The inverse DCT of 8 × 8 blocks in the arithmetic of libjpeg's accurate integer method (after Loeffler, Ligtenberg and
 * Moschytz, ICASSP 1989: 12 multiplications a row), so that decoded values are those of the reference decoders, to the bit.
 */
const constBits = 13;
const fix = (value: number) => Math.round(value * 2 ** constBits);
const c0298 = fix(0.298631336);
const c0390 = fix(0.390180644);
const c0541 = fix(0.5411961);
const c0765 = fix(0.765366865);
const c0899 = fix(0.899976223);
const c1175 = fix(1.175875602);
const c1501 = fix(1.50132111);
const c1847 = fix(1.847759065);
const c1961 = fix(1.96157056);
const c2053 = fix(2.053119869);
const c2562 = fix(2.562915447);
const c3072 = fix(3.072711026);

/** One pass over a line of eight values, `stride` apart; results are rounded and shifted right by `shift`. */
function pass(from: Int32Array, at: number, stride: number, shift: number): void {
  const value = (index: number) => from[at + index * stride] ?? 0;
  const round = 1 << (shift - 1);
  // Even part: 0, 4, 2, 6.
  const z1 = (value(2) + value(6)) * c0541;
  const even2 = z1 - value(6) * c1847;
  const even3 = z1 + value(2) * c0765;
  const even0 = (value(0) + value(4)) * 2 ** constBits;
  const even1 = (value(0) - value(4)) * 2 ** constBits;
  const sums = [even0 + even3, even1 + even2, even1 - even2, even0 - even3];
  // Odd part: 7, 5, 3, 1.
  const [o0, o1, o2, o3] = [value(7), value(5), value(3), value(1)];
  const z5 = (o0 + o2 + o1 + o3) * c1175;
  const w1 = -(o0 + o3) * c0899;
  const w2 = -(o1 + o2) * c2562;
  const w3 = -(o0 + o2) * c1961 + z5;
  const w4 = -(o1 + o3) * c0390 + z5;
  const odds = [o3 * c1501 + w1 + w4, o2 * c3072 + w2 + w3, o1 * c2053 + w2 + w4, o0 * c0298 + w1 + w3];
  for (let i = 0; i < 4; i++) {
    const sum = (sums[i] ?? 0) + round;
    const odd = odds[i] ?? 0;
    from[at + i * stride] = (sum + odd) >> shift;
    from[at + (7 - i) * stride] = (sum - odd) >> shift;
  }
}

/**
 * Transforms one block of dequantised coefficients, in place, to samples without level shift. `precision` is 8 or 12: the
 * first pass keeps 2 or 1 more bits, so that 32 bits suffice.
 */
export function inverseDct(block: Int32Array, precision: number): void {
  const pass1Bits = precision > 8 ? 1 : 2;
  for (let column = 0; column < 8; column++) pass(block, column, 8, constBits - pass1Bits);
  for (let row = 0; row < 8; row++) pass(block, row * 8, 1, constBits + pass1Bits + 3);
}
