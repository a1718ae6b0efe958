/** A seeded generator; the same seed gives the same numbers on every engine (integer arithmetic only, but `gaussian`). */
export interface Random {
  /** Uniform in [0, 1). */
  readonly next: () => number;
  /** An unsigned 32-bit integer. */
  readonly uint32: () => number;
  /** Standard normal (Marsaglia polar method). */
  readonly gaussian: () => number;
}

/** Spreads one 32-bit seed into well-mixed 32-bit words (splitmix32 with the murmur3 finaliser). */
function splitmix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
}

/** sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32. */
export function seededRandom(seed: number): Random {
  const mix = splitmix32(seed);
  let a = mix() | 0;
  let b = mix() | 0;
  let c = mix() | 0;
  let counter = 1;
  // Signed inside: the engine keeps such numbers in place, where each unsigned one above 2³¹ would be an object on the heap.
  const uint32 = () => {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) uint32();
  const next = () => uint32() / 4294967296;
  const gaussian = () => {
    for (;;) {
      const u = 2 * next() - 1;
      const v = 2 * next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  };
  return { next, uint32, gaussian };
}

/** One 32-bit seed out of several numbers, so that each plane and frame has its own stream. */
export function combineSeeds(...parts: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) hash = splitmix32(hash ^ (part >>> 0))();
  return hash;
}
