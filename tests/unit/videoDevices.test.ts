import { expect, test } from 'vitest';
import { sourceOfDevice } from '../../native-bridge/sources/videoDevices.ts';
import { parseVideoUri } from '../../native-bridge/sources/videoUri.ts';

const none = new Map<string, string>();
const grabber = { name: '/dev/video2', description: 'USB3 HDMI Capture: 4K, 60 Hz' };

test('a device is named by a path that stays its own where there is one', () => {
  const stable = new Map([['video2', '/dev/v4l/by-id/usb-Magewell_USB_Capture_HDMI-video-index0']]);
  expect(sourceOfDevice(grabber, 'linux', stable).uri).toBe('video:/dev/v4l/by-id/usb-Magewell_USB_Capture_HDMI-video-index0');
  expect(sourceOfDevice(grabber, 'linux', none)).toEqual({ uri: 'video:/dev/video2', name: 'USB3 HDMI Capture: 4K, 60 Hz' });
});

test('on Windows and macOS devices go by the name that people see', () => {
  expect(sourceOfDevice({ name: '@device_pnp_1', description: 'AVerMedia Live Gamer' }, 'win32', none).uri).toBe('video:dshow:AVerMedia Live Gamer');
  expect(sourceOfDevice({ name: '0x14100000', description: 'UltraStudio Mini' }, 'darwin', none).uri).toBe('video:avfoundation:UltraStudio Mini');
});

test.each(['linux', 'win32', 'darwin'] as const)('what is listed on %s is an address that opens as that device', (platform) => {
  const { uri } = sourceOfDevice(grabber, platform, none);
  const parsed = parseVideoUri(uri);
  expect(parsed.ok && [parsed.value.input.kind, parsed.value.input.format]).toEqual([
    'device',
    { linux: 'v4l2', win32: 'dshow', darwin: 'avfoundation' }[platform],
  ]);
});
