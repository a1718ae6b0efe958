/** Pixels of the picture as it comes: `left` and `top` of the first pixel inside. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What of a picture is used, and how it is turned. Everything in pixels of the picture as it comes. */
export interface Picture {
  /** The part that is used; null: all of it. */
  readonly region: Rectangle | null;
  /** Made black: burned-in text. */
  readonly masks: readonly Rectangle[];
  /** Made black outside: the round field of an image intensifier. */
  readonly field: { readonly x: number; readonly y: number; readonly radius: number } | null;
  /** Clockwise, after everything else. */
  readonly rotateDeg: 0 | 90 | 180 | 270;
  /** After turning: `h` left and right change places, `v` top and bottom. */
  readonly flip: 'h' | 'v' | null;
}

/**
 * Where the luma of a pixel format lies: `step` and `offset` count samples (bytes, or 16-bit words when `wide`) within
 * plane 0; the value is `sample >> shift`, of `bits` bits. Red, green and blue each have their own plane and offset.
 */
export type PixelLayout =
  | { readonly kind: 'luma'; readonly bits: number; readonly wide: boolean; readonly step: number; readonly offset: number; readonly shift: number }
  | {
      readonly kind: 'rgb';
      readonly bits: number;
      readonly wide: boolean;
      readonly step: number;
      readonly planes: readonly [red: number, green: number, blue: number];
      readonly offsets: readonly [red: number, green: number, blue: number];
    };

const luma = (bits: number, step = 1, offset = 0, shift = 0): PixelLayout => ({ kind: 'luma', bits, wide: bits > 8, step, offset, shift });

const packedRgb: Readonly<Record<string, readonly [step: number, red: number, green: number, blue: number, wide?: true]>> = {
  rgb24: [3, 0, 1, 2],
  bgr24: [3, 2, 1, 0],
  rgb0: [4, 0, 1, 2],
  rgba: [4, 0, 1, 2],
  bgr0: [4, 2, 1, 0],
  bgra: [4, 2, 1, 0],
  '0rgb': [4, 1, 2, 3],
  argb: [4, 1, 2, 3],
  '0bgr': [4, 3, 2, 1],
  abgr: [4, 3, 2, 1],
  rgb48le: [3, 0, 1, 2, true],
  bgr48le: [3, 2, 1, 0, true],
  rgba64le: [4, 0, 1, 2, true],
  bgra64le: [4, 2, 1, 0, true],
};

/** The layout of a pixel format by FFmpeg's name for it; null for one whose luma cannot be read without converting it first. */
export function pixelLayout(name: string): PixelLayout | null {
  const packed = packedRgb[name];
  if (packed !== undefined) {
    const [step, red, green, blue, wide] = packed;
    return { kind: 'rgb', bits: wide ? 16 : 8, wide: wide === true, step, planes: [0, 0, 0], offsets: [red, green, blue] };
  }
  if (name === 'yuyv422' || name === 'yvyu422') return luma(8, 2);
  if (name === 'uyvy422') return luma(8, 2, 1);
  if (name === 'ya8') return luma(8, 2);
  if (/^(gray|nv\d\d)$/.test(name) || /^yuvj?a?4\d\dp$/.test(name)) return luma(8);
  // Semi-planar formats of more than 8 bits keep their bits at the top of the word.
  const semiPlanar = /^p[024](10|12|16)le$/.exec(name)?.[1];
  if (semiPlanar !== undefined) return luma(Number(semiPlanar), 1, 0, 16 - Number(semiPlanar));
  const planar = /^(?:gray|yuva?4\d\dp)(9|10|12|14|16)le$/.exec(name)?.[1];
  if (planar !== undefined) return luma(Number(planar));
  const separate = /^gbra?p(?:(9|10|12|14|16)le)?$/.exec(name);
  if (separate === null) return null;
  const bits = Number(separate[1] ?? 8);
  return { kind: 'rgb', bits, wide: bits > 8, step: 1, planes: [2, 0, 1], offsets: [0, 0, 0] };
}

/** One decoded picture: planes with their own distance between rows, in bytes. */
export interface Planes {
  readonly data: readonly Uint8Array[];
  readonly rowBytes: readonly number[];
  readonly width: number;
  readonly height: number;
}

/** Rows and columns of what `picture` makes of a picture of this size; null when its region lies outside. */
export function pictureSize(picture: Picture, width: number, height: number): { readonly rows: number; readonly columns: number } | null {
  const region = picture.region ?? { left: 0, top: 0, width, height };
  if (region.left + region.width > width || region.top + region.height > height) return null;
  const turned = picture.rotateDeg === 90 || picture.rotateDeg === 270;
  return turned ? { rows: region.width, columns: region.height } : { rows: region.height, columns: region.width };
}

/** A way through a plane: the output's pixel (x, y) lies at `start + x · perColumn + y · perRow` pixels and lines. */
interface Walk {
  readonly startX: number;
  readonly startY: number;
  readonly columnX: number;
  readonly columnY: number;
  readonly rowX: number;
  readonly rowY: number;
}

