import { describe, expect, it } from 'vitest';
import { noCement } from '../../src/guidance/cement/analysis.ts';
import type { PlaneId } from '../../src/sample/index.ts';
import { initialSessionState, type SessionState, step } from '../../src/session/step.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';

const attributes = frameAttributes({ rows: 1, columns: 1 });

/** One frame in which this plane sees so much by attenuation: the state after it and the volume that the session tells. */
function sees(before: SessionState, plane: PlaneId, tMs: number, volumeMl: number): { readonly state: SessionState; readonly volumeMl: number | null } {
  const cement = { ...noCement, areaPx: 900, zone: 'body', volumeMl, volumeFrom: 'attenuation', volumeBound95Ml: 0.4 * volumeMl } as const;
  const needle = { needle: null, needles: [], deviation: null, mmPerPx: null, scaleFrom: null };
  const topic = plane === 'a' ? '/plane/a/frame' : '/plane/b/frame';
  const { state, seen } = step(before, { topic, tMs, seq: tMs, data: { attributes, pixels: new Uint16Array(1) } }, { needle, cement });
  return { state, volumeMl: seen?.cement.volumeMl ?? null };
}

describe("a session's volume of cement without an injector", () => {
  it('is what both planes see on average, of frames taken close to each other', () => {
    const a = sees(initialSessionState(), 'a', 1000, 1.6);
    expect(a.volumeMl).toBe(1.6);
    const b = sees(a.state, 'b', 1030, 2.5);
    expect(b.volumeMl).toBe(2);
    expect(sees(b.state, 'a', 1067, 1.6).volumeMl).toBe(2);
  });

  it("is the plane's own again when the other one has not been seen for a while: its beam is off, and cement goes on", () => {
    const { state } = sees(initialSessionState(), 'a', 1000, 1.6);
    expect(sees(state, 'b', 1300, 2.5).volumeMl).toBe(2);
    expect(sees(state, 'b', 1301, 2.5).volumeMl).toBe(2.5);
  });

  it('does not go round in a circle: what is told in one plane is not what the other one takes for seen', () => {
    let state = initialSessionState();
    const told: (number | null)[] = [];
    for (let tMs = 0; tMs < 1000; tMs += 100) {
      const a = sees(state, 'a', tMs, 1.6);
      const b = sees(a.state, 'b', tMs + 50, 2.5);
      state = b.state;
      told.push(b.volumeMl);
    }
    expect(new Set(told)).toEqual(new Set([2]));
  });
});
