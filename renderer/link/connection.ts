import { z } from 'zod';
import { type ClientMessage, linkPath, type ServerMessage } from '../../src/link/link.ts';

/** The bridge is the same program in the same version: its messages are told apart by their kind, not taken to pieces. */
const envelopeSchema = z.looseObject({ kind: z.string() });

const parseMessage = (text: string): ServerMessage => envelopeSchema.parse(JSON.parse(text)) as unknown as ServerMessage;

/** While a session runs, status comes twice a second; this long without any message and the link counts as lost, whatever the socket says. */
export const silenceMs = 900;
const retryMs = 250;
const openingMs = 5000;

export interface Connection {
  /** False when the link is down: nothing is queued, because an event must not be recorded later than it was meant. */
  send(message: ClientMessage): boolean;
}

/** Keeps one WebSocket to the bridge, for as long as the page lives. `onState` is called on each change. */
export function connect(onMessage: (message: ServerMessage) => void, onState: (up: boolean) => void): Connection {
  let socket: WebSocket | null = null;
  let up = false;
  let lastHeardMs = 0;
  let expectsStatus = false;

  const setUp = (next: boolean) => {
    if (up === next) return;
    up = next;
    onState(next);
  };
  const drop = (which: WebSocket) => {
    if (which !== socket) return;
    socket = null;
    setUp(false);
    setTimeout(open, retryMs);
  };
  const open = () => {
    const next = new WebSocket(new URL(linkPath, location.href.replace(/^http/, 'ws')));
    socket = next;
    lastHeardMs = performance.now();
    next.onmessage = (event: MessageEvent<string>) => {
      lastHeardMs = performance.now();
      const message = parseMessage(event.data);
      if (message.kind === 'hello') expectsStatus = message.session !== null && message.status?.ended !== true;
      if (message.kind === 'status') expectsStatus = !message.status.ended;
      setUp(true);
      onMessage(message);
    };
    next.onclose = () => drop(next);
  };
  setInterval(() => {
    const patienceMs = !up ? openingMs : expectsStatus ? silenceMs : Number.POSITIVE_INFINITY;
    if (socket && performance.now() - lastHeardMs > patienceMs) {
      const silent = socket;
      drop(silent);
      silent.close();
    }
  }, 200);
  open();

  return {
    send: (message) => {
      if (!socket || socket.readyState !== WebSocket.OPEN || !up) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
  };
}
