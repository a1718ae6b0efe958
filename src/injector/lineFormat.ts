import { inputFault, ok, type Result } from '../base/result.ts';

/** The text lines of a simple device, from the site configuration. */
export interface LineFormat {
  /**
   * A regular expression that the whole line must match (`^` and `$` are added). Named groups become the reading, each at
   * most once: pressureKpa, pressurePsi, pressureBar, pressureAtm; volumeMl, volumeUl; rateMlPerMin; temperatureC; deviceTimeMs.
   */
  readonly pattern: string;
  /** What the device delivers into, when that never changes. */
  readonly mode: 'balloon' | 'cement' | null;
  /**
   * `optional`: where a line ends in `*` and two hexadecimal digits (XOR of all bytes before the `*`) or four (CRC-16,
   * polynomial 0x1021, initial 0), they must be right. `required`: lines without are ignored.
   */
  readonly check: 'optional' | 'required';
  /** How long it may say nothing, ms; longer than it ever pauses between two lines. 800 when not given. */
  readonly silentAfterMs?: number | undefined;
}

/** `P=1206.6kPa V=2.950mL`, and after it, where the device has them, ` Q=3.0mL/min` and ` t=123456ms`. */
export const defaultLineFormat: LineFormat = {
  pattern:
    'P=(?<pressureKpa>[-+]?\\d{1,6}(?:\\.\\d{1,4})?)kPa V=(?<volumeMl>[-+]?\\d{1,4}(?:\\.\\d{1,4})?)mL(?: Q=(?<rateMlPerMin>[-+]?\\d{1,4}(?:\\.\\d{1,4})?)mL/min)?(?: t=(?<deviceTimeMs>\\d{1,12})ms)?',
  mode: null,
  check: 'optional',
};

export const lineGroups = [
  'pressureKpa',
  'pressurePsi',
  'pressureBar',
  'pressureAtm',
  'volumeMl',
  'volumeUl',
  'rateMlPerMin',
  'temperatureC',
  'deviceTimeMs',
] as const;

const longestPattern = 500;

const mostOpenRepetitions = 4;
const longestRepetition = 16;

/** Outside classes and escapes, where every letter means what it is. */
const withoutLiterals = (pattern: string): string => pattern.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');

/** Many open repetitions in a row take a high power of the line's length. */
function repeatsTooMuch(pattern: string): boolean {
  const plain = withoutLiterals(pattern);
  const open = plain.match(/[*+]|\{\d+,\}/g)?.length ?? 0;
  const bounds = [...plain.matchAll(/\{(?:\d+,)?(\d+)\}/g)].map((match) => Number(match[1]));
  return open > mostOpenRepetitions || bounds.some((bound) => bound > longestRepetition);
}

/** A repeated group that holds a repetition or a choice can take time that doubles with every letter of the line. */
function hasNestedRepetition(pattern: string): boolean {
  const plain = withoutLiterals(pattern);
  const risky: boolean[] = [];
  for (let i = 0; i < plain.length; i++) {
    const letter = plain[i];
    if (letter === '(') {
      risky.push(false);
      // The question mark of `(?:` and `(?<` repeats nothing.
      if (plain[i + 1] === '?') i++;
      continue;
    }
    const repeats = letter === '*' || letter === '+' || letter === '{';
    if (letter === ')') {
      const inner = risky.pop() ?? false;
      const next = plain[i + 1];
      if (inner && (next === '*' || next === '+' || next === '{')) return true;
      if (inner && risky.length > 0) risky[risky.length - 1] = true;
    } else if ((repeats || letter === '|' || letter === '?') && risky.length > 0) risky[risky.length - 1] = true;
  }
  return false;
}

/** Compiles a pattern from the site configuration, or says what is wrong with it. */
export function compileLinePattern(pattern: string): Result<RegExp> {
  if (pattern.length > longestPattern) return inputFault(`The line pattern of the site configuration is longer than ${longestPattern} characters; shorten it.`);
  if (/\\[1-9]|\\k</.test(pattern))
    return inputFault('The line pattern of the site configuration refers back to a group (\\1, \\k<…>), which can take forever; write it out.');
  if (hasNestedRepetition(pattern)) {
    return inputFault(
      'The line pattern of the site configuration repeats a group that itself repeats or chooses, which can take forever on a noisy line; write it without.',
    );
  }
  if (repeatsTooMuch(pattern)) {
    return inputFault(
      `The line pattern of the site configuration has more than ${mostOpenRepetitions} open repetitions or one of more than ${longestRepetition}; write \\d{1,6} instead of \\d+.`,
    );
  }
  let compiled: RegExp;
  try {
    compiled = new RegExp(`^(?:${pattern})$`);
  } catch (error) {
    return inputFault(`The line pattern of the site configuration is not a regular expression: ${error instanceof Error ? error.message : String(error)}`);
  }
  const named = [...pattern.matchAll(/\(\?<([A-Za-z]\w*)>/g)].map((match) => match[1] ?? '');
  const unknown = named.find((name) => !(lineGroups as readonly string[]).includes(name));
  if (unknown !== undefined) return inputFault(`The line pattern of the site configuration names a group ${unknown}; it may name ${lineGroups.join(', ')}.`);
  if (named.length === 0)
    return inputFault(`The line pattern of the site configuration names no group, so it would read nothing; name at least one of ${lineGroups.join(', ')}.`);
  return ok(compiled);
}
