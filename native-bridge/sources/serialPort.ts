import { stat } from 'node:fs/promises';
import { SerialPort } from 'serialport';
import { inputFault, ok, type Result } from '../../src/base/result.ts';

/** The only file that knows the serial library: ports as the rest of the bridge sees them. */

export interface SerialSettings {
  readonly path: string;
  readonly baud: number;
}

export interface SerialHandlers {
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Once, when the port is gone without having been closed from here. */
  readonly onLost: (why: string) => void;
}

export interface OpenSerialPort {
  /**
   * Hands bytes to the operating system. `false` when it has not yet taken the bytes before: a peer that has stalled never
   * takes them, so nobody waits for it.
   */
  write(bytes: Uint8Array): boolean;
  /** Bytes that were lost in the operating system's buffers cannot be told; those that this side holds are given up. */
  close(): Promise<void>;
}

/** How often an open port is looked for on disk: a cable that is pulled does not always close its port. */
const watchEveryMs = 200;

/** Device number and file of what a path leads to; `null` when it leads nowhere. COM ports have no file. */
async function identityOf(path: string): Promise<string | null> {
  if (process.platform === 'win32') return path;
  try {
    const { rdev, ino } = await stat(path);
    return `${rdev}:${ino}`;
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

function refusal(path: string, baud: number, message: string): string {
  if (/cannot lock|access denied|busy/i.test(message)) {
    return `The port ${path} is in use by another program; close that program or choose another port ("pedicle doctor" lists them).`;
  }
  if (/no such file|file not found|enoent/i.test(message)) {
    return `There is no port ${path}; plug the injector in, or choose a port that "pedicle doctor" lists.`;
  }
  if (/permission denied/i.test(message)) {
    return `The port ${path} may not be opened by this user; on Linux add the user to the group that owns it (often "dialout") and log in again.`;
  }
  if (/inappropriate ioctl|is a directory/i.test(message)) return `${path} is not a serial port; choose one that "pedicle doctor" lists.`;
  if (/baud/i.test(message)) return `The port ${path} does not do ${baud} baud; give another ?baud=.`;
  return `The port ${path} cannot be opened (${message}); check the cable and the name of the port.`;
}

const openLibraryPort = (settings: SerialSettings): Promise<SerialPort | string> =>
  new Promise((resolve) => {
    const port = new SerialPort({ path: settings.path, baudRate: settings.baud, lock: true, hupcl: false, autoOpen: false });
    // Opening reports through its callback; without a listener the library would throw the same again.
    port.on('error', () => undefined);
    port.open((error) => resolve(error ? error.message : port));
  });

/** Opens a port for itself alone, 8N1. A port that is missing, held by another program or no port at all is said so. */
export async function openSerialPort(settings: SerialSettings, handlers: SerialHandlers): Promise<Result<OpenSerialPort>> {
  const { path } = settings;
  const port = await openLibraryPort(settings);
  if (typeof port === 'string') return inputFault(refusal(path, settings.baud, port));
  // What lay in the port from before would read as if it were new.
  await new Promise<void>((resolve) => port.flush(() => resolve()));
  const identity = await identityOf(path);
  let state: 'open' | 'closing' | 'gone' = 'open';
  let writing = false;
  const gone = (why: string) => {
    if (state !== 'open') return;
    state = 'gone';
    clearInterval(watch);
    handlers.onLost(why);
    if (port.isOpen) port.close();
  };
  const watch = setInterval(() => {
    void identityOf(path).then((now) => {
      if (now !== identity) gone(`the port ${path} is no longer there`);
    });
  }, watchEveryMs);
  port.on('data', (bytes: Buffer) => handlers.onBytes(bytes));
  port.on('close', () => gone(`the port ${path} was closed from the other side`));
  port.on('error', (error: Error) => gone(`the port ${path} failed (${error.message})`));
  return ok({
    write(bytes) {
      if (writing || state !== 'open') return false;
      writing = true;
      port.write(Buffer.from(bytes), () => {
        writing = false;
      });
      return true;
    },
    close() {
      clearInterval(watch);
      if (state !== 'open') return Promise.resolve();
      state = 'closing';
      return new Promise((resolve) => port.close(() => resolve()));
    },
  });
}

/** A port of this machine as the operating system describes it. */
export interface SerialPortDescription {
  readonly path: string;
  readonly manufacturer: string | null;
  readonly serialNumber: string | null;
  readonly vendorId: string | null;
  readonly productId: string | null;
}

/** Ports of this machine. Pseudo terminals (`/dev/pts/…`) are never listed, but can be opened by name. */
export async function listSerialPorts(): Promise<Result<readonly SerialPortDescription[]>> {
  try {
    const ports = await SerialPort.list();
    return ok(
      ports.map((port) => ({
        path: port.path,
        manufacturer: port.manufacturer ?? null,
        serialNumber: port.serialNumber ?? null,
        vendorId: port.vendorId ?? null,
        productId: port.productId ?? null,
      })),
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return inputFault(`The serial ports cannot be listed (${why}); on Linux this needs udevadm. Ports can still be opened by name.`);
  }
}
