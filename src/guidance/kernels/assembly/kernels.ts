// AssemblyScript: the loops of guidance that touch every pixel of every frame, four pixels at a time. Compiled by
// `npm run kernels` into ../kernelsWasm.ts. All pointers are bytes into the one memory; widths and positions are pixels, ends are exclusive.
// A loop's last step may reach up to three pixels beyond its row: what lies there is read, and written back as it was.

/** Lanes of the four pixels from `x` on that lie before `end`. */
function before(x: i32, end: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(x)), i32x4.splat(end));
}

/** Stores the lanes that are wanted. */
function put(at: usize, value: v128, lanes: v128): void {
  v128.store(at, v128.bitselect(value, v128.load(at), lanes));
}

/** Four bytes as four numbers. */
function bytes(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}

/** Stores four numbers of 0 … 255 as bytes, where they are wanted. */
function putBytes(at: usize, value: v128, lanes: v128): void {
  const wanted = v128.bitselect(value, bytes(at), lanes);
  v128.store32_lane(at, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(wanted, wanted), wanted), 0);
}

/** Means of 2 × 2 stored values, none above `largest`, as base + slope · (their sum). */
export function shrinkByTwo(pixels: usize, columns: i32, target: usize, width: i32, height: i32, base: f32, slope: f32, largest: u32): void {
  const cap = i16x8.splat(<i16>largest);
  for (let y = 0; y < height; y++) {
    const top = pixels + ((<usize>(2 * y * columns)) << 1);
    const bottom = top + ((<usize>columns) << 1);
    const out = target + ((<usize>(y * width)) << 2);
    for (let x = 0; x < width; x += 4) {
      const at = (<usize>x) << 2;
      const sum = i32x4.add(
        i32x4.extadd_pairwise_i16x8_u(i16x8.min_u(v128.load(top + at), cap)),
        i32x4.extadd_pairwise_i16x8_u(i16x8.min_u(v128.load(bottom + at), cap)),
      );
      put(out + at, f32x4.add(f32x4.splat(base), f32x4.mul(f32x4.splat(slope), f32x4.convert_i32x4_s(sum))), before(x, width));
    }
  }
}

/** Means of 2 × 2 values. */
export function halve(source: usize, sourceWidth: i32, target: usize, width: i32, height: i32): void {
  for (let y = 0; y < height; y++) {
    const top = source + ((<usize>(2 * y * sourceWidth)) << 2);
    const bottom = top + ((<usize>sourceWidth) << 2);
    const out = target + ((<usize>(y * width)) << 2);
    for (let x = 0; x < width; x += 4) {
      const at = (<usize>x) << 3;
      const left = f32x4.add(v128.load(top + at), v128.load(bottom + at));
      const right = f32x4.add(v128.load(top + at + 16), v128.load(bottom + at + 16));
      const sum = f32x4.add(v128.shuffle<f32>(left, right, 0, 2, 4, 6), v128.shuffle<f32>(left, right, 1, 3, 5, 7));
      put(out + ((<usize>x) << 2), f32x4.mul(f32x4.splat(0.25), sum), before(x, width));
    }
  }
}

/** Where four bytes of the half-size field belong among four pixels that begin at an even or an odd column. */
const evenColumns = i8x16(0, -1, -1, -1, 0, -1, -1, -1, 1, -1, -1, -1, 1, -1, -1, -1);
const oddColumns = i8x16(0, -1, -1, -1, 1, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1);

/**
 * The frame moved back by (ix + fx, iy + fy) less the background, where the field is at least `leastDepth` deep; a place of which nothing is known
 * (age 0) begins its background there, unless it is blocked. Elsewhere zero and not valid.
 */
