import { describe, expect, it } from 'vitest';
import { type SourceKind, sourceKind } from '../../src/link/sourceKind.ts';

describe('what comes from a source, by its address', () => {
  const cases: readonly (readonly [string, SourceKind])[] = [
    ['sim:kyphoplasty?seed=3', 'simulated'],
    ['record:/records/one?plane=a', 'played'],
    ['dicom:/runs/lateral.dcm?loop=1', 'played'],
    ['dicom-receive:?port=11112', 'live'],
    ['video:/dev/video0', 'live'],
    ['video:screen:0', 'live'],
    ['video:rtsp://10.0.0.4/arm', 'live'],
    ['video:dshow:Grabber', 'live'],
    ['video:/streams/arm.sdp', 'live'],
    ['video:/films/run.mkv?loop=1', 'played'],
    ['video:C:\\films\\run.mkv', 'played'],
    ['video:film.mp4', 'played'],
    ['serial:/dev/ttyUSB0?driver=pedicle-v1', 'live'],
  ];
  it.each(cases)('%s is %s', (uri, kind) => expect(sourceKind(uri)).toBe(kind));

  it('no source is of no kind', () => {
    for (const uri of [null, undefined, '', 'none:']) expect(sourceKind(uri)).toBeNull();
  });
});
