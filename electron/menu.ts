/** A menu as data. `role` stands for what the system itself does. */
export type MenuEntry =
  | { readonly label: string; readonly accelerator?: string; readonly enabled?: boolean; readonly checked?: boolean; readonly run: () => void }
  | { readonly role: 'copy' | 'paste' | 'selectAll' | 'toggleDevTools' | 'minimize' | 'about' }
  | { readonly separator: true }
  | { readonly label: string; readonly submenu: readonly MenuEntry[] };

export interface MenuActions {
  readonly openRecord: () => void;
  readonly toggleFullScreen: () => void;
  readonly togglePictures: () => void;
  readonly showLogs: () => void;
  readonly quit: () => void;
}

/** The whole menu. Developer tools are in checkouts only: on a workstation they are a way around the console. */
export function menuOf(
  actions: MenuActions,
  state: { readonly pictures: boolean; readonly severalDisplays: boolean; readonly isPackaged: boolean },
): MenuEntry[] {
  const file: MenuEntry[] = [
    { label: 'Open record …', accelerator: 'CmdOrCtrl+O', run: actions.openRecord },
    { separator: true },
    { label: 'Quit', accelerator: 'CmdOrCtrl+Q', run: actions.quit },
  ];
  const edit: MenuEntry[] = [{ role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }];
  const view: MenuEntry[] = [
    { label: 'Full screen', accelerator: 'F11', run: actions.toggleFullScreen },
    {
      label: 'Pictures on the second monitor',
      accelerator: 'CmdOrCtrl+2',
      enabled: state.severalDisplays || state.pictures,
      checked: state.pictures,
      run: actions.togglePictures,
    },
    ...(state.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
  ];
  const help: MenuEntry[] = [{ label: 'Logs and crash reports', run: actions.showLogs }, { role: 'about' }];
  return [
    { label: 'File', submenu: file },
    { label: 'Edit', submenu: edit },
    { label: 'View', submenu: view },
    { label: 'Help', submenu: help },
  ];
}
