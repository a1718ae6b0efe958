import { crc16 } from '../base/crc.ts';

const startOfText = 0x02;
const endOfText = 0x03;
/** Length, both CRC bytes and the end: what the length counts besides the data. */
const lengthOverhead = 4;

/** The only questions this console asks: dispensed volumes, rate, firmware version. Every answer carries the status. None of them moves or sets anything. */
export type NewEraQuestion = 'DIS' | 'RAT' | 'VER';

/** Safe-mode packet of New Era pumps: `02 | length | data | CRC high | CRC low | 03`, CRC-16 (0x1021, initial 0) over the data. */
export function newEraPacket(data: string): Uint8Array {
  const text = Uint8Array.from(data, (letter) => letter.charCodeAt(0));
  const crc = crc16(text);
  return Uint8Array.from([startOfText, text.length + lengthOverhead, ...text, crc >> 8, crc & 0xff, endOfText]);
}

export const newEraQuestion = (question: NewEraQuestion): Uint8Array => newEraPacket(question);

/** Address and status are three letters; `00I1234.W1234.ML` is the longest answer in use. */
export const newEraLengths = { shortestData: 3, longestData: 40 } as const;
export const longestNewEraPacket = newEraLengths.longestData + lengthOverhead + 1;

/** The data of a whole and undamaged packet that starts at `at`; `null` when there is none. */
export function newEraDataAt(bytes: Uint8Array, at: number): string | null {
  const length = bytes[at + 1];
  if (bytes[at] !== startOfText || length === undefined) return null;
  const dataLength = length - lengthOverhead;
  if (dataLength < newEraLengths.shortestData || dataLength > newEraLengths.longestData) return null;
  const end = at + 2 + dataLength;
  if (bytes[end + 2] !== endOfText) return null;
  const data = bytes.subarray(at + 2, end);
  // A packet's text is printable, so no packet can lie within another one's data.
  if (!data.every((byte) => byte >= 0x20 && byte <= 0x7e)) return null;
  return crc16(data) === (((bytes[end] ?? 0) << 8) | (bytes[end + 1] ?? 0)) ? String.fromCharCode(...data) : null;
}

/** True when the bytes from `at` to their end may still become a packet. */
export function mayBecomePacket(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== startOfText) return false;
  const length = bytes[at + 1];
  if (length === undefined) return true;
  const dataLength = length - lengthOverhead;
  return dataLength >= newEraLengths.shortestData && dataLength <= newEraLengths.longestData && at + 2 + dataLength + 3 > bytes.length;
}

/** What a pump says of itself with every answer. */
export type NewEraStatus = 'infusing' | 'withdrawing' | 'stopped' | 'paused' | 'pause-phase' | 'trigger-wait' | 'purging';

const statusOfLetter: Readonly<Record<string, NewEraStatus>> = {
  I: 'infusing',
  W: 'withdrawing',
  S: 'stopped',
  P: 'paused',
  T: 'pause-phase',
  U: 'trigger-wait',
  X: 'purging',
};

/** What `A?` is followed by. */
const alarmOfLetter: Readonly<Record<string, string>> = {
  R: 'the pump was reset',
  S: 'the pump motor is stalled',
  T: 'the pump heard nothing for longer than its time-out',
  E: 'the pumping program is wrong',
  O: 'the pumping program is out of range',
};

export type NewEraAnswer =
  | /** `wasReset`: the pump was without power, and its volumes count from zero. */
  { readonly kind: 'alarm'; readonly address: number; readonly reason: string; readonly wasReset: boolean }
  | { readonly kind: 'status'; readonly address: number; readonly status: NewEraStatus }
  | { readonly kind: 'dispensed'; readonly address: number; readonly status: NewEraStatus; readonly infusedMl: number; readonly withdrawnMl: number }
  | { readonly kind: 'rate'; readonly address: number; readonly status: NewEraStatus; readonly mlPerMin: number }
  | { readonly kind: 'version'; readonly address: number; readonly version: string }
  /** `?…`: the pump did not understand or refuses. */
  | { readonly kind: 'refused'; readonly address: number; readonly why: string };

const number = '(\\d{1,4}(?:\\.\\d{0,3})?|\\.\\d{1,3})';
const dispensedForm = new RegExp(`^I${number}W${number}(UL|ML)$`);
const rateForm = new RegExp(`^${number}(UM|MM|UH|MH)$`);
const mlPerMinOf: Readonly<Record<string, number>> = { UM: 1 / 1000, MM: 1, UH: 1 / 60_000, MH: 1 / 60 };

/** Micrometre steps of the pump do not need more; it keeps 1/60 from printing sixteen digits. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** What an answer says; `null` when it is in no form that the manual gives. */
export function readNewEraAnswer(data: string): NewEraAnswer | null {
  const parts = /^(\d\d)(A\?[RSTEO]|[IWSPTUX])(.*)$/.exec(data);
  if (!parts) return null;
  const [, addressText = '', prompt = '', body = ''] = parts;
  const address = Number(addressText);
  if (prompt.startsWith('A')) {
    const letter = prompt.charAt(2);
    return body === '' ? { kind: 'alarm', address, reason: alarmOfLetter[letter] ?? 'unknown', wasReset: letter === 'R' } : null;
  }
  const status = statusOfLetter[prompt];
  if (status === undefined) return null;
  if (body === '') return { kind: 'status', address, status };
  if (/^\?[A-Z]{0,4}$/.test(body)) return { kind: 'refused', address, why: body };
  if (/^NE\w{1,8}V\d{1,3}\.\d{1,3}$/.test(body)) return { kind: 'version', address, version: body };
  const dispensed = dispensedForm.exec(body);
  if (dispensed) {
    const mlPerUnit = dispensed[3] === 'UL' ? 1 / 1000 : 1;
    return { kind: 'dispensed', address, status, infusedMl: rounded(Number(dispensed[1]) * mlPerUnit), withdrawnMl: rounded(Number(dispensed[2]) * mlPerUnit) };
  }
  const rate = rateForm.exec(body);
  return rate ? { kind: 'rate', address, status, mlPerMin: rounded(Number(rate[1]) * (mlPerMinOf[rate[2] ?? ''] ?? 0)) } : null;
}