function walkOf(picture: Picture, region: Rectangle): Walk {
  const { left, top, width, height } = region;
  const right = left + width - 1;
  const bottom = top + height - 1;
  const turned: Record<Picture['rotateDeg'], Walk> = {
    0: { startX: left, startY: top, columnX: 1, columnY: 0, rowX: 0, rowY: 1 },
    90: { startX: left, startY: bottom, columnX: 0, columnY: -1, rowX: 1, rowY: 0 },
    180: { startX: right, startY: bottom, columnX: -1, columnY: 0, rowX: 0, rowY: -1 },
    270: { startX: right, startY: top, columnX: 0, columnY: 1, rowX: -1, rowY: 0 },
  };
  const walk = turned[picture.rotateDeg];
  const sideways = picture.rotateDeg === 90 || picture.rotateDeg === 270;
  const lastColumn = (sideways ? height : width) - 1;
  const lastRow = (sideways ? width : height) - 1;
  if (picture.flip === 'h')
    return {
      ...walk,
      startX: walk.startX + lastColumn * walk.columnX,
      startY: walk.startY + lastColumn * walk.columnY,
      columnX: -walk.columnX,
      columnY: -walk.columnY,
    };
  if (picture.flip === 'v')
    return { ...walk, startX: walk.startX + lastRow * walk.rowX, startY: walk.startY + lastRow * walk.rowY, rowX: -walk.rowX, rowY: -walk.rowY };
  return walk;
}

/** Sample indices within one plane for a walk. */
interface Path {
  readonly at: number;
  readonly perColumn: number;
  readonly perRow: number;
}

const pathOf = (walk: Walk, step: number, offset: number, rowSamples: number): Path => ({
  at: walk.startX * step + walk.startY * rowSamples + offset,
  perColumn: walk.columnX * step + walk.columnY * rowSamples,
  perRow: walk.rowX * step + walk.rowY * rowSamples,
});

const samplesOf = (bytes: Uint8Array, wide: boolean): Uint8Array | Uint16Array => {
  if (!wide) return bytes;
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 1);
};

/** Makes frames of pictures that are all of one size and format. */
export interface PictureWriter {
  readonly rows: number;
  readonly columns: number;
  /** Row-major into `out`, which holds `rows` × `columns` samples. */
  write(planes: Planes, out: Uint8Array | Uint16Array): void;
}

/**
 * A writer of the luma of pictures at full depth, cut to the region, masked and turned; null when the region lies outside
 * the picture. Red, green and blue become luma by ITU-R BT.601 in integers, so that grey stays what it was on every machine.
 */
export function createPictureWriter(layout: PixelLayout, picture: Picture, width: number, height: number): PictureWriter | null {
  const size = pictureSize(picture, width, height);
  if (size === null) return null;
  const walk = walkOf(picture, picture.region ?? { left: 0, top: 0, width, height });
  const black = blackened(picture, walk, size);
  return {
    ...size,
    write(planes, out) {
      const plane = (index: number) => samplesOf(planes.data[index] ?? new Uint8Array(0), layout.wide);
      const rowSamples = (index: number) => (planes.rowBytes[index] ?? 0) >> (layout.wide ? 1 : 0);
      if (layout.kind === 'luma') copyLuma(plane(0), pathOf(walk, layout.step, layout.offset, rowSamples(0)), layout.shift, size, out);
      else {
        const paths = layout.planes.map((index, colour) => pathOf(walk, layout.step, layout.offsets[colour] ?? 0, rowSamples(index)));
        weighColours(layout.planes.map(plane), paths, size, out);
      }
      for (const index of black) out[index] = 0;
    },
  };
}

interface Size {
  readonly rows: number;
  readonly columns: number;
}

function copyLuma(samples: Uint8Array | Uint16Array, path: Path, shift: number, { rows, columns }: Size, out: Uint8Array | Uint16Array): void {
  for (let row = 0; row < rows; row++) {
    let at = path.at + row * path.perRow;
    const to = row * columns;
    if (path.perColumn === 1 && shift === 0) {
      out.set(samples.subarray(at, at + columns), to);
      continue;
    }
    for (let column = 0; column < columns; column++, at += path.perColumn) out[to + column] = (samples[at] ?? 0) >>> shift;
  }
}

function weighColours(planes: readonly (Uint8Array | Uint16Array)[], paths: readonly Path[], { rows, columns }: Size, out: Uint8Array | Uint16Array): void {
  const [red, green, blue] = planes;
  const [redPath, greenPath, bluePath] = paths;
  if (!red || !green || !blue || !redPath || !greenPath || !bluePath) throw new Error('colour has three planes');
  for (let row = 0; row < rows; row++) {
    let r = redPath.at + row * redPath.perRow;
    let g = greenPath.at + row * greenPath.perRow;
    let b = bluePath.at + row * bluePath.perRow;
    const to = row * columns;
    for (let column = 0; column < columns; column++) {
      // 77, 150 and 29 of 256 are 0.299, 0.587 and 0.114.
      out[to + column] = (77 * (red[r] ?? 0) + 150 * (green[g] ?? 0) + 29 * (blue[b] ?? 0) + 128) >>> 8;
      r += redPath.perColumn;
      g += greenPath.perColumn;
      b += bluePath.perColumn;
    }
  }
}

/** The output's pixels that masks and the outside of the round field cover. */
function blackened({ masks, field }: Picture, walk: Walk, { rows, columns }: Size): Uint32Array {
  const covered: number[] = [];
  if (masks.length === 0 && field === null) return new Uint32Array(0);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = walk.startX + column * walk.columnX + row * walk.rowX;
      const y = walk.startY + column * walk.columnY + row * walk.rowY;
      const outside = field !== null && (x - field.x) ** 2 + (y - field.y) ** 2 > field.radius ** 2;
      if (outside || masks.some((mask) => x >= mask.left && x < mask.left + mask.width && y >= mask.top && y < mask.top + mask.height))
        covered.push(row * columns + column);
    }
  }
  return Uint32Array.from(covered);
}
