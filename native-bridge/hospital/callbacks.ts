import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { failedFault, ok, type Result } from '../../src/base/result.ts';
import { dimseStatus } from '../../src/dicom/commandSet.ts';
import type { HospitalSite } from '../../src/procedure/hospitalSite.ts';
import { defaultReceiverOptions, type ReceivedInstance, startReceiver } from '../sources/dicomReceiver.ts';
import { readReport } from './commitment.ts';
import type { Outbox } from './outbox.ts';
import { stationOf } from './station.ts';
import { readTlsFiles } from './tls.ts';

/** Our own port: archives report on commitment here, and bring prior images. */
export interface Callbacks {
  readonly port: number;
  close(): Promise<void>;
}

export interface CallbackEvents {
  onNotice(message: string): void;
  /** An instance that an archive brought. */
  onReceived(instance: ReceivedInstance): void;
}

/** Opens the station's port. With a certificate of ours, it speaks TLS where every peer of the site does. */
export async function openCallbacks(hospital: HospitalSite, outbox: Outbox, events: CallbackEvents): Promise<Result<Callbacks>> {
  const { ae, port, bind } = stationOf(hospital);
  const peers = [...(hospital.archives ?? []), hospital.worklist, hospital.mpps].filter((peer) => peer !== undefined && 'host' in peer);
  const secure = hospital.tls?.cert !== undefined && peers.length > 0 && peers.every((peer) => peer?.tls !== undefined);
  const files = secure ? await readTlsFiles(hospital.tls ?? {}) : null;
  if (files && !files.ok) return files;
  const folder = join(outbox.folder, 'incoming');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const material = files?.value;
    const tls = material ? { key: String(material.key), cert: String(material.cert), ca: material.ca === undefined ? null : String(material.ca) } : null;
    const receiver = await startReceiver(
      { ...defaultReceiverOptions, port, bind, ae, anyCalledAe: false, folder, tls },
      {
        onNotice: events.onNotice,
        onReceived: events.onReceived,
        async onEventReport({ dataset, transferSyntax }) {
          const report = readReport(dataset, transferSyntax);
          if (report === null) return dimseStatus.cannotUnderstand;
          // Whoever knows no transaction of ours fills no disk.
          return (await outbox.keepReport(report)) ? dimseStatus.success : dimseStatus.unrecognisedOperation;
        },
      },
    );
    return ok({ port: receiver.port, close: receiver.close });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return failedFault(
      code === 'EADDRINUSE'
        ? `Port ${port}, on which archives report, is taken by another program; if that is another Pedicle of this machine, it takes the reports.`
        : `Port ${port}, on which archives report, cannot be opened on ${bind} (${code}); correct "station" in the site configuration.`,
    );
  }
}
