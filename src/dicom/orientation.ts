/** Where the axes of a picture point in the patient, as the letters of (0020,0020): R L A P H F, the stronger direction first. */
export interface PictureAxes {
  /** Along a row, to the right of the picture. */
  readonly right: string;
  /** Along a column, to its foot. */
  readonly down: string;
  /** Along the stack, from one slice to the next; null for a single picture. */
  readonly deeper: string | null;
}

type Vector = readonly [number, number, number];

/** The patient's axes are those of DICOM: x to the left, y to the back, z to the head. */
const letters: readonly (readonly [positive: string, negative: string])[] = [
  ['L', 'R'],
  ['P', 'A'],
  ['H', 'F'],
];
/** A direction less than about fifteen degrees off an axis is told by one letter. */
const leastShare = 0.26;

/** Letters of a direction of unit length. */
export function lettersOf(direction: Vector): string {
  return direction
    .map((share, axis) => ({ share, letter: letters[axis]?.[share >= 0 ? 0 : 1] ?? '' }))
    .filter(({ share }) => Math.abs(share) >= leastShare)
    .sort((p, q) => Math.abs(q.share) - Math.abs(p.share))
    .map(({ letter }) => letter)
    .join('');
}

const opposites: Readonly<Record<string, string>> = { L: 'R', R: 'L', A: 'P', P: 'A', H: 'F', F: 'H' };
export const oppositeLetters = (of: string): string => [...of].map((letter) => opposites[letter] ?? '').join('');

/** From the six numbers of (0020,0037); null where there are fewer. */
export function axesOfCosines(cosines: readonly number[]): PictureAxes | null {
  const [a, b, c, d, e, f] = cosines;
  if (a === undefined || b === undefined || c === undefined || d === undefined || e === undefined || f === undefined) return null;
  return { right: lettersOf([a, b, c]), down: lettersOf([d, e, f]), deeper: lettersOf([b * f - c * e, c * d - a * f, a * e - b * d]) };
}

/** From the two values of (0020,0020), which radiographs carry; null where it is empty. */
export function axesOfLetters(values: readonly string[]): PictureAxes | null {
  const [right, down] = values;
  const known = (value: string | undefined): value is string => value !== undefined && /^[LRAPHF]{1,3}$/.test(value);
  return known(right) && known(down) ? { right, down, deeper: null } : null;
}
