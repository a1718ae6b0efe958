import { describe, expect, it } from 'vitest';
import { axesOfCosines, axesOfLetters, lettersOf, oppositeLetters } from '../../src/dicom/orientation.ts';

describe('where the axes of a picture point in the patient', () => {
  it('axial: to the patient’s left, to the back, to the head', () => {
    expect(axesOfCosines([1, 0, 0, 0, 1, 0])).toEqual({ right: 'L', down: 'P', deeper: 'H' });
  });

  it('sagittal and coronal, as scanners write them', () => {
    expect(axesOfCosines([0, 1, 0, 0, 0, -1])).toEqual({ right: 'P', down: 'F', deeper: 'R' });
    expect(axesOfCosines([1, 0, 0, 0, 0, -1])).toEqual({ right: 'L', down: 'F', deeper: 'P' });
  });

  it('an oblique direction by both letters, the stronger first; a slight tilt by one', () => {
    expect(lettersOf([0.5, 0.866, 0])).toBe('PL');
    expect(lettersOf([0.99, 0.1, 0])).toBe('L');
    expect(oppositeLetters('PL')).toBe('AR');
  });

  it('a radiograph by its own letters, and nothing where it says nothing', () => {
    expect(axesOfLetters(['L', 'F'])).toEqual({ right: 'L', down: 'F', deeper: null });
    expect(axesOfLetters([''])).toBeNull();
    expect(axesOfLetters(['X', 'F'])).toBeNull();
    expect(axesOfCosines([1, 0, 0])).toBeNull();
  });
});
