import { expect, test } from 'vitest';
import { openFrameSource } from '../../native-bridge/sources/open.ts';
import { parseSourceUri } from '../../native-bridge/sources/uri.ts';

test.each([
  ['sim:kyphoplasty?seed=7', { scheme: 'sim', target: 'kyphoplasty', query: { seed: '7' } }],
  ['none:', { scheme: 'none', target: '', query: {} }],
  ['dicom:/a b/run.dcm?loop=1', { scheme: 'dicom', target: '/a b/run.dcm', query: { loop: '1' } }],
  ['dicom:what?.dcm', { scheme: 'dicom', target: 'what?.dcm', query: {} }],
  ['dicom:C:\\runs\\1.dcm', { scheme: 'dicom', target: 'C:\\runs\\1.dcm', query: {} }],
  ['serial:/dev/ttyUSB0?driver=new-era&baud=19200', { scheme: 'serial', target: '/dev/ttyUSB0', query: { driver: 'new-era', baud: '19200' } }],
  ['video:udp://127.0.0.1:5004', { scheme: 'video', target: 'udp://127.0.0.1:5004', query: {} }],
])('%s is taken apart', (uri, parts) => {
  expect(parseSourceUri(uri)).toEqual({ ok: true, value: parts });
});

test.each(['', 'kyphoplasty', 'C:\\runs', '/a/file.dcm'])('"%s" is no source, and the fault shows how one is written', (uri) => {
  const parsed = parseSourceUri(uri);
  expect(parsed.ok ? '' : parsed.fault.message).toMatch(/SCHEME:TARGET/);
});

test('a scheme that is not known is refused with those that are', async () => {
  const opened = await openFrameSource('gopher:hole', 'a');
  expect(opened.ok ? '' : opened.fault.message).toMatch(/sim:.*dicom:.*record:/);
});
