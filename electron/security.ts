/** What pages may do. Pure, so that each promise has a test; `electronPort.ts` puts it in force. */

/** How every window's page runs: isolated, sandboxed, without Node. */
export function webPreferencesOf(preload: string) {
  return {
    preload,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    // Its dictionaries come from the network.
    spellcheck: false,
    // Pictures go on when another window covers the console.
    backgroundThrottling: false,
  } as const;
}

/** All that pages of the console need; camera, microphone, location, notifications, serial, USB, HID and the rest are refused. */
const neededPermissions: readonly string[] = ['fullscreen', 'clipboard-sanitized-write'];

const originOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).origin : null);

export function isPermissionGranted(permission: string, requestingUrl: string, consoleOrigin: string | null): boolean {
  return consoleOrigin !== null && originOf(requestingUrl) === consoleOrigin && neededPermissions.includes(permission);
}

/** Pages stay at the console's own address. */
export function isNavigationAllowed(url: string, consoleOrigin: string | null): boolean {
  return consoleOrigin !== null && originOf(url) === consoleOrigin;
}

/** What pages may load: the bridge's own answers and what they made themselves. Nothing from any network. */
export function isRequestAllowed(url: string, consoleOrigin: string | null, isPackaged: boolean): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  if (protocol === 'blob:' || protocol === 'data:') return true;
  if (protocol === 'devtools:') return !isPackaged;
  if (consoleOrigin === null || (protocol !== 'http:' && protocol !== 'ws:')) return false;
  return host === new URL(consoleOrigin).host;
}
