import { dialog } from 'electron';
import electronUpdater from 'electron-updater';

/**
 * Looks once for a newer version at `feedUrl`. Nothing is fetched before the person agrees, and what was fetched is installed when
 * Pedicle is next quit, never during a procedure. Packages are checked against the signature of the one that runs.
 */
export function checkForUpdates(feedUrl: string, log: (line: string) => void): void {
  const { autoUpdater } = electronUpdater;
  autoUpdater.autoDownload = false;
  autoUpdater.autoInstallOnAppQuit = true;
  autoUpdater.allowDowngrade = false;
  autoUpdater.logger = null;
  autoUpdater.setFeedURL({ provider: 'generic', url: feedUrl });
  const failed = (error: unknown) => log(`Looking for updates failed: ${error instanceof Error ? error.message : String(error)}`);
  autoUpdater.on('error', failed);
  autoUpdater.on('update-available', ({ version }) => {
    const question = {
      type: 'question' as const,
      buttons: ['Not now', 'Fetch it'],
      defaultId: 0,
      cancelId: 0,
      message: `Pedicle ${version} is available.`,
      detail: 'It is installed when Pedicle is next quit.',
    };
    void dialog.showMessageBox(question).then(({ response }) => (response === 1 ? autoUpdater.downloadUpdate() : null), failed);
  });
  autoUpdater.checkForUpdates().catch(failed);
}
