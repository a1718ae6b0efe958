import { spawnSync } from 'node:child_process';

/** A disk of the soak's own, in memory, that can be made nearly full without writing to it. */
export interface SmallDisk {
  /** Leaves this much of it. */
  resize(bytes: number): void;
  remove(): void;
}

const mount = (...args: readonly string[]): boolean => spawnSync('mount', args).status === 0;

/** `null` where mounting is not allowed. */
export function mountSmallDisk(folder: string, bytes: number): SmallDisk | null {
  if (!mount('-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder)) return null;
  return {
    resize(size) {
      if (!mount('-o', `remount,size=${size}`, folder)) throw new Error(`${folder} could not be made ${size} bytes large`);
    },
    remove: () => void spawnSync('umount', ['--lazy', folder]),
  };
}
