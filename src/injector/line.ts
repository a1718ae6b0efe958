import { crc16 } from '../base/crc.ts';
import { pressureToKpa } from '../base/units.ts';
import type { DriverOutput, InjectorAlert, InjectorDriver } from './driver.ts';
import { compileLinePattern, type LineFormat } from './lineFormat.ts';
import type { InjectorReading } from './reading.ts';

export interface LineState {
  readonly device: string;
  /** Bytes since the end of the last line. */
  readonly pending: readonly number[];
  /** The line is longer than any reading: it is ignored up to its end. */
  readonly overflowed: boolean;
  /** The end of a line has been seen: what stands before the first one may have begun before the port was opened. */
  readonly inStep: boolean;
}

const digitOne = 0x31;
const longestLine = 128;
const lineFeed = 10;
const carriageReturn = 13;

/** The line without its check; `null` when the check is wrong, or missing where it is required. */
function checkedText(line: readonly number[], format: LineFormat): string | null {
  const text = String.fromCharCode(...line);
  const star = text.lastIndexOf('*');
  const check = star === -1 ? '' : text.slice(star + 1);
  const body = line.slice(0, star);
  if (/^[0-9A-Fa-f]{2}$/.test(check)) return Number.parseInt(check, 16) === body.reduce((xor, byte) => xor ^ byte, 0) ? text.slice(0, star) : null;
  if (/^[0-9A-Fa-f]{4}$/.test(check)) return Number.parseInt(check, 16) === crc16(Uint8Array.from(body)) ? text.slice(0, star) : null;
  return format.check === 'required' ? null : text;
}

/** Number of a named group; `null` when the line does not have it. Text that is no number makes the whole line unreadable. */
function numbersOf(groups: Readonly<Record<string, string | undefined>>): Readonly<Record<string, number>> | null {
  const numbers: Record<string, number> = {};
  for (const [name, text] of Object.entries(groups)) {
    if (text === undefined) continue;
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) return null;
    numbers[name] = value;
  }
  return numbers;
}

/** Conversions leave digits behind that the device never sent. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

function pressureKpaOf(numbers: Readonly<Record<string, number>>): number | null {
  if (numbers.pressureKpa !== undefined) return numbers.pressureKpa;
  if (numbers.pressurePsi !== undefined) return rounded(pressureToKpa(numbers.pressurePsi, 'psi'));
  if (numbers.pressureBar !== undefined) return rounded(pressureToKpa(numbers.pressureBar, 'bar'));
  return numbers.pressureAtm === undefined ? null : rounded(pressureToKpa(numbers.pressureAtm, 'atm'));
}

function readLine(line: readonly number[], device: string, format: LineFormat, pattern: RegExp): InjectorReading | null {
  const text = checkedText(line, format);
  const groups = text === null ? undefined : pattern.exec(text)?.groups;
  const numbers = groups === undefined ? null : numbersOf(groups);
  if (numbers === null) return null;
  const volumeMl = numbers.volumeMl ?? (numbers.volumeUl === undefined ? null : rounded(numbers.volumeUl / 1000));
  const reading: InjectorReading = {
    device,
    pressureKpa: pressureKpaOf(numbers),
    volumeMl,
    rateMlPerMin: numbers.rateMlPerMin ?? null,
    mode: format.mode,
    deviceTimeMs: numbers.deviceTimeMs ?? null,
    status: 'unknown',
  };
  return numbers.temperatureC === undefined ? reading : { ...reading, temperatureC: numbers.temperatureC };
}

function receive(before: LineState, bytes: Uint8Array, format: LineFormat, pattern: RegExp): DriverOutput<LineState> {
  const readings: InjectorReading[] = [];
  const alerts: InjectorAlert[] = [];
  let pending = [...before.pending];
  let { overflowed, inStep } = before;
  for (const byte of bytes) {
    if (byte !== lineFeed && byte !== carriageReturn) {
      if (pending.length < longestLine) pending.push(byte);
      else overflowed = true;
      continue;
    }
    if (pending.length === 0) {
      inStep = true;
      continue;
    }
    const reading = overflowed ? null : readLine(pending, before.device, format, pattern);
    // Cut off at its beginning, "12.95" is "2.95": only the first line can be that, and only where a digit before it makes a line too.
    const mayBeCut = !inStep && reading !== null && readLine([digitOne, ...pending], before.device, format, pattern) !== null;
    if (reading && !mayBeCut) readings.push(reading);
    else if (!reading)
      alerts.push({
        kind: 'corrupt',
        count: 1,
        message: 'A line from the injector does not have the form that the site configuration describes; check pattern, cable and baud rate.',
      });
    pending = [];
    overflowed = false;
    inStep = true;
  }
  return { state: { device: before.device, pending, overflowed, inStep }, readings, alerts };
}

/**
 * ASCII lines in the form that the site describes. What has no check can be damaged unseen: a flipped bit in a digit is
 * another number. Devices that can should append one. The first line may be the end of one that began before the port was opened: where
 * that could be another number, as it can without a word or a check before the first figure, it is not read. Throws for a pattern that `compileLinePattern` refuses.
 */
export function lineDriver(format: LineFormat): InjectorDriver<LineState> {
  const pattern = compileLinePattern(format.pattern);
  if (!pattern.ok) throw new Error(pattern.fault.message);
  return {
    name: 'line',
    defaultBaud: 9600,
    silentAfterMs: format.silentAfterMs ?? 800,
    initial: (device) => ({ device, pending: [], overflowed: false, inStep: false }),
    receive: (state, bytes) => receive(state, bytes, format, pattern.value),
  };
}
