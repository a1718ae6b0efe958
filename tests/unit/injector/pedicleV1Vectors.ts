import type { PedicleV1Frame } from '../../../src/injector/pedicleV1Frame.ts';

const noSensors = { pressureKpa: null, volumeMl: null, rateMlPerMin: null, temperatureC: null, mode: null, status: 'unknown', alarms: 0 } as const;

/** The test vectors of docs/injector-protocol.md, in its order. */
export const pedicleV1Vectors: readonly { readonly name: string; readonly frame: PedicleV1Frame; readonly wire: string }[] = [
  {
    name: 'balloon at 1,206.58 kPa',
    frame: {
      type: 'reading',
      sequence: 258,
      bootId: 0xbeef,
      deviceTimeMs: 123456,
      pressureKpa: 1206.58,
      volumeMl: 2.95,
      rateMlPerMin: 3,
      temperatureC: 22.25,
      mode: 'balloon',
      status: 'ok',
      alarms: 0,
    },
    wire: '00 0a 01 01 02 01 ef be 40 e2 01 04 34 69 12 03 86 0b 01 03 b8 0b 01 05 b1 08 01 01 01 05 82 e6 24 06 00',
  },
  {
    name: 'vacuum while deflating, stalled',
    frame: {
      type: 'reading',
      sequence: 65535,
      bootId: 1,
      deviceTimeMs: 4294967295,
      pressureKpa: -80,
      volumeMl: -0.012,
      rateMlPerMin: -30,
      temperatureC: -5,
      mode: 'balloon',
      status: 'stopped',
      alarms: 0b10,
    },
    wire: '00 06 01 01 ff ff 01 16 ff ff ff ff 80 c7 fe ff f4 ff ff ff d0 8a ff ff 0c fe 01 02 02 05 52 7a 77 bd 00',
  },
  {
    name: 'a device without sensors',
    frame: { type: 'reading', sequence: 0, bootId: 0, deviceTimeMs: 0, ...noSensors },
    wire: '00 03 01 01 01 01 01 01 01 01 01 01 01 01 02 80 01 01 02 80 01 01 02 80 03 80 ff 01 01 01 04 08 da 31 00',
  },
  {
    name: 'identity',
    frame: { type: 'identity', sequence: 1, bootId: 0xbeef, deviceTimeMs: 20, model: 'Sample Injector', serialNumber: 'SN-0001' },
    wire: '00 04 01 02 01 04 ef be 14 01 01 1d 0f 53 61 6d 70 6c 65 20 49 6e 6a 65 63 74 6f 72 07 53 4e 2d 30 30 30 31 d9 27 f2 f5 00',
  },
];
