import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openFrameSource } from '../../native-bridge/sources/open.ts';
import { decodeRunLengths } from '../../src/base/runLength.ts';
import type { PlaneObservation } from '../../src/guidance/observation.ts';
import { createPlaneGuidance } from '../../src/guidance/planeGuidance.ts';

/** Realistic fluoroscopy with ground truth, when this machine has it. */
const folder = fileURLToPath(new URL('../../../shared/data/drr/', import.meta.url));

interface Truth {
  readonly pixel_at_iso_mm: number;
  readonly outer_diameter_mm: number;
  readonly per_frame: readonly {
    readonly needle: {
      readonly present?: boolean;
      readonly tip_px: readonly [number, number];
      readonly hub_px: readonly [number, number];
      readonly tip_in_field: boolean;
    };
    readonly cement: { readonly volume_ml: number; readonly area_px: number; readonly mask_rle: readonly number[] };
    readonly leak: { readonly visible: boolean };
  }[];
}

async function analysed(name: string): Promise<{ truth: Truth; seen: PlaneObservation[] }> {
  const truth: Truth = JSON.parse(readFileSync(`${folder}${name}.gt.json`, 'utf8'));
  const guidance = createPlaneGuidance('a');
  guidance.operator({ kind: 'plan', plan: JSON.parse(readFileSync(`${folder}${name}.plan.json`, 'utf8')) });
  const source = await openFrameSource(`dicom:${folder}${name}.dcm`, 'a');
  if (!source.ok) throw new Error(source.fault.message);
  const seen: PlaneObservation[] = [];
  for await (const event of source.value.events(new AbortController().signal)) {
    if (event.topic === '/plane/a/frame') seen.push(guidance.frame(event.data, event.atMs ?? 0));
  }
  return { truth, seen };
}

const quantile = (values: readonly number[], share: number): number => values.toSorted((p, q) => p - q)[Math.floor(share * (values.length - 1))] ?? Number.NaN;

/** Dice of one frame, the shaft left out as in the measure that the targets use. */
function dice(observation: PlaneObservation, frame: Truth['per_frame'][number], halfWidthPx: number): number {
  const truth = decodeRunLengths({ size: [1024, 1024], counts: frame.cement.mask_rle });
  const found = observation.cement.mask ? decodeRunLengths(observation.cement.mask) : new Uint8Array(truth.length);
  const [tx, ty] = frame.needle.tip_px;
  const [hx, hy] = frame.needle.hub_px;
  const length = Math.hypot(hx - tx, hy - ty);
  const dx = (hx - tx) / length;
  const dy = (hy - ty) / length;
  let both = 0;
  let sum = 0;
  for (let i = 0; i < truth.length; i++) {
    if ((truth[i] ?? 0) + (found[i] ?? 0) === 0) continue;
    const x = (i % 1024) - tx;
    const y = Math.floor(i / 1024) - ty;
    const along = x * dx + y * dy;
    if (along > -halfWidthPx && along < length && Math.abs(-x * dy + y * dx) <= halfWidthPx) continue;
    both += (truth[i] ?? 0) & (found[i] ?? 0);
    sum += (truth[i] ?? 0) + (found[i] ?? 0);
  }
  return sum > 0 ? (2 * both) / sum : 1;
}

describe.skipIf(!existsSync(folder))('guidance against ground truth (skipped where the reference data is absent)', () => {
  it.each([
    { name: 'A_LAT', leaks: false, leastFound: 0.85 },
    { name: 'C_LAT', leaks: true, leastFound: 0.98 },
    { name: 'C_AP', leaks: true, leastFound: 0.98 },
  ])('$name: needle, cement and leak within the targets', async ({ name, leaks, leastFound }) => {
    const { truth, seen } = await analysed(name);
    const errorsMm: number[] = [];
    let visible = 0;
    let withinBound = 0;
    const overlaps: number[] = [];
    truth.per_frame.forEach((frame, i) => {
      const observation = seen[i];
      if (observation === undefined) throw new Error('one observation a frame');
      const { needle } = observation.needle;
      if (frame.needle.present === false) expect(needle).toBeNull();
      else if (frame.needle.tip_in_field) {
        visible++;
        if (needle) {
          const errorPx = Math.hypot(needle.tip[0] - frame.needle.tip_px[0], needle.tip[1] - frame.needle.tip_px[1]);
          errorsMm.push(errorPx * truth.pixel_at_iso_mm);
          if (errorPx <= 1.96 * needle.tipSigmaPx) withinBound++;
        }
      }
      if (frame.cement.volume_ml <= 0) expect(observation.cement.areaPx).toBeLessThanOrEqual(200);
      if (frame.cement.area_px > 200) overlaps.push(dice(observation, frame, truth.outer_diameter_mm / truth.pixel_at_iso_mm / 2 + 1.5));
      if (!frame.leak.visible) expect(observation.cement.leak).toBe(false);
    });
    expect(errorsMm.length / visible).toBeGreaterThanOrEqual(leastFound);
    expect(quantile(errorsMm, 0.5)).toBeLessThan(0.5);
    expect(quantile(errorsMm, 0.95)).toBeLessThan(1);
    expect(withinBound / errorsMm.length).toBeGreaterThanOrEqual(0.93);
    expect(quantile(overlaps, 0.5)).toBeGreaterThan(0.9);
    expect(seen.at(-1)?.cement.leak).toBe(leaks);
    if (name === 'C_LAT') expect(seen.findIndex((o) => o.cement.leak) - truth.per_frame.findIndex((f) => f.leak.visible)).toBeLessThanOrEqual(2);
  });
});
