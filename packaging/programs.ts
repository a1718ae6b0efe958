/** Node programs of the application: the shell starts the first; the second is the command line, by `Pedicle --cli …`. */
export const programs = ['native-bridge/bridgeProcess.ts', 'native-bridge/cli/main.ts'];

/** `package.json` of the staged application, for Electron and electron-builder. */
export interface StagedManifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

export function stagedManifestText(manifest: StagedManifest): string {
  const staged = {
    name: 'pedicle',
    productName: 'Pedicle',
    ...manifest,
    author: 'The Pedicle project',
    homepage: 'https://pedicle.invalid/',
    type: 'module',
    main: 'electron/dist/main.mjs',
  };
  return `${JSON.stringify(staged, null, 2)}\n`;
}
