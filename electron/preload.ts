import { contextBridge, ipcRenderer } from 'electron';
import type { PageRequest } from './ipc.ts';
import type { ShellEvent } from './shellPort.ts';

// Written out here and not imported: what a sandboxed preload takes from elsewhere is bundled into it, with all its checks.
const requestChannel = 'pedicle:request';
const eventChannel = 'pedicle:event';

const ask = (request: PageRequest): Promise<string | null> => ipcRenderer.invoke(requestChannel, request);

/** What pages of the console have of the shell. They talk to the bridge over loopback; only what needs a desktop goes through here. */
const shell = {
  togglePictures: () => ask({ kind: 'toggle-pictures' }),
  /** JSON of the displays and of what stands on them. */
  listDisplays: () => ask({ kind: 'list-displays' }),
  /** What the shell tells its pages. Returns what ends the listening. */
  onEvent(listener: (event: ShellEvent) => void): () => void {
    const heard = (_event: unknown, event: ShellEvent) => listener(event);
    ipcRenderer.on(eventChannel, heard);
    return () => ipcRenderer.off(eventChannel, heard);
  },
} as const;

contextBridge.exposeInMainWorld('pedicleShell', shell);
