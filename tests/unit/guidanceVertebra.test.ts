import { describe, expect, it } from 'vitest';
import { noGeometry } from '../../src/dicom/xrayFrame.ts';
import type { VertebraObservation } from '../../src/guidance/observation.ts';
import { createPlaneGuidance } from '../../src/guidance/planeGuidance.ts';
import type { OperatorEvent } from '../../src/sample/index.ts';
import { mmPerPx, type Paint, picture } from './guidancePicture.ts';

/** The second body of the picture: ends of its endplates at columns 186 and 326, its edges at half height in these rows. */
const front = 190;
const back = 322;
const top = 147.5;
const bottom = 242.5;

/** Takes bone away above a line from the collapsed front (`lowPx` lower) to the whole back. */
const collapse =
  (lowPx: number, shift: readonly [number, number] = [0, 0]): Paint =>
  (x, y) => {
    const u = x - shift[0];
    const edge = top + lowPx * ((back - u) / (back - front));
    const inside = u > 186 && u < 326 && y - shift[1] > top - 5 && y - shift[1] < 200;
    return inside ? -0.3 * Math.max(0, Math.min(1, (edge - (y - shift[1])) / 5 + 0.5)) * Math.max(0, Math.min(1, (y - shift[1] - top) / 5 + 0.5)) : 0;
  };

type Story = { readonly paints: readonly Paint[]; readonly shift?: readonly [number, number]; readonly stage?: 'cavity' | 'injection' | 'closure' };

const endplates = (body: 'treated' | 'reference', drop: number, errorPx: number, rowsDown = 0): OperatorEvent => ({
  kind: 'endplates',
  plane: 'b',
  body,
  superior: [
    [front, top + drop + errorPx + rowsDown],
    [back, top - errorPx + rowsDown],
  ],
  inferior: [
    [front, bottom - errorPx + rowsDown],
    [back, bottom + errorPx + rowsDown],
  ],
});

function run(stories: readonly Story[], placed: readonly OperatorEvent[], scaled = true): (VertebraObservation | undefined)[] {
  const guidance = createPlaneGuidance('b');
  return stories.map(({ paints, shift, stage }, i) => {
    if (i === 1) for (const event of placed) guidance.operator(event);
    if (stage) guidance.operator({ kind: 'stage', stage });
    return guidance.frame(picture(900 + i, paints, { ...(shift ? { shift } : {}), ...(scaled ? {} : { as: { geometry: noGeometry } }) }), i * 100).vertebra;
  });
}

const still = (count: number, lowPx: number): Story[] => Array.from({ length: count }, () => ({ paints: [collapse(lowPx)] }));

describe('vertebral height', () => {
  it('is not said before endplates were placed in this plane', () => {
    const elsewhere: OperatorEvent = {
      kind: 'endplates',
      plane: 'a',
      body: 'treated',
      superior: [
        [1, 1],
        [90, 1],
      ],
      inferior: [
        [1, 90],
        [90, 90],
      ],
    };
    expect(run(still(3, 20), [elsewhere]).every((seen) => seen === undefined)).toBe(true);
  });

  it('snaps to the endplates from points 1.5 mm off: heights within 0.6 mm, the wedge within 1°, a bound below 0.8 mm', () => {
    const seen = run(still(12, 24), [endplates('treated', 24, 6)]).at(-1)?.treated;
    expect(seen?.snappedPlates).toBe(2);
    const truth = { anterior: (bottom - top - 24) * mmPerPx, middle: (bottom - top - 12) * mmPerPx, posterior: (bottom - top) * mmPerPx };
    for (const place of ['anterior', 'middle', 'posterior'] as const) {
      expect(Math.abs((seen?.heightsMm?.[place] ?? 0) - truth[place])).toBeLessThan(0.6);
    }
    expect(Math.abs((seen?.wedgeAngleDeg ?? 0) - (Math.atan2(24, back - front) * 180) / Math.PI)).toBeLessThan(1);
    expect(seen?.heightBound95Mm).toBeLessThan(0.8);
  });

  it('stays the same while the patient moves', () => {
    const moving = [4, -3, 6, 0].map((y): Story => ({ paints: [collapse(24, [y, -y])], shift: [y, -y] }));
    const seen = run([...still(8, 24), ...moving], [endplates('treated', 24, 3)]);
    const heights = seen.slice(3).map((each) => each?.treated?.heightsMm?.anterior ?? 0);
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(0.5);
  });

  it('that the balloon restores is said for each phase, front more than back', () => {
    const lifted = [22, 19, 16, 13, 10, 8, 6].map((low): Story => ({ paints: [collapse(low)] }));
    const story: Story[] = [
      ...still(8, 24),
      { paints: [collapse(24)], stage: 'cavity' },
      ...lifted,
      ...still(14, 6),
      { paints: [collapse(6)], stage: 'closure' },
      ...still(4, 6),
    ];
    const phases = run(story, [endplates('treated', 24, 3)]).at(-1)?.phases ?? [];
    expect(phases.map(({ phase }) => phase)).toEqual(['before', 'after-cavity', 'after-cement']);
    const [before, after] = phases;
    const gain = (place: 'anterior' | 'posterior') => (after?.heightsMm?.[place] ?? 0) - (before?.heightsMm?.[place] ?? 0);
    expect(Math.abs(gain('anterior') - 18 * mmPerPx)).toBeLessThan(0.7);
    expect(Math.abs(gain('posterior'))).toBeLessThan(0.5);
    expect((before?.wedgeAngleDeg ?? 0) - (after?.wedgeAngleDeg ?? 0)).toBeGreaterThan(5);
  });

  it('is a share of the neighbour and no millimetres where nothing says the scale', () => {
    const seen = run(still(10, 24), [endplates('treated', 24, 3), endplates('reference', 0, 3, 130)], false).at(-1);
    expect(seen?.treated?.heightsMm).toBeNull();
    expect(seen?.reference?.heightsMm).toBeNull();
    expect(Math.abs((seen?.ofReference?.anterior ?? 0) - 71 / 95)).toBeLessThan(0.03);
    expect(Math.abs((seen?.ofReference?.posterior ?? 0) - 1)).toBeLessThan(0.03);
    expect(seen?.phases.map(({ phase, heightsMm, ofReference }) => [phase, heightsMm, ofReference])).toEqual([['before', null, seen?.ofReference]]);
  });
});
