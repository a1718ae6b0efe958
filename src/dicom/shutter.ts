import type { DicomItem } from './dataset.ts';
import { numberOf, numbersOf, textOf, textsOf } from './values.ts';

/** What covers the margins of the picture (PS3.3 C.7.6.11). Points are `[column, row]`, (0, 0) the centre of the top-left pixel. */
export interface DisplayShutter {
  readonly rectangleImagePx: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number } | null;
  readonly circleImagePx: { readonly center: readonly [x: number, y: number]; readonly radius: number } | null;
  readonly polygonImagePx: readonly (readonly [x: number, y: number])[] | null;
  /** Brightness of the cover, 0 black to 1 white, from (0018,1622). Absent when it is black. */
  readonly brightness?: number;
}

/** Reads the display shutter; null when there is none. DICOM counts rows and columns from 1, `…ImagePx` from 0. */
export function displayShutterOf(places: readonly DicomItem[]): DisplayShutter | null {
  const item = places.find((place) => textOf(place, 'x00181600') !== null);
  if (item === undefined) return null;
  const shapes = textsOf(item, 'x00181600');
  const edges = ['x00181602', 'x00181604', 'x00181606', 'x00181608'].map((tag) => numberOf(item, tag, 'text'));
  const [left, right, top, bottom] = edges.map((edge) => (edge === null ? null : edge - 1));
  const [row, column] = numbersOf(item, 'x00181610', 'text');
  const radius = numberOf(item, 'x00181612', 'text');
  const vertices = numbersOf(item, 'x00181620', 'text');
  const cover = numberOf(item, 'x00181622', 'US') ?? 0;
  const known = (value: number | null | undefined): value is number => value !== null && value !== undefined;
  return {
    rectangleImagePx: shapes.includes('RECTANGULAR') && known(left) && known(right) && known(top) && known(bottom) ? { left, right, top, bottom } : null,
    circleImagePx: shapes.includes('CIRCULAR') && known(row) && known(column) && radius !== null ? { center: [column - 1, row - 1], radius } : null,
    polygonImagePx: shapes.includes('POLYGONAL') && vertices.length >= 6 ? pointsOf(vertices) : null,
    // P-values of 16 bits.
    ...(cover > 0 ? { brightness: Math.min(1, cover / 65_535) } : {}),
  };
}

/** Row and column, row and column, … → points. */
function pointsOf(vertices: readonly number[]): readonly (readonly [number, number])[] {
  return Array.from({ length: Math.floor(vertices.length / 2) }, (_, index) => [(vertices[2 * index + 1] ?? 0) - 1, (vertices[2 * index] ?? 0) - 1] as const);
}

/** 1 where the shutter covers a pixel, row-major: outside any of its shapes; edges and vertices are inside. */
export function shutterMask(shutter: DisplayShutter, rows: number, columns: number): Uint8Array {
  const mask = new Uint8Array(rows * columns);
  const inside = shapesOf(shutter);
  for (let y = 0, at = 0; y < rows; y++) for (let x = 0; x < columns; x++, at++) if (!inside.every((holds) => holds(x, y))) mask[at] = 1;
  return mask;
}

type Holds = (x: number, y: number) => boolean;

function shapesOf({ rectangleImagePx, circleImagePx, polygonImagePx }: DisplayShutter): readonly Holds[] {
  const shapes: Holds[] = [];
  if (rectangleImagePx) {
    const { left, right, top, bottom } = rectangleImagePx;
    shapes.push((x, y) => x >= left && x <= right && y >= top && y <= bottom);
  }
  if (circleImagePx) {
    const { center, radius } = circleImagePx;
    shapes.push((x, y) => (x - center[0]) ** 2 + (y - center[1]) ** 2 <= radius ** 2);
  }
  if (polygonImagePx) shapes.push((x, y) => isWithin(polygonImagePx, x, y));
  return shapes;
}

/** Even–odd rule along the row; a point on an edge is within. */
function isWithin(polygon: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let within = false;
  polygon.forEach(([x1, y1], index) => {
    const [x2, y2] = polygon[(index + 1) % polygon.length] ?? [x1, y1];
    const crosses = y1 > y !== y2 > y;
    if (crosses && x <= x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) within = !within;
  });
  return within;
}
