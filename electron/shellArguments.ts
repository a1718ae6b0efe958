import { basename, dirname } from 'node:path';

/** What the application was started with. */
export type ShellStart =
  | { readonly kind: 'cli'; readonly args: readonly string[] }
  | {
      readonly kind: 'console';
      /** JSON of the console's options, for the bridge. */
      readonly options: string;
      readonly kiosk: boolean;
      /** A record to show, as the system hands over what was double-clicked. */
      readonly path: string | null;
    };

/** `args` without the program's own path: `--cli COMMAND …`, or `[--kiosk] [OPTIONS-AS-JSON] [RECORD]`. */
export function parseShellArguments(args: readonly string[]): ShellStart {
  if (args[0] === '--cli') return { kind: 'cli', args: args.slice(1) };
  const options = args.find((arg) => arg.startsWith('{')) ?? '{}';
  const path = args.find((arg) => !arg.startsWith('{') && !arg.startsWith('-')) ?? null;
  return { kind: 'console', options, kiosk: args.includes('--kiosk'), path };
}

/** The record that a path belongs to: a file stands for the folder it lies in. */
export const recordFolderOf = (path: string): string => (basename(path).includes('.mcap') || basename(path).endsWith('.json') ? dirname(path) : path);
