import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { crc16 } from '../../../src/base/crc.ts';
import { lineDriver } from '../../../src/injector/line.ts';
import { compileLinePattern, defaultLineFormat, type LineFormat } from '../../../src/injector/lineFormat.ts';
import type { InjectorReading } from '../../../src/injector/reading.ts';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** What is read of these lines, the first of which begins where the port was opened. */
function read(text: string, format: LineFormat = defaultLineFormat, pieceBytes = 1e9): { readings: InjectorReading[]; corrupt: number } {
  const driver = lineDriver(format);
  let state = driver.initial('injector');
  const readings: InjectorReading[] = [];
  let corrupt = 0;
  const bytes = bytesOf(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const output = driver.receive(state, bytes.subarray(at, at + pieceBytes), 0);
    state = output.state;
    readings.push(...output.readings);
    corrupt += output.alerts.filter((alert) => alert.kind === 'corrupt').length;
  }
  return { readings, corrupt };
}

describe('line driver', () => {
  test('reads the default lines, with and without what is optional, whatever ends them', () => {
    const { readings, corrupt } = read('P=1206.6kPa V=2.950mL\r\nP=-80kPa V=0mL Q=-3.5mL/min t=123456ms\n\n');
    expect(corrupt).toBe(0);
    expect(readings).toEqual([
      { device: 'injector', pressureKpa: 1206.6, volumeMl: 2.95, rateMlPerMin: null, mode: null, deviceTimeMs: null, status: 'unknown' },
      { device: 'injector', pressureKpa: -80, volumeMl: 0, rateMlPerMin: -3.5, mode: null, deviceTimeMs: 123456, status: 'unknown' },
    ]);
  });

  test('reads the examples of the protocol document', () => {
    const document = readFileSync(new URL('../../../docs/injector-protocol.md', import.meta.url), 'utf8');
    const examples = document.match(/^P=.*$/gm) ?? [];
    expect(examples).toHaveLength(3);
    expect(read(`${examples.join('\n')}\n`)).toMatchObject({ readings: [{ volumeMl: 2.95 }, { deviceTimeMs: 123456 }, { pressureKpa: 1206.6 }], corrupt: 0 });
  });

  test('gives the same however the bytes come', () => {
    const text = 'P=1kPa V=1mL\nP=2kPa V=2mL\nnoise\nP=3kPa V=3mL\n';
    for (let pieceBytes = 1; pieceBytes <= text.length; pieceBytes++) expect(read(text, defaultLineFormat, pieceBytes)).toEqual(read(text));
    expect(read(text).corrupt).toBe(1);
  });

  test.each([
    ['the rest of a line', '2.950;20\n13.100;21\n', [13.1]],
    ['a line that comes whole, as no figure fits before it', '12.950;20\r\n13.100;21\r\n', [12.95, 13.1]],
    ['the end of a line', '\n12.950;20\n', [12.95]],
    ['the second half of a line end of two', '\n12.950;20\r\n13.100;21\r\n', [12.95, 13.1]],
  ])('reads no first line that could be the end of another number, where the port opens in %s', (_, text, volumesMl) => {
    const driver = lineDriver({ pattern: '(?<volumeMl>\\d{1,2}\\.\\d{3});(?<temperatureC>\\d{1,3})', mode: 'cement', check: 'optional' });
    const { readings, alerts } = driver.receive(driver.initial('injector'), bytesOf(text), 0);
    expect(readings.map((reading) => reading.volumeMl)).toEqual(volumesMl);
    expect(alerts).toEqual([]);
  });

  test('reads a first line that cannot be the end of another: one with a word before its figures, or with a check', () => {
    expect(read('P=12kPa V=2.950mL\n').readings).toHaveLength(1);
    expect(read('=12kPa V=2.950mL\nP=12kPa V=2.950mL\n')).toMatchObject({ corrupt: 1, readings: [{ volumeMl: 2.95 }] });
    const figures: LineFormat = { pattern: '(?<volumeMl>\\d{1,2}\\.\\d{3})', mode: 'cement', check: 'optional' };
    const check = [...'2.950']
      .reduce((xor, letter) => xor ^ letter.charCodeAt(0), 0)
      .toString(16)
      .padStart(2, '0');
    expect(read(`2.950*${check}\n`, figures).readings).toHaveLength(1);
    expect(read('2.950\n', figures).readings).toHaveLength(0);
  });

  test('reads other units by the names of the groups', () => {
    const format: LineFormat = { pattern: '(?<pressurePsi>\\d{1,4});(?<volumeUl>\\d{1,6});(?<temperatureC>\\d{1,3})', mode: 'balloon', check: 'optional' };
    expect(read('\n400;2950;22\n', format).readings).toMatchObject([{ pressureKpa: 2757.9028, volumeMl: 2.95, temperatureC: 22, mode: 'balloon' }]);
  });

  test('holds a line to the check it ends in: XOR or CRC-16', () => {
    const body = 'P=12.5kPa V=1.000mL';
    const xor = bytesOf(body)
      .reduce((sum, byte) => sum ^ byte, 0)
      .toString(16)
      .padStart(2, '0');
    const crc = crc16(bytesOf(body)).toString(16).padStart(4, '0').toUpperCase();
    expect(read(`${body}*${xor}\n${body}*${crc}\n`).readings).toHaveLength(2);
    expect(read(`P=13.5kPa V=1.000mL*${xor}\nP=13.5kPa V=1.000mL*${crc}\n`)).toMatchObject({ readings: [], corrupt: 2 });
    expect(read(`${body}\n`, { ...defaultLineFormat, check: 'required' })).toMatchObject({ readings: [], corrupt: 1 });
  });

  test('with a check that is required, no damage of one byte gives another reading', () => {
    const body = 'P=1206.6kPa V=2.950mL';
    const crc = crc16(bytesOf(body)).toString(16).padStart(4, '0');
    const line = bytesOf(`${body}*${crc}\n`);
    const right = read(`${body}*${crc}\n`).readings;
    for (let at = 0; at < line.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        const damaged = line.slice();
        damaged[at] = byte;
        const { readings } = read(String.fromCharCode(...damaged, 10), { ...defaultLineFormat, check: 'required' });
        for (const reading of readings) expect(right).toContainEqual(reading);
      }
    }
  });

  test('a line without end is given up, and the next one is read', () => {
    expect(read(`${'x'.repeat(100_000)}\nP=1kPa V=1mL\n`)).toMatchObject({ readings: [{ volumeMl: 1 }], corrupt: 1 });
    const driver = lineDriver(defaultLineFormat);
    expect(driver.receive(driver.initial('injector'), new Uint8Array(1_000_000).fill(65), 0).state.pending.length).toBeLessThanOrEqual(128);
  });
});

describe('a line pattern of the site', () => {
  test.each([
    ['(?<volumeMl>(\\d+)+)mL', /repeats a group/],
    ['(?<volumeMl>\\d{1,4})(a|aa)*', /repeats a group/],
    ['(?<volumeMl>\\d{1,4})\\1', /refers back/],
    ['(?<volumeMl>\\d+)\\d*\\d*\\d*\\d*', /open repetitions/],
    ['(?<volumeMl>\\d{1,9999})', /open repetitions/],
    ['(?<volumeMl>\\d', /not a regular expression/],
    ['(?<volume>\\d{1,4})', /names a group volume/],
    ['\\d{1,4}mL', /names no group/],
    ['x'.repeat(501), /longer than 500/],
  ])('%s is refused with its reason', (pattern, message) => {
    expect(compileLinePattern(pattern)).toMatchObject({ ok: false, fault: { kind: 'input', message: expect.stringMatching(message) } });
  });

  test('the default is accepted, and so are classes, choices and open repetitions in small number', () => {
    for (const pattern of [defaultLineFormat.pattern, '[a-z+*]+ (?<volumeMl>\\d+(?:\\.\\d+)?)(?: mL| ml)']) expect(compileLinePattern(pattern).ok).toBe(true);
  });
});
