import { describe, expect, test } from 'vitest';
import { createPainter } from '../../native-bridge/export/picture/painter.ts';
import { describeFile } from '../../native-bridge/sources/dicomFile.ts';
import { drawShutter } from '../../renderer/viewport/graphics.ts';
import { displayShutterOf, shutterMask } from '../../src/dicom/shutter.ts';
import { type BuiltElement, buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';

const [rows, columns] = [40, 50];
const rectangle = [element(0x00181602, 'IS', '6'), element(0x00181604, 'IS', '45'), element(0x00181606, 'IS', '4'), element(0x00181608, 'IS', '36')];
const circle = [element(0x00181610, 'IS', '20\\25'), element(0x00181612, 'IS', '15')];
const polygon = [element(0x00181620, 'IS', '2\\25\\38\\48\\38\\3')];
const shapes: Readonly<Record<string, readonly BuiltElement[]>> = { RECTANGULAR: rectangle, CIRCULAR: circle, POLYGONAL: polygon };

function shutterOf(names: readonly string[], also: readonly BuiltElement[] = []) {
  const elements = [element(0x00181600, 'CS', names.join('\\')), ...names.flatMap((name) => shapes[name] ?? []), ...also];
  const file = describeFile('FILE', buildPart10(xrayRun({ rows, columns, frames: [new Uint8Array(rows * columns)], also: elements })));
  if (!file.ok) throw new Error(file.fault.message);
  const shutter = displayShutterOf([file.value.dataset]);
  if (shutter === null) throw new Error('no shutter');
  return shutter;
}

const white = frameAttributes({ rows, columns, bitsAllocated: 8, bitsStored: 8, simulated: false });
const pixels = new Uint8Array(rows * columns).fill(255);

/** What of a white picture is covered when it is printed. */
function printed(shutter: ReturnType<typeof shutterOf>): readonly number[] {
  const painter = createPainter(columns, rows);
  painter.paint({ attributes: { ...white, shutter }, pixels }, { lower: 0, upper: 256, voiFunction: 'LINEAR' }, null, null);
  const rgba = painter.rgba();
  return Array.from({ length: rows * columns }, (_, index) => rgba[4 * index] ?? 0);
}

describe('the display shutter', () => {
  test('a rectangle shows its edges, counted from 1 in the file', () => {
    const mask = shutterMask(shutterOf(['RECTANGULAR']), rows, columns);
    const at = (x: number, y: number) => mask[y * columns + x];
    expect([at(4, 20), at(5, 20), at(44, 20), at(45, 20)]).toEqual([1, 0, 0, 1]);
    expect([at(20, 2), at(20, 3), at(20, 35), at(20, 36)]).toEqual([1, 0, 0, 1]);
  });

  test('a circle and a polygon cover what lies outside of them', () => {
    const round = shutterMask(shutterOf(['CIRCULAR']), rows, columns);
    expect([round[19 * columns + 24], round[19 * columns + 39], round[19 * columns + 40], round[0]]).toEqual([0, 0, 1, 1]);
    const triangle = shutterMask(shutterOf(['POLYGONAL']), rows, columns);
    // Between the corner of the picture and the first vertex nothing belongs to the triangle.
    expect([triangle[0], triangle[3 * columns + 12], triangle[20 * columns + 24], triangle[36 * columns + 4]]).toEqual([1, 1, 0, 0]);
  });

  test('several shapes together show what all of them show', () => {
    const names = ['RECTANGULAR', 'CIRCULAR', 'POLYGONAL'];
    const each = names.map((name) => shutterMask(shutterOf([name]), rows, columns));
    const together = shutterMask(shutterOf(names), rows, columns);
    expect(together.every((covered, index) => covered === Math.max(...each.map((mask) => mask[index] ?? 0)))).toBe(true);
    expect(together.includes(0)).toBe(true);
  });

  test('print and video are covered as the picture on the screen, in the brightness that the source asks for', () => {
    const shutter = shutterOf(['CIRCULAR'], [element(0x00181622, 'US', [32_896])]);
    expect(shutter.brightness).toBeCloseTo(0.502, 3);
    const mask = shutterMask(shutter, rows, columns);
    expect(printed(shutter)).toEqual([...mask].map((covered) => (covered === 1 ? 128 : 255)));
    expect(new Set(printed(shutterOf(['RECTANGULAR'])))).toEqual(new Set([0, 255]));
  });

  test('each shape is a path of its own on the screen, in the order of its points', () => {
    const calls: string[] = [];
    class RecordedPath {
      rect(...numbers: readonly number[]) {
        calls.push(`rect ${numbers}`);
      }
      arc(...numbers: readonly number[]) {
        calls.push(`arc ${numbers.slice(0, 3)}`);
      }
      moveTo(...numbers: readonly number[]) {
        calls.push(`move ${numbers}`);
      }
      lineTo(...numbers: readonly number[]) {
        calls.push(`line ${numbers}`);
      }
      closePath() {
        calls.push('close');
      }
    }
    const context = { save() {}, restore() {}, transform() {}, fill: (_: unknown, rule: string) => calls.push(rule), fillStyle: '' };
    const before = Reflect.get(globalThis, 'Path2D');
    Reflect.set(globalThis, 'Path2D', RecordedPath);
    try {
      drawShutter(context as never, { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 }, { ...white, shutter: shutterOf(['POLYGONAL', 'CIRCULAR']) });
    } finally {
      Reflect.set(globalThis, 'Path2D', before);
    }
    const cover = `rect -1,-1,${columns + 1},${rows + 1}`;
    expect(calls).toEqual([cover, 'move 39,19', 'arc 24,19,15', 'evenodd', cover, 'move 24,1', 'line 47,37', 'line 2,37', 'close', 'evenodd']);
    expect(context.fillStyle).toBe('rgb(0 0 0)');
  });
});
