import type { HospitalClientMessage, HospitalServerMessage } from '../../src/link/hospitalLink.ts';
import type { ServerMessage } from '../../src/link/link.ts';

/** The hospital's systems as consoles reach them. */
export interface HospitalDesk {
  /** Answers one console; expected failures are answers too. */
  handle(message: HospitalClientMessage, reply: (message: ServerMessage) => void): Promise<void>;
  /** Tells of changes that nobody asked for: the outbox. */
  onNews(listener: (message: HospitalServerMessage) => void): () => void;
  close(): Promise<void>;
}
