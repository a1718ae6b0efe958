import { describe, expect, test } from 'vitest';
import { describeFile } from '../../native-bridge/sources/dicomFile.ts';
import { frameAttributesOf } from '../../src/dicom/frameAttributes.ts';
import { defaultFrameTimeMs, frameTimingOf } from '../../src/dicom/frameTiming.ts';
import { geometryOf } from '../../src/dicom/geometryTags.ts';
import { explicitLittleEndian, findTransferSyntax } from '../../src/dicom/transferSyntax.ts';
import { noGeometry } from '../../src/dicom/xrayFrame.ts';
import { type BuiltElement, buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';

const pixels = new Uint16Array(4);

function fileWith(also: readonly BuiltElement[], frames = 3, signed = false) {
  const run = xrayRun({ rows: 2, columns: 2, bitsStored: 12, signed, frames: Array.from({ length: frames }, () => pixels), also });
  const file = describeFile('FILE', buildPart10(run));
  if (!file.ok) throw new Error(file.fault.message);
  return file.value;
}

const text = (tag: number, value: string) => element(tag, 'DS', value);
const timing = (also: readonly BuiltElement[]) => frameTimingOf(fileWith(also).dataset, 3);

describe('when frames were taken', () => {
  test.each([
    ['frame time', [text(0x00181063, '40')], [0, 40, 80]],
    ['cine rate', [text(0x00180040, '25')], [0, 40, 80]],
    ['recommended display rate', [text(0x00082144, '8')], [0, 125, 250]],
    ['frame time vector, whose first value does not count', [text(0x00181065, '5\\100\\30')], [0, 100, 130]],
    ['a vector before a frame time', [text(0x00181063, '40'), text(0x00181065, '0\\100\\30')], [0, 100, 130]],
    ['a vector too short is not used', [text(0x00181063, '40'), text(0x00181065, '0\\100')], [0, 40, 80]],
    ['nothing, or zero: 15 frames a second', [text(0x00181063, '0')], [0, defaultFrameTimeMs, 2 * defaultFrameTimeMs]],
  ])('%s', (_, also, atMs) => {
    expect(timing(also).atMs).toEqual(atMs);
  });

  test('an enhanced object says when each frame was acquired', () => {
    const frame = (time: string) => [element(0x00209111, 'SQ', [[element(0x00189074, 'DT', time)]])];
    const groups = element(0x52009230, 'SQ', [frame('20260101120000.0'), frame('20260101120000.25'), frame('20260101120001.0')]);
    expect(timing([groups]).atMs).toEqual([0, 250, 1000]);
  });
});

describe('where tube, patient and detector stood', () => {
  test('an X-ray run says it in its header', () => {
    const also = [
      text(0x00181110, '1000'),
      text(0x00181111, '640'),
      text(0x00181164, '0.2\\0.25'),
      text(0x00181510, '-30'),
      text(0x00181511, '12'),
      element(0x00185100, 'CS', 'HFP'),
    ];
    expect(geometryOf(fileWith(also).dataset, 0)).toEqual({
      primaryAngleDeg: -30,
      secondaryAngleDeg: 12,
      sidMm: 1000,
      sodMm: 640,
      imagerPixelSpacingMm: [0.2, 0.25],
      fieldOfView: null,
      patientPosition: 'prone',
    });
  });

  test('angles of a moving C-arm go with the frame', () => {
    const also = [text(0x00181510, '10'), text(0x00181520, '0\\-5\\-10')];
    const { dataset } = fileWith(also);
    expect([0, 1, 2].map((index) => geometryOf(dataset, index).primaryAngleDeg)).toEqual([10, 5, 0]);
  });

  test('field of view: origin, rotation and flip', () => {
    const also = [text(0x00187030, '100\\50'), text(0x00187032, '270'), element(0x00187034, 'CS', 'YES')];
    expect(geometryOf(fileWith(also).dataset, 0).fieldOfView).toEqual({ originPx: [100, 50], rotationDeg: 270, horizontalFlip: true });
  });

  test('an enhanced object says it per frame, and else for all frames', () => {
    const positioner = (angle: string) => [element(0x00189405, 'SQ', [[text(0x00181510, angle)]])];
    const shared = element(0x52009229, 'SQ', [[element(0x00189476, 'SQ', [[text(0x00181110, '1100'), element(0x00189402, 'FL', [700])]])]]);
    const own = element(0x52009230, 'SQ', [positioner('1'), positioner('2'), positioner('3')]);
    expect(geometryOf(fileWith([shared, own]).dataset, 1)).toMatchObject({ primaryAngleDeg: 2, sidMm: 1100, sodMm: 700 });
  });

  test('angles of the isocentre system are those of a patient on the back, and say nothing of one who lies prone', () => {
    const shared = element(0x52009229, 'SQ', [[element(0x00189462, 'SQ', [[element(0x00189463, 'FL', [-30]), element(0x00189464, 'FL', [12])]])]]);
    const position = (code: string) => element(0x00185100, 'CS', code);
    expect(geometryOf(fileWith([position('HFS'), shared]).dataset, 0)).toMatchObject({ primaryAngleDeg: -30, secondaryAngleDeg: 12 });
    expect(geometryOf(fileWith([shared]).dataset, 0)).toMatchObject({ primaryAngleDeg: -30, secondaryAngleDeg: 12 });
    expect(geometryOf(fileWith([position('HFP'), shared]).dataset, 0)).toMatchObject({ primaryAngleDeg: null, secondaryAngleDeg: null });
  });

  test('nothing said, or zero, is nothing known', () => {
    expect(geometryOf(fileWith([text(0x00181110, '0'), text(0x00181164, '0\\0')]).dataset, 0)).toEqual(noGeometry);
  });
});

describe('attributes of a frame', () => {
  const source = { frameNumber: 7, frameTimeMs: null, deviceTimeMs: null };

  test('the window is in stored values: rescale undone, offset of signed pixels added', () => {
    const also = [
      element(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.7'),
      text(0x00281050, '40'),
      text(0x00281051, '400'),
      text(0x00281052, '-1024'),
      text(0x00281053, '2'),
    ];
    const { dataset, image } = fileWith(also, 1, true);
    expect(frameAttributesOf(dataset, image, 0, source)).toMatchObject({ windowCenter: 532 + 2048, windowWidth: 200, frameNumber: 7 });
  });

  test('without a window there is none, and the relationship to the beam is kept', () => {
    const { dataset, image } = fileWith([element(0x00281040, 'CS', 'LOG')], 1);
    expect(frameAttributesOf(dataset, image, 0, source)).toMatchObject({ windowCenter: null, windowWidth: null, pixelIntensityRelationship: 'LOG' });
  });

  test('technique, dose, shutter and padding are carried along where they are said, and absent where not', () => {
    const also = [
      text(0x00180060, '77.5'),
      element(0x00181151, 'IS', '12'),
      text(0x0018115e, '25'),
      element(0x00181155, 'CS', 'GR'),
      element(0x00181600, 'CS', 'RECTANGULAR\\CIRCULAR'),
      element(0x00181602, 'IS', '11'),
      element(0x00181604, 'IS', '90'),
      element(0x00181606, 'IS', '21'),
      element(0x00181608, 'IS', '80'),
      element(0x00181610, 'IS', '50\\40'),
      element(0x00181612, 'IS', '30'),
      element(0x00280120, 'SS', [-2000]),
      element(0x00280121, 'SS', [-2040]),
    ];
    const { dataset, image } = fileWith(also, 1, true);
    expect(frameAttributesOf(dataset, image, 0, source)).toMatchObject({
      technique: { tubeVoltageKv: 77.5, tubeCurrentMa: 12, exposureTimeMs: null, pulseWidthMs: null, doseAreaProductGyCm2: 2.5, radiationSetting: 'GR' },
      shutter: { rectangleImagePx: { left: 10, right: 89, top: 20, bottom: 79 }, circleImagePx: { center: [39, 49], radius: 30 }, polygonImagePx: null },
      paddingValue: 48,
      paddingLimit: 8,
    });
    const bare = fileWith([], 1);
    expect(Object.keys(frameAttributesOf(bare.dataset, bare.image, 0, source))).not.toContain('technique');
  });

  test.each([
    ['nothing said, no compression', explicitLittleEndian, null, undefined],
    ['said to have been compressed with loss', explicitLittleEndian, '01', true],
    ['said never to have been', explicitLittleEndian, '00', false],
    ['JPEG, whatever is said', '1.2.840.10008.1.2.4.51', '00', true],
    ['lossless JPEG alone says nothing of what was before', '1.2.840.10008.1.2.4.70', null, undefined],
    ['near-lossless JPEG-LS', '1.2.840.10008.1.2.4.81', null, true],
    ['near-lossless JPEG-LS coded with no error', '1.2.840.10008.1.2.4.81', '00', false],
    ['JPEG 2000, which may be either', '1.2.840.10008.1.2.4.91', null, undefined],
    ['H.264', '1.2.840.10008.1.2.4.102', null, true],
  ])('whether pixels were ever compressed with loss is carried along: %s', (_, uid, said, lossy) => {
    const { dataset, image } = fileWith(said === null ? [] : [element(0x00282110, 'CS', said)], 1);
    const transferSyntax = findTransferSyntax(uid);
    if (!transferSyntax) throw new Error(uid);
    expect(frameAttributesOf(dataset, { ...image, transferSyntax }, 0, source).lossyCompression).toBe(lossy);
  });

  test.each([
    ['YES', true],
    ['NO', false],
    [null, undefined],
  ])('whether text is burned in is carried along: %s', (said, burnedIn) => {
    const { dataset, image } = fileWith(said === null ? [] : [element(0x00280301, 'CS', said)], 1);
    expect(frameAttributesOf(dataset, image, 0, source).burnedInAnnotation).toBe(burnedIn);
  });
});