export function warpAndSubtract(
  frame: usize,
  background: usize,
  raw: usize,
  valid: usize,
  age: usize,
  blocked: usize,
  depth: usize,
  width: i32,
  height: i32,
  x0: i32,
  y0: i32,
  x1: i32,
  y1: i32,
  ix: i32,
  iy: i32,
  fx: f32,
  fy: f32,
  leastDepth: i32,
): void {
  const fieldWidth = width >> 1;
  const first = max(x0, -ix);
  const end = min(x1, width - 1 - ix);
  const w00 = f32x4.splat((1 - fx) * (1 - fy));
  const w10 = f32x4.splat(fx * (1 - fy));
  const w01 = f32x4.splat((1 - fx) * fy);
  const w11 = f32x4.splat(fx * fy);
  const below = (<usize>width) << 2;
  for (let y = y0; y < y1; y++) {
    const yy = y + iy;
    const row = y * width;
    memory.fill(valid + row + x0, 0, x1 - x0);
    memory.fill(raw + ((<usize>(row + x0)) << 2), 0, (<usize>(x1 - x0)) << 2);
    if (yy < 0 || yy >= height - 1) continue;
    for (let x = first; x < end; x += 4) {
      const at = row + x;
      const xx = x + ix;
      const near = v128.load32_zero(depth + (yy >> 1) * fieldWidth + (xx >> 1));
      const deep = i8x16.swizzle(near, (xx & 1) === 0 ? evenColumns : oddColumns);
      const seen = v128.and(before(x, end), i32x4.ge_s(deep, i32x4.splat(leastDepth)));
      const from = frame + ((<usize>(yy * width + xx)) << 2);
      const value = f32x4.add(
        f32x4.add(f32x4.mul(w00, v128.load(from)), f32x4.mul(w10, v128.load(from + 4))),
        f32x4.add(f32x4.mul(w01, v128.load(from + below)), f32x4.mul(w11, v128.load(from + below + 4))),
      );
      const wide = (<usize>at) << 2;
      const years = bytes(age + at);
      const isNew = v128.and(seen, i32x4.eq(years, i32x4.splat(0)));
      const known = v128.andnot(seen, isNew);
      put(raw + wide, f32x4.sub(value, v128.load(background + wide)), known);
      put(background + wide, value, isNew);
      putBytes(valid + at, i32x4.splat(1), seen);
      putBytes(age + at, v128.and(i32x4.eq(bytes(blocked + at), i32x4.splat(0)), i32x4.splat(1)), isNew);
    }
  }
}

/** Takes `offset` off wherever the difference is valid. */
export function centre(raw: usize, valid: usize, width: i32, x0: i32, y0: i32, x1: i32, y1: i32, offset: f32): void {
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x += 4) {
      const at = y * width + x;
      const place = raw + ((<usize>at) << 2);
      const lanes = v128.and(before(x, x1), i32x4.ne(bytes(valid + at), i32x4.splat(0)));
      put(place, f32x4.sub(v128.load(place), f32x4.splat(offset)), lanes);
    }
  }
}

/** Three values side by side. */
function across(at: usize): v128 {
  return f32x4.add(f32x4.add(v128.load(at - 4), v128.load(at)), v128.load(at + 4));
}

/** 3 × 3 means of the raw difference; the evidence is what is left of them, from `leastNepers` on, after slopes and restlessness have had their share. */
export function smooth(
  raw: usize,
  background: usize,
  restless: usize,
  difference: usize,
  evidence: usize,
  width: i32,
  x0: i32,
  y0: i32,
  x1: i32,
  y1: i32,
  leastNepers: f32,
  slopeShare: f32,
  restlessShare: f32,
): void {
  const row = (<usize>width) << 2;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x += 4) {
      const at = (<usize>(y * width + x)) << 2;
      const lanes = before(x, x1);
      const value = f32x4.mul(f32x4.splat(<f32>(1.0 / 9.0)), f32x4.add(f32x4.add(across(raw + at - row), across(raw + at)), across(raw + at + row)));
      const back = background + at;
      const slope = f32x4.add(
        f32x4.abs(f32x4.sub(v128.load(back + 8), v128.load(back - 8))),
        f32x4.abs(f32x4.sub(v128.load(back + 2 * row), v128.load(back - 2 * row))),
      );
      const doubt = f32x4.add(f32x4.mul(f32x4.splat(slopeShare), slope), f32x4.mul(f32x4.splat(restlessShare), v128.load(restless + at)));
      const matters = f32x4.ge(value, f32x4.splat(leastNepers));
      put(difference + at, value, lanes);
      put(evidence + at, f32x4.sub(value, v128.and(doubt, matters)), lanes);
    }
  }
}

