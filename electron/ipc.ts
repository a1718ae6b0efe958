import { z } from 'zod';
import type { PageRequests } from './shellPort.ts';

/** The one channel on which pages ask the shell, and the one on which it tells them. */
export const requestChannel = 'pedicle:request';
export const eventChannel = 'pedicle:event';

const requestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('toggle-pictures') }),
  z.strictObject({ kind: z.literal('list-displays') }),
]);
export type PageRequest = z.infer<typeof requestSchema>;

/** Who sent a request: the address of the frame, and whether it is the window's main frame. */
export interface RequestSender {
  readonly url: string;
  readonly isMainFrame: boolean;
}

/** Answers a request of a page, once its sender and form are found right; else throws, which the page gets as a rejection. */
export async function answerRequest(request: unknown, sender: RequestSender, consoleOrigin: string | null, requests: PageRequests): Promise<string | null> {
  const isOurs = sender.isMainFrame && consoleOrigin !== null && URL.canParse(sender.url) && new URL(sender.url).origin === consoleOrigin;
  if (!isOurs) throw new Error('Only pages of the console may ask the shell.');
  const parsed = requestSchema.safeParse(request);
  if (!parsed.success) throw new Error('The shell does not know this request.');
  switch (parsed.data.kind) {
    case 'toggle-pictures':
      requests.togglePictures();
      return null;
    case 'list-displays':
      return JSON.stringify(requests.displays());
  }
}
