import { noGeometry, type XrayFrame } from '../dicom/xrayFrame.ts';
import type { Plan } from '../sample/index.ts';
import type { PlaneGuidance } from './planeGuidance.ts';

/** Large enough for every loop to run often; larger pictures took twice as long and made the first frames no quicker. */
const size = 256;

/** A grey ramp with a bar that moves, rests, loses its stylet and lets a blob grow: each part of guidance has something to do. */
function rehearsalFrame(index: number): XrayFrame {
  const pixels = new Uint16Array(size * size);
  const tipX = 175 - 6 * Math.min(index, 5);
  const hollow = index > 9;
  // A field that changes is looked for each time.
  const field = index % 2 === 0 ? 15_500 : 14_500;
  const blob = index > 11 ? 7 + 2 * (index - 11) : 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dx = x - 128;
      const dy = y - 128;
      if (dx * dx + dy * dy > field) continue;
      const grain = ((x * 7919 + y * 104_729 + index * 31_337) % 61) - 30;
      const across = Math.abs(y - 125);
      const bar = x > tipX && across < 3 ? (hollow && across < 2 ? 350 : 800) : 0;
      const bx = x - 130;
      const by = (y - 125) * (1.3 + 0.5 * Math.sin(bx / 3.5));
      const cement = bx * bx + by * by < blob * blob ? 500 : 0;
      pixels[y * size + x] = 2300 + ((x + y) >> 1) - bar - cement + grain;
    }
  }
  return {
    attributes: {
      rows: size,
      columns: size,
      bitsAllocated: 16,
      bitsStored: 12,
      photometric: 'MONOCHROME2',
      pixelIntensityRelationship: 'LOG',
      frameNumber: index,
      deviceTimeMs: null,
      frameTimeMs: null,
      windowCenter: null,
      windowWidth: null,
      geometry: noGeometry,
      simulated: true,
    },
    pixels,
  };
}

const rehearsalPlan: Plan = {
  version: 1,
  needle: { outerDiameterMm: 3.2 },
  planes: {
    a: {
      calibration: { mmPerPx: 0.52 },
      vertebralBody: [
        [100, 100],
        [155, 100],
        [155, 150],
        [100, 150],
      ],
      posteriorWall: [
        [155, 150],
        [155, 100],
      ],
    },
  },
};

let rehearsed = false;

/**
 * Runs guidance once over made-up frames before the first real one, so that the engine has compiled it and the first frames
 * take no longer than the others. Once a thread; what it sees is thrown away.
 */
export function warmUp(create: () => PlaneGuidance): void {
  if (rehearsed) return;
  rehearsed = true;
  const guidance = create();
  guidance.operator({ kind: 'plan', plan: rehearsalPlan });
  for (let index = 0; index < 20; index++) {
    // Drawn anew, zones and the body's edge are made anew, in two frames: else they are made once, just when cement comes.
    if (index > 12 && index % 2 === 0) guidance.operator({ kind: 'plan', plan: rehearsalPlan });
    guidance.frame(rehearsalFrame(index), index * 100);
  }
}