/** Takes the frame over into the background, place by place; every `rowStep`-th row. */
export function learn(
  raw: usize,
  difference: usize,
  background: usize,
  restless: usize,
  valid: usize,
  age: usize,
  blocked: usize,
  held: usize,
  width: i32,
  x0: i32,
  y0: i32,
  x1: i32,
  y1: i32,
  rowStep: i32,
  limit: f32,
  calm: f32,
  usualShare: f32,
  absorb: f32,
  mostRestless: f32,
  keep: f32,
): void {
  const zero = i32x4.splat(0);
  const grown = i32x4.splat(12);
  for (let y = y0; y < y1; y += rowStep) {
    for (let x = x0; x < x1; x += 4) {
      const at = y * width + x;
      const wide = (<usize>at) << 2;
      const taken = v128.or(bytes(blocked + at), bytes(held + at));
      const free = v128.and(i32x4.eq(taken, zero), i32x4.ne(bytes(valid + at), zero));
      const lanes = v128.and(before(x, x1), free);
      if (!v128.any_true(lanes)) continue;
      const years = bytes(age + at);
      const young = i32x4.lt_s(years, grown);
      const d = v128.load(raw + wide);
      const mean = f32x4.div(f32x4.splat(1), f32x4.convert_i32x4_s(i32x4.add(years, i32x4.splat(1))));
      const usual = v128.bitselect(mean, f32x4.splat(usualShare), young);
      const dark = v128.bitselect(f32x4.splat(absorb), usual, f32x4.gt(d, f32x4.splat(limit)));
      const share = v128.bitselect(f32x4.splat(0.6), dark, f32x4.lt(d, f32x4.splat(-limit)));
      put(background + wide, f32x4.add(v128.load(background + wide), f32x4.mul(share, d)), lanes);
      const unrest = f32x4.min(f32x4.splat(mostRestless), f32x4.sub(f32x4.abs(v128.load(difference + wide)), f32x4.splat(calm)));
      const told = v128.andnot(unrest, i32x4.lt_s(years, i32x4.splat(2)));
      put(restless + wide, f32x4.max(told, f32x4.mul(f32x4.splat(keep), v128.load(restless + wide))), lanes);
      putBytes(age + at, i32x4.add(years, v128.and(young, i32x4.splat(1))), lanes);
    }
  }
}

/** Sobel gradient divided by eight and its size, where the field is at least `leastDepth` deep; elsewhere its size is zero. The rim is left as it is. */
export function gradients(data: usize, depth: usize, gx: usize, gy: usize, size: usize, width: i32, height: i32, leastDepth: i32): void {
  const row = (<usize>width) << 2;
  const eighth = f32x4.splat(0.125);
  const two = f32x4.splat(2);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x += 4) {
      const at = y * width + x;
      const wide = (<usize>at) << 2;
      const here = data + wide;
      const northWest = v128.load(here - row - 4);
      const northEast = v128.load(here - row + 4);
      const southWest = v128.load(here + row - 4);
      const southEast = v128.load(here + row + 4);
      const sideways = f32x4.sub(v128.load(here + 4), v128.load(here - 4));
      const downwards = f32x4.sub(v128.load(here + row), v128.load(here - row));
      const toEast = f32x4.sub(f32x4.add(northEast, southEast), f32x4.add(northWest, southWest));
      const toSouth = f32x4.sub(f32x4.add(southWest, southEast), f32x4.add(northWest, northEast));
      const dx = f32x4.mul(eighth, f32x4.add(toEast, f32x4.mul(two, sideways)));
      const dy = f32x4.mul(eighth, f32x4.add(toSouth, f32x4.mul(two, downwards)));
      const lanes = before(x, width - 1);
      const deep = i32x4.ge_s(bytes(depth + at), i32x4.splat(leastDepth));
      put(gx + wide, dx, lanes);
      put(gy + wide, dy, lanes);
      put(size + wide, v128.and(deep, f32x4.sqrt(f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)))), lanes);
    }
  }
}
