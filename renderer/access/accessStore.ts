import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { AccessState } from '../../src/link/accessLink.ts';
import type { ServerMessage } from '../../src/link/link.ts';

const accessStore = createStore<AccessState>(() => ({ required: false, user: null, lockedOutUntilEpochMs: null }));

export const useAccess = <T>(select: (state: AccessState) => T): T => useStore(accessStore, select);

export function receiveAccess(message: ServerMessage): void {
  if (message.kind === 'access') accessStore.setState(message.access, true);
}
