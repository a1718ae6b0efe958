import { describe, expect, test } from 'vitest';
import { pinchOf } from '../../renderer/viewport/gestures.ts';

describe('two fingers on a picture', () => {
  test('twice as far apart is twice as large, about the middle between them', () => {
    const { steps, about, by } = pinchOf(
      [
        [100, 100],
        [200, 100],
      ],
      [
        [50, 100],
        [250, 100],
      ],
    );
    expect(1.2 ** steps).toBeCloseTo(2);
    expect(about).toEqual([150, 100]);
    expect(by).toEqual([0, 0]);
  });

  test('moved together they move the picture and leave its size', () => {
    const { steps, by } = pinchOf(
      [
        [100, 100],
        [200, 100],
      ],
      [
        [130, 140],
        [230, 140],
      ],
    );
    expect(steps).toBeCloseTo(0);
    expect(by).toEqual([30, 40]);
  });

  test('fingers on one spot do not make it jump', () => {
    const { steps } = pinchOf(
      [
        [100, 100],
        [101, 100],
      ],
      [
        [100, 100],
        [115, 100],
      ],
    );
    expect(steps).toBeCloseTo(0);
  });
});
