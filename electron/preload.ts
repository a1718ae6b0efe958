import { contextBridge } from 'electron';

// The pages talk to the bridge over loopback alone; all they learn from the shell is that they are in it.
contextBridge.exposeInMainWorld('pedicleShell', { version: 1 });
