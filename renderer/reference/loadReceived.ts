import { type ReceivedRun, receivedFramePath } from '../../src/link/received.ts';
import { createFrameParser } from '../link/frameParser.ts';
import type { Still } from '../viewport/stills.ts';
import { firstWindow } from '../viewport/window.ts';

/** Fetches one frame of a received run under its own window; a sentence for the person when it cannot be shown. */
export async function loadReceived(run: ReceivedRun, frame: number, label: string, signal: AbortSignal): Promise<Still | string> {
  const response = await fetch(receivedFramePath(run.id, frame), { signal });
  if (!response.ok) return response.text();
  const bytes = new Uint8Array(await response.arrayBuffer());
  let still: Still | null = null;
  createFrameParser(({ header, pixels }) => {
    const values = header.attributes.bitsAllocated === 8 ? new Uint8Array(pixels) : new Uint16Array(pixels);
    still = { header, pixels: values, window: firstWindow(header.attributes, values), inverted: header.attributes.photometric === 'MONOCHROME1', label };
  })(bytes);
  return still ?? '';
}
