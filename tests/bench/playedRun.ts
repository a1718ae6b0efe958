import { writeFileSync } from 'node:fs';
import { simulationRequest } from '../../native-bridge/sources/simulatedUri.ts';
import type { PlaneId } from '../../src/sample/sample.ts';
import { createPlaneRenderer, frameAttributes } from '../../src/simulation/planeRenderer.ts';
import { buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';

/** While the first needle of a vertebroplasty is on its way. */
const fromSecond = 8;
const seconds = 2;

/**
 * Writes two seconds of a simulated plane as a DICOM run, uncompressed; gives its URI, played in a loop. Frames are then there
 * as a camera's are: the simulator's ray-casting, more than half of a core at 30 frames a second, is not part of what is measured.
 */
export function playedRun(path: string, simulation: string, plane: PlaneId): string {
  const parsed = simulationRequest(simulation);
  if (!parsed.ok) throw new Error(parsed.fault.message);
  const { scenario, request } = parsed.value;
  const renderer = createPlaneRenderer(scenario, plane, request.fps);
  const first = frameAttributes(scenario, plane, 0, 0, request.fps);
  const { rows, columns, bitsAllocated, bitsStored, geometry, windowCenter, windowWidth } = first;
  const frames = Array.from({ length: seconds * request.fps }, (_, index) => {
    const pixels = bitsAllocated === 8 ? new Uint8Array(rows * columns) : new Uint16Array(rows * columns);
    renderer.render(fromSecond * request.fps + index, pixels);
    return pixels;
  });
  const numbers = (tag: number, ...values: readonly (number | null | undefined)[]) =>
    values.every((value) => typeof value === 'number') ? [element(tag, 'DS', values.join('\\'))] : [];
  const also = [
    ...numbers(0x00181063, first.frameTimeMs),
    ...numbers(0x00181110, geometry.sidMm),
    ...numbers(0x00181111, geometry.sodMm),
    ...numbers(0x00181164, ...(geometry.imagerPixelSpacingMm ?? [null])),
    ...numbers(0x00181510, geometry.primaryAngleDeg),
    ...numbers(0x00181511, geometry.secondaryAngleDeg),
    ...(first.pixelIntensityRelationship ? [element(0x00281040, 'CS', first.pixelIntensityRelationship)] : []),
    ...numbers(0x00281050, windowCenter),
    ...numbers(0x00281051, windowWidth),
  ];
  writeFileSync(path, buildPart10(xrayRun({ rows, columns, frames, bitsStored, also })));
  return `dicom:${path}?loop=1`;
}
